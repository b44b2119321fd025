"""The kinds of files, a line each: what a row becomes, and its columns in the order of the template."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from shared.events import employers, employment, finance, identity, people, premiums
from shared.events.contract import Fact, Model, offered_form, pseudonyms
from shared.ops.importing.columns import Column, column


@dataclass(frozen=True)
class Sheet:
    """A kind of file: one row is one fact, or one entry of a fact.

    Attributes:
        kind: Name of the kind.
        title: Name of the sheet in a workbook.
        fact: What a row becomes.
        fields: Of the fact, in the order of the template; a file may have them in any order.
        whole: The fact that all rows of a county make together; None where each row is a fact of its own.
    """

    kind: str
    title: str
    fact: type[Fact]
    fields: str
    whole: type[Fact] | None = None

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns."""
        return tuple(column(self.kind, field) for field in self.fields.split())

    @cached_property
    def form(self) -> type[Model]:
        """What upstream publishes for the fact: the rows are validated against it."""
        return offered_form(self.fact)

    @cached_property
    def required(self) -> tuple[Column, ...]:
        """The columns without which there is no fact."""
        wanted = {info.alias or name for name, info in self.form.model_fields.items() if info.is_required()}
        return tuple(one for one in self.columns if one.field in wanted)

    @cached_property
    def either(self) -> tuple[Column, ...]:
        """The columns of which one at least is filled in, where a fact may be about one thing or another."""
        names = self.fact.entity.split("|")
        known = pseudonyms(self.fact)
        sent = [known[name].of if name in known else name for name in names]
        return tuple(one for one in self.columns if one.field in sent) if len(names) > 1 else ()

    @cached_property
    def by_field(self) -> dict[str, Column]:
        """The columns by field."""
        return {one.field: one for one in self.columns}

    def subject_of(self, data: dict[str, object]) -> str | None:
        """Return the main entity as the fact names it openly; None where that is a person."""
        for name in self.fact.entity.split("|"):
            if name not in pseudonyms(self.fact) and data.get(name):
                return str(data[name])
        return None


_ROSTER: Final = "id_number name household_id status status_from county township village head labour_ability disability"
_PLACE: Final = "county township village location.lat location.lon"
_WISHES: Final = "education skills occupations wanted_wage_fen max_distance_km household wants_training wants_startup"
_POST: Final = (
    "title post_kind openings county township location.lat location.lon occupation skills education_min "
    "age_min age_max wage_min_fen wage_max_fen closes_on reserved_for programme local_only"
)
_JOB: Final = (
    "employment_id id_number uscc starts_on post_kind vacancy_id contract_until probation_months wage_fen county"
)
_POSTING: Final = "programme township sender_uscc sender_kind title_level grassroots_months"
_PREMIUM: Final = "uscc id_number period {} pension_fen medical_fen unemployment_fen"

_TABLE: Final[tuple[tuple[str, str, type[Fact], str], ...]] = (
    # 扶贫部门 the poverty office
    ("roster", "花名册", people.RosterEntry, _ROSTER),
    ("exits", "退出确认", people.ExitConfirmed, "id_number date by reason"),
    ("exit-refusals", "退出不予确认", people.ExitRefused, "id_number date by reason"),
    ("household-risks", "返贫风险", people.HouseholdRiskRaised, "household_id date kind by checklist"),
    ("household-releases", "解除监测", people.HouseholdReleased, "household_id date kind by checklist"),
    ("person-merges", "人员合并", identity.PersonMerged, "id_number into_id_number date doc_no reason"),
    ("person-splits", "人员拆分", identity.PersonSplit, "id_number from_id_number date doc_no reason"),
    # 就业服务 job centres and village platforms
    (
        "jobseekers",
        "求职登记",
        people.JobseekerRegistered,
        f"id_number name phone {_PLACE} {_WISHES} sms_consent",
    ),
    (
        "jobseeker-updates",
        "求职变更",
        people.JobseekerUpdated,
        f"id_number name phone {_PLACE} {_WISHES} sms_consent",
    ),
    ("jobseeker-withdrawals", "求职撤销", people.JobseekerWithdrawn, "id_number reason"),
    (
        "coordinators",
        "协理员",
        people.CoordinatorRegistered,
        "coordinator_id name phone county townships villages role office",
    ),
    ("coordinator-reliefs", "协理员离任", people.CoordinatorRelieved, "coordinator_id county"),
    ("visits", "走访记录", people.VisitRecorded, "id_number coordinator_id date kind findings"),
    ("plans", "帮扶计划书", people.PlanAgreed, "id_number coordinator_id date measures"),
    ("certificate-requests", "就业创业证申请", people.CertificateRequested, "id_number date number"),
    ("certificates", "就业创业证发放", people.CertificateIssued, "id_number date number"),
    ("vacancies", "招聘岗位", employers.VacancyOpened, f"vacancy_id uscc {_POST}"),
    ("vacancy-changes", "岗位变更", employers.VacancyChanged, f"vacancy_id uscc {_POST}"),
    ("vacancy-closings", "岗位关闭", employers.VacancyClosed, "vacancy_id uscc reason"),
    # 用人单位与社保 employers and the insurance agency
    ("employers", "用人单位", employers.EmployerRegistered, "uscc name kind size county insured_county contact_phone"),
    (
        "employments",
        "就业登记",
        employment.EmploymentConfirmed,
        f"{_JOB} {_POSTING}",
    ),
    ("employment-ends", "离职", employment.EmploymentEnded, "employment_id last_day reason"),
    (
        "employment-corrections",
        "就业更正",
        employment.EmploymentCorrected,
        f"employment_id reason starts_on last_day uscc post_kind {_POSTING}",
    ),
    ("employment-voids", "就业作废", employment.EmploymentVoided, "employment_id effective_from reason"),
    ("employment-checks", "在岗核查", employment.EmploymentChecked, "employment_id date employed source error"),
    ("agreements", "协议签订", employment.AgreementSigned, "employment_id uscc programme version date parties"),
    (
        "premiums",
        "社保缴费",
        premiums.PremiumPaid,
        f"{_PREMIUM.format('paid_on')} injury_fen maternity_fen late_fee_fen",
    ),
    ("premium-corrections", "社保更正", premiums.PremiumCorrected, _PREMIUM.format("date")),
    ("premium-refunds", "社保退费", premiums.PremiumRefunded, _PREMIUM.format("date")),
    (
        "headcounts",
        "用工人数",
        premiums.HeadcountReported,
        "uscc year at_start at_end natural_leavers unemployment_premium_fen average",
    ),
    ("pension-enrolments", "居民养老参保", premiums.PensionEnrolled, "id_number year tier_fen"),
    ("pension-contributions", "居民养老缴费", premiums.PensionContributed, "id_number year paid_on own_fen"),
    # 培训与学校 trainers and schools
    (
        "trainings",
        "培训结业",
        employment.TrainingCompleted,
        "course_id provider_id id_number started_on finished_on days certificate free programme kind village",
    ),
    ("providers", "培训机构", employment.ProviderQualified, "provider_id name kind county valid_until"),
    ("graduations", "毕业", employment.GraduationRecorded, "id_number school_kind graduated_on"),
    ("grant-claims", "补贴申领", employment.GrantClaimed, "programme id_number uscc claimed_on evidence"),
    # 用人单位（选派、公益岗、见习） host units
    ("applications", "报名申请", employment.ApplicationReceived, "application_id programme id_number date"),
    ("application-reviews", "申请审核", employment.ApplicationReviewed, "application_id decision by reason"),
    ("arrivals", "到岗", employment.ArrivalRecorded, "employment_id date"),
    ("placement-extensions", "延期", employment.PlacementExtended, "employment_id date until reason"),
    ("placement-suspensions", "暂停", employment.PlacementSuspended, "employment_id date until reason"),
    ("placement-resumptions", "恢复", employment.PlacementResumed, "employment_id date until reason"),
    ("attendance", "考勤", employment.AttendanceRecorded, "employment_id period working_days attended_days"),
    ("duties", "职责完成", employment.DutyDone, "employment_id pair_id duty date evidence period"),
    ("assessments", "考核", employment.AssessmentRecorded, "employment_id period grade"),
    ("violations", "违规", employment.ViolationReported, "employment_id date kind"),
    ("activities", "活动", employment.ActivityHeld, "programme date county kind headcount participants village"),
    ("appraisals", "机构考评", employment.AppraisalRecorded, "organisation_id kind year grade county"),
    # 财政 finance
    ("budgets", "预算下达", finance.BudgetGranted, "programme county fiscal_year amount_fen doc_no"),
    ("budget-reductions", "预算核减", finance.BudgetReduced, "programme county fiscal_year amount_fen doc_no"),
    ("notice-objections", "公示异议", finance.NoticeObjected, "notice_id date reason"),
    ("notice-clearances", "异议处理", finance.NoticeCleared, "notice_id date reason"),
    ("accounts", "收款账户", finance.AccountRegistered, "uscc id_number bank account_no valid_from"),
    ("payee-pauses", "暂停发放", finance.PayeePaused, "uscc id_number date reason programme until"),
    ("payee-resumptions", "恢复发放", finance.PayeeResumed, "uscc id_number date reason programme until"),
    ("payee-blocks", "停发名单", finance.PayeeBlocked, "uscc id_number from until reason"),
    ("payments", "付款到账", finance.PaymentSettled, "instruction_id date amount_fen bank_ref"),
    ("payment-failures", "付款失败", finance.PaymentFailed, "instruction_id date amount_fen reason"),
    ("recoveries", "追回到账", finance.RecoveryReceived, "receivable_id date amount_fen doc_no"),
    ("write-offs", "核销", finance.RecoveryWrittenOff, "receivable_id date amount_fen doc_no"),
    ("fiscal-years", "财政年度结转", finance.FiscalYearClosed, "county fiscal_year date carry_over doc_no"),
)

NOT_IN_TABLES: Final = {
    "calendar.day_closed": "the clock closes days, one by one",
    "ops.redrive_requested": "an operator's command about one refused fact",
    "ops.discard_requested": "an operator's command about one refused fact",
    "ops.letters_wished": "an operator's command about refused facts",
    "ops.erasure_requested": "an operator's command about one person",
    "ops.erasure_lifted": "an operator's command about one person",
    "ops.replay_finished": "the command tells it that did the replay",
    "alert.seen": "an officer says it of one alert, at the desk",
    "alert.acknowledged": "an officer says it of one alert, at the desk",
    "alert.snoozed": "an officer says it of one alert, at the desk",
    "alert.done": "an officer says it of one alert, at the desk",
    "alert.handed_over": "an officer says it of one alert, at the desk",
    "sms.replied": "the SMS gateway tells it",
    "sms.receipt": "the SMS gateway tells it",
    "approval.given": "who approves names the exact content, one by one",
    "approval.refused": "who refuses names the exact content, one by one",
    "check.overridden": "names payee and person by their internal ids, which stand in no table",
    "parameter.published": "what a value may be depends on the parameter",
}
"""The facts that no table holds, and why."""

_SHEETS: Final = {kind: Sheet(kind, title, fact, fields) for kind, title, fact, fields in _TABLE} | {
    "roster-snapshot": Sheet("roster-snapshot", "花名册全量", people.RosterEntry, _ROSTER, whole=people.RosterSnapshot)
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
