"""The columns of the sample's files: which field of a fact stands under which Chinese header.

Every cell is text. Amounts are yuan with two decimals, yes and no are 是 and 否, several words in one cell are
separated by 、; coded words (status, kind, size, post kind) are those of the intake contract.
"""

ROSTER = {
    "id_number": "身份证号",
    "name": "姓名",
    "household_id": "户编号",
    "status": "帮扶状态",
    "status_from": "状态起始日",
    "county": "县区代码",
    "township": "乡镇代码",
    "village": "村代码",
    "head": "是否户主",
    "labour_ability": "劳动能力",
    "disability": "残疾",
}

JOBSEEKERS = {
    "id_number": "身份证号",
    "name": "姓名",
    "phone": "手机号",
    "county": "县区代码",
    "township": "乡镇代码",
    "education": "学历代码",
    "skills": "技能",
    "occupations": "职业",
    "wanted_wage_fen": "期望月薪(元)",
    "max_distance_km": "最远距离(公里)",
    "wants_training": "愿意培训",
    "wants_startup": "愿意创业",
    "sms_consent": "同意短信",
}

EMPLOYERS = {
    "uscc": "统一社会信用代码",
    "name": "单位名称",
    "kind": "单位类型",
    "size": "单位规模",
    "county": "县区代码",
    "insured_county": "参保县区代码",
    "contact_phone": "联系电话",
}

VACANCIES = {
    "vacancy_id": "岗位编号",
    "uscc": "统一社会信用代码",
    "title": "岗位名称",
    "post_kind": "岗位类别",
    "openings": "招聘人数",
    "county": "县区代码",
    "township": "乡镇代码",
    "occupation": "职业",
    "skills": "技能",
    "education_min": "最低学历代码",
    "age_min": "最小年龄",
    "age_max": "最大年龄",
    "wage_min_fen": "最低月薪(元)",
    "wage_max_fen": "最高月薪(元)",
    "closes_on": "截止日期",
}

EMPLOYMENTS = {
    "employment_id": "就业编号",
    "id_number": "身份证号",
    "uscc": "统一社会信用代码",
    "starts_on": "上岗日期",
    "post_kind": "岗位类别",
    "vacancy_id": "岗位编号",
    "contract_until": "合同到期日",
    "probation_months": "试用期(月)",
    "wage_fen": "月薪(元)",
}

PREMIUMS = {
    "uscc": "统一社会信用代码",
    "id_number": "身份证号",
    "period": "所属月份",
    "paid_on": "缴费日期",
    "pension_fen": "养老(元)",
    "medical_fen": "医疗(元)",
    "unemployment_fen": "失业(元)",
    "late_fee_fen": "滞纳金(元)",
}
