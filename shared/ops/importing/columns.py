"""The six kinds of files: under which Chinese header which field of a fact stands, and how its cells are read."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from shared.events.contract import Fact, Model, offered_form, pseudonyms
from shared.events.employers import EmployerRegistered, VacancyOpened
from shared.events.employment import EmploymentConfirmed
from shared.events.people import JobseekerRegistered, RosterEntry
from shared.events.premiums import PremiumPaid
from shared.ops.importing import readers as to
from shared.ops.importing.readers import Reader


@dataclass(frozen=True)
class Column:
    """A column: the header, the field of the fact (`location.lat` for a nested one), how its cells are read."""

    header: str
    field: str
    reader: Reader


@dataclass(frozen=True)
class Sheet:
    """A kind of file: one row is one fact.

    Attributes:
        kind: Name of the kind.
        title: Name of the sheet in a workbook.
        fact: What a row becomes.
        columns: In the order of the template; a file may have them in any order.
    """

    kind: str
    title: str
    fact: type[Fact]
    columns: tuple[Column, ...]

    @cached_property
    def form(self) -> type[Model]:
        """What upstream publishes for the fact: the rows are validated against it."""
        return offered_form(self.fact)

    @cached_property
    def required(self) -> tuple[Column, ...]:
        """The columns without which there is no fact."""
        fields = self.form.model_fields
        return tuple(one for one in self.columns if one.field in fields and fields[one.field].is_required())

    @cached_property
    def by_field(self) -> dict[str, Column]:
        """The columns by field."""
        return {one.field: one for one in self.columns}

    @cached_property
    def subject_field(self) -> str | None:
        """The field that names the main entity openly; None where that is a person."""
        return None if self.fact.entity in pseudonyms(self.fact) else self.fact.entity


_ROSTER: Final = (
    Column("身份证号", "id_number", to.ID_NUMBER),
    Column("姓名", "name", to.NAME),
    Column("户编号", "household_id", to.CODE),
    Column("帮扶状态", "status", to.STATUS),
    Column("状态起始日", "status_from", to.DAY),
    Column("县区代码", "county", to.COUNTY),
    Column("乡镇代码", "township", to.TOWNSHIP),
    Column("村代码", "village", to.VILLAGE),
    Column("是否户主", "head", to.YES_NO),
    Column("劳动能力", "labour_ability", to.YES_NO),
    Column("残疾", "disability", to.YES_NO),
)
_JOBSEEKERS: Final = (
    Column("身份证号", "id_number", to.ID_NUMBER),
    Column("姓名", "name", to.NAME),
    Column("手机号", "phone", to.OWN_PHONE),
    Column("县区代码", "county", to.COUNTY),
    Column("乡镇代码", "township", to.TOWNSHIP),
    Column("村代码", "village", to.VILLAGE),
    Column("纬度", "location.lat", to.LATITUDE),
    Column("经度", "location.lon", to.LONGITUDE),
    Column("学历代码", "education", to.EDUCATION),
    Column("技能", "skills", to.LABELS),
    Column("职业", "occupations", to.LABELS),
    Column("期望月薪(元)", "wanted_wage_fen", to.AMOUNT),
    Column("最远距离(公里)", "max_distance_km", to.KILOMETRES),
    Column("户编号", "household", to.CODE),
    Column("愿意培训", "wants_training", to.YES_NO),
    Column("愿意创业", "wants_startup", to.YES_NO),
    Column("同意短信", "sms_consent", to.YES_NO),
)
_EMPLOYERS: Final = (
    Column("统一社会信用代码", "uscc", to.USCC),
    Column("单位名称", "name", to.NAME),
    Column("单位类型", "kind", to.EMPLOYER_KIND),
    Column("单位规模", "size", to.EMPLOYER_SIZE),
    Column("县区代码", "county", to.COUNTY),
    Column("参保县区代码", "insured_county", to.COUNTY),
    Column("联系电话", "contact_phone", to.PHONE),
)
_VACANCIES: Final = (
    Column("岗位编号", "vacancy_id", to.CODE),
    Column("统一社会信用代码", "uscc", to.USCC),
    Column("岗位名称", "title", to.LABEL),
    Column("岗位类别", "post_kind", to.POST_KIND),
    Column("招聘人数", "openings", to.OPENINGS),
    Column("县区代码", "county", to.COUNTY),
    Column("乡镇代码", "township", to.TOWNSHIP),
    Column("纬度", "location.lat", to.LATITUDE),
    Column("经度", "location.lon", to.LONGITUDE),
    Column("职业", "occupation", to.LABEL),
    Column("技能", "skills", to.LABELS),
    Column("最低学历代码", "education_min", to.EDUCATION),
    Column("最小年龄", "age_min", to.AGE),
    Column("最大年龄", "age_max", to.AGE),
    Column("最低月薪(元)", "wage_min_fen", to.AMOUNT),
    Column("最高月薪(元)", "wage_max_fen", to.AMOUNT),
    Column("截止日期", "closes_on", to.DAY),
    Column("优先对象", "reserved_for", to.STATUSES),
)
_EMPLOYMENTS: Final = (
    Column("就业编号", "employment_id", to.CODE),
    Column("身份证号", "id_number", to.ID_NUMBER),
    Column("统一社会信用代码", "uscc", to.USCC),
    Column("上岗日期", "starts_on", to.DAY),
    Column("岗位类别", "post_kind", to.POST_KIND),
    Column("岗位编号", "vacancy_id", to.CODE),
    Column("合同到期日", "contract_until", to.DAY),
    Column("试用期(月)", "probation_months", to.PROBATION),
    Column("月薪(元)", "wage_fen", to.AMOUNT),
    Column("县区代码", "county", to.COUNTY),
)
_PREMIUMS: Final = (
    Column("统一社会信用代码", "uscc", to.USCC),
    Column("身份证号", "id_number", to.ID_NUMBER),
    Column("所属月份", "period", to.MONTH),
    Column("缴费日期", "paid_on", to.DAY),
    Column("养老(元)", "pension_fen", to.AMOUNT),
    Column("医疗(元)", "medical_fen", to.AMOUNT),
    Column("失业(元)", "unemployment_fen", to.AMOUNT),
    Column("工伤(元)", "injury_fen", to.AMOUNT),
    Column("生育(元)", "maternity_fen", to.AMOUNT),
    Column("滞纳金(元)", "late_fee_fen", to.AMOUNT),
)

_SHEETS: Final = {
    sheet.kind: sheet
    for sheet in (
        Sheet("roster", "花名册", RosterEntry, _ROSTER),
        Sheet("jobseekers", "求职登记", JobseekerRegistered, _JOBSEEKERS),
        Sheet("vacancies", "招聘岗位", VacancyOpened, _VACANCIES),
        Sheet("employers", "用人单位", EmployerRegistered, _EMPLOYERS),
        Sheet("employments", "就业登记", EmploymentConfirmed, _EMPLOYMENTS),
        Sheet("premiums", "社保缴费", PremiumPaid, _PREMIUMS),
    )
}
KINDS: Final = tuple(_SHEETS)


def sheet_of(kind: str) -> Sheet:
    """Return the columns of a kind.

    Raises:
        ValueError: There is no such kind.
    """
    if kind not in _SHEETS:
        raise ValueError(f"no kind {kind!r}; the kinds of files are {', '.join(KINDS)}")
    return _SHEETS[kind]
