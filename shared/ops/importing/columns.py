"""The columns that files may have: under which Chinese header which field of a fact stands, and how cells are read.

Most fields mean the same in every fact. Where one does not, the column is named `<field>@<kind of file>` here.
"""

from dataclasses import dataclass
from typing import Final

from shared.ops.importing import readers as to
from shared.ops.importing.readers import Reader


@dataclass(frozen=True)
class Column:
    """A column: the header, the field of the fact (`location.lat` for a nested one), how its cells are read."""

    header: str
    field: str
    reader: Reader


_WORDS: Final[dict[str, tuple[str, Reader]]] = {
    # who and what
    "id_number": ("身份证号", to.ID_NUMBER),
    "into_id_number": ("合并到的身份证号", to.ID_NUMBER),
    "from_id_number": ("拆分自的身份证号", to.ID_NUMBER),
    "name": ("姓名", to.NAME),
    "name@employers": ("单位名称", to.UNIT),
    "name@providers": ("机构名称", to.UNIT),
    "phone": ("手机号", to.MOBILE),
    "phone@jobseekers": ("手机号", to.OWN_PHONE),
    "phone@jobseeker-updates": ("手机号", to.OWN_PHONE),
    "contact_phone": ("联系电话", to.PHONE),
    "uscc": ("统一社会信用代码", to.USCC),
    "sender_uscc": ("派出单位统一社会信用代码", to.USCC),
    "household": ("户编号", to.CODE),
    "household_id": ("户编号", to.CODE),
    "coordinator_id": ("协理员编号", to.CODE),
    "vacancy_id": ("岗位编号", to.CODE),
    "employment_id": ("就业编号", to.CODE),
    "pair_id": ("结对编号", to.CODE),
    "application_id": ("申请编号", to.CODE),
    "organisation_id": ("机构编号", to.CODE),
    "provider_id": ("机构编号", to.CODE),
    "course_id": ("班次编号", to.CODE),
    "notice_id": ("公示编号", to.CODE),
    "instruction_id": ("支付指令编号", to.CODE),
    "receivable_id": ("应收编号", to.CODE),
    "programme": ("项目代码", to.PROGRAMME),
    "by": ("经办", to.CODE),
    "parties": ("签订各方", to.NAMES),
    "participants": ("参加人员", to.PEOPLE),
    # where
    "county": ("县区代码", to.COUNTY),
    "insured_county": ("参保县区代码", to.COUNTY),
    "township": ("乡镇代码", to.TOWNSHIP),
    "townships": ("负责乡镇代码", to.TOWNSHIPS),
    "village": ("村代码", to.VILLAGE),
    "villages": ("负责村代码", to.VILLAGES),
    "location.lat": ("纬度", to.LATITUDE),
    "location.lon": ("经度", to.LONGITUDE),
    "office": ("所在单位", to.LABEL),
    # when
    "date": ("日期", to.DAY),
    "status_from": ("状态起始日", to.DAY),
    "starts_on": ("上岗日期", to.DAY),
    "last_day": ("最后工作日", to.DAY),
    "contract_until": ("合同到期日", to.DAY),
    "effective_from": ("作废起始日", to.DAY),
    "closes_on": ("截止日期", to.DAY),
    "started_on": ("开班日期", to.DAY),
    "finished_on": ("结业日期", to.DAY),
    "graduated_on": ("毕业日期", to.DAY),
    "claimed_on": ("申领日期", to.DAY),
    "paid_on": ("缴费日期", to.DAY),
    "valid_from": ("启用日期", to.DAY),
    "valid_until": ("有效期至", to.DAY),
    "from": ("起始日期", to.DAY),
    "until": ("截至日期", to.DAY),
    "period": ("所属月份", to.MONTH),
    "period@attendance": ("所属期", to.PERIOD),
    "period@assessments": ("所属期", to.PERIOD),
    "period@duties": ("所属期", to.DUTY_PERIOD),
    "year": ("年度", to.YEAR),
    "fiscal_year": ("财政年度", to.YEAR),
    # of which kind
    "status": ("帮扶状态", to.STATUS),
    "kind@employers": ("单位类型", to.EMPLOYER_KIND),
    "kind@visits": ("走访类型", to.VISIT_KIND),
    "kind@household-risks": ("风险类型", to.LABEL),
    "kind@household-releases": ("解除类型", to.LABEL),
    "kind@violations": ("违规类型", to.LABEL),
    "kind@activities": ("活动类型", to.LABEL),
    "kind@appraisals": ("机构类型", to.ORGANISATION_KIND),
    "kind@providers": ("机构类型", to.PROVIDER_KIND),
    "kind@trainings": ("培训类型", to.LABEL),
    "sender_kind": ("派出单位类型", to.SENDER_KIND),
    "title_level": ("职称等级", to.TITLE_LEVEL),
    "size": ("单位规模", to.EMPLOYER_SIZE),
    "post_kind": ("岗位类别", to.POST_KIND),
    "school_kind": ("学校类别", to.SCHOOL_KIND),
    "role": ("职责层级", to.ROLE),
    "education": ("学历代码", to.EDUCATION),
    "education_min": ("最低学历代码", to.EDUCATION),
    "grade": ("考核等次", to.GRADE),
    "grade@appraisals": ("考评等次", to.LABEL),
    "decision": ("审核结论", to.LABEL),
    "duty": ("职责事项", to.LABEL),
    "source": ("核查来源", to.LABEL),
    "error": ("核查错误", to.LABEL),
    "reserved_for": ("优先对象", to.STATUSES),
    # yes or no
    "head": ("是否户主", to.YES_NO),
    "labour_ability": ("劳动能力", to.YES_NO),
    "disability": ("残疾", to.YES_NO),
    "wants_training": ("愿意培训", to.YES_NO),
    "wants_startup": ("愿意创业", to.YES_NO),
    "sms_consent": ("同意短信", to.YES_NO),
    "employed": ("是否在岗", to.YES_NO),
    "free": ("是否免费", to.YES_NO),
    "carry_over": ("是否结转", to.YES_NO),
    "local_only": ("仅招本地人员", to.YES_NO),
    # in words
    "title": ("岗位名称", to.LABEL),
    "skills": ("技能", to.LABELS),
    "occupation": ("职业", to.LABEL),
    "occupations": ("职业", to.LABELS),
    "measures": ("帮扶措施", to.SENTENCES),
    "findings": ("走访情况", to.CHECKLIST),
    "checklist": ("核查清单", to.CHECKLIST),
    "reason": ("原因", to.TEXT),
    "doc_no": ("文号", to.DOC_NO),
    "evidence": ("证明材料编号", to.CODES),
    "certificate": ("证书编号", to.CODE),
    "number": ("证书编号", to.CODE),
    "version": ("协议版本", to.CODE),
    "bank": ("开户行", to.UNIT),
    "account_no": ("银行账号", to.ACCOUNT),
    "bank_ref": ("银行流水号", to.CODE),
    # how many
    "openings": ("招聘人数", to.OPENINGS),
    "age_min": ("最小年龄", to.AGE),
    "age_max": ("最大年龄", to.AGE),
    "max_distance_km": ("最远距离(公里)", to.KILOMETRES),
    "probation_months": ("试用期(月)", to.PROBATION),
    "grassroots_months": ("基层工作经历(月)", to.MONTHS),
    "working_days": ("应出勤天数", to.DAYS),
    "attended_days": ("实际出勤天数", to.DAYS),
    "days": ("培训天数", to.DAYS),
    "headcount": ("参加人数", to.COUNT),
    "at_start": ("年初人数", to.COUNT),
    "at_end": ("年末人数", to.COUNT),
    "average": ("年均人数", to.COUNT),
    "natural_leavers": ("自然减员人数", to.COUNT),
    # how much
    "wanted_wage_fen": ("期望月薪(元)", to.AMOUNT),
    "wage_min_fen": ("最低月薪(元)", to.AMOUNT),
    "wage_max_fen": ("最高月薪(元)", to.AMOUNT),
    "wage_fen": ("月薪(元)", to.AMOUNT),
    "pension_fen": ("养老(元)", to.AMOUNT),
    "medical_fen": ("医疗(元)", to.AMOUNT),
    "unemployment_fen": ("失业(元)", to.AMOUNT),
    "injury_fen": ("工伤(元)", to.AMOUNT),
    "maternity_fen": ("生育(元)", to.AMOUNT),
    "late_fee_fen": ("滞纳金(元)", to.AMOUNT),
    "unemployment_premium_fen": ("实缴失业保险费(元)", to.AMOUNT),
    "tier_fen": ("缴费档次(元)", to.AMOUNT),
    "own_fen": ("个人缴费(元)", to.AMOUNT),
    "amount_fen": ("金额(元)", to.AMOUNT),
}


def column(kind: str, field: str) -> Column:
    """Return the column of a field in a kind of file; KeyError if there is none."""
    header, reader = _WORDS.get(f"{field}@{kind}") or _WORDS[field]
    return Column(header, field, reader)
