"""What an officer does on a case: each act is a fact that is published under the officer's name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from services.notify.adapters.web.endpoint import OFFICERS, Action, NotFound, Principal, Role
from services.notify.domain.casefile import CaseFile
from services.notify.domain.household_risk import HouseholdRisk
from shared.events.types import Text

OFFICES: Final = frozenset({Role.TOWNSHIP, Role.COUNTY})
VISITS: Final = ("survey", "follow_up", "publicity", "solicitude")
MEASURES: Final = ("guidance", "introduction", "advice", "training")
ITEMS: Final = (
    "food", "clothing", "education", "medical", "housing", "water", "safety_net", "television", "fan", "doors_windows",
    "clean_yard", "clean_rooms", "clean_person",
)  # fmt: skip
"""Items of a household's checklist by registry's codes."""
DUTIES: Final[Mapping[str, Mapping[str, str]]] = {
    "secondment": {
        "household_visit": "走访",
        "party_class": "党课",
        "party_activity": "党员活动",
        "work_summary": "工作小结",
        "good_deed": "实事",
        "survey_report": "调研报告",
        "township_report": "向乡镇党委汇报",
    },
    "dispatch": {
        "dispatch_report": "季度汇报",
        "dispatch_summary": "半年总结",
        "dispatch_appraisal": "年终总评",
        "self_check": "自查报告",
        "dispatch_plan": "工作计划",
        "dispatch_training": "培训",
        "dispatch_insurance": "购买保险",
    },
}
"""By kind of post: the duties that are reported as done, and the word that registry knows each by."""
LABELS: Final[Mapping[str, str]] = {duty: label for each in DUTIES.values() for duty, label in each.items()}
_NOTE: Final = "情况"
Short = Annotated[Text, Field(min_length=1, max_length=40)]
Lines = Annotated[str, Field(max_length=2_000)]


class Dated(Action):
    """What is done on a day."""

    on: date


class Visit(Dated):
    """A visit; what was found goes to registry's vault."""

    kind: Literal["survey", "follow_up", "publicity", "solicitude"]
    note: Text | None = None


class Plan(Dated):
    """A plan of assistance: services that are ticked, and further measures, one a line."""

    measures: list[Literal["guidance", "introduction", "advice", "training"]] = Field(default_factory=list)
    others: Lines | None = None


class Exit(Dated):
    """Whether the person whom a snapshot lacks has left poverty."""

    says: Literal["left", "stays"]
    reason: Text | None = None


class Risk(Dated):
    """What puts the household at risk."""

    kind: Short


class Release(Dated):
    """Which items of the checklist are met now."""

    kind: Short
    met: list[str] = Field(default_factory=list)


class Duty(Dated):
    """A duty: `<employment>|<duty>|<period>`, as the page offers it."""

    duty: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}\|[a-z_]{1,48}\|[0-9A-Zonce-]{0,12}$")]


class Violation(Dated):
    """A breach of a placement's rules."""

    employment_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    kind: Short


class Certificate(Dated):
    """The certificate that was handed out."""

    number: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as the officer sees it.

    Args:
        today: The open day. say: texts by key, in Chinese: what is stated in a fact is in one language.
    """

    principal: Principal
    person_id: str
    case: CaseFile
    today: date
    risks: tuple[HouseholdRisk, ...] = ()
    say: Callable[..., str] = str

    @property
    def coordinator_id(self) -> str:
        """Return under which coordinator a visit or a plan is recorded: the officer's own, else the paired one's."""
        return self.principal.scope.coordinator_id or self.case.coordinator_id or self.principal.by

    def duties(self) -> list[tuple[str, str, str]]:
        """Return employment, duty and period of what can be reported as done: what is overdue, then the rest."""
        due = [task.details for task in self.case.tasks.values() if task.kind == "duty_overdue"]
        overdue = sorted((each["subject_id"], each["duty"], each["period"]) for each in due if each["duty"] in LABELS)
        running = self.case.running(self.today).items()
        return overdue + [(id_, duty, "") for id_, job in running for duty in DUTIES.get(job.post_kind, ())]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do.

    Args:
        is_open: Whether there is anything to do; where there is not, nobody finds it.
        states: The topic of the fact and its data, without who says so.
    """

    name: str
    roles: frozenset[Role]
    form: type[Dated]
    is_open: Callable[[Seen], bool]
    states: Callable[[Seen, Any], tuple[str, dict[str, Any]]]


def _visit(seen: Seen, form: Visit) -> tuple[str, dict[str, Any]]:
    found = {"findings": {_NOTE: form.note}} if form.note else {}
    return "visit.recorded", _person(seen, form) | {"coordinator_id": seen.coordinator_id, "kind": form.kind} | found


def _plan(seen: Seen, form: Plan) -> tuple[str, dict[str, Any]]:
    others = [line.strip() for line in (form.others or "").splitlines()]
    measures = [seen.say(f"measure.{code}") for code in form.measures] + [line for line in others if line]
    return "plan.agreed", _person(seen, form) | {"coordinator_id": seen.coordinator_id, "measures": measures}


def _exit(seen: Seen, form: Exit) -> tuple[str, dict[str, Any]]:
    because = {"reason": form.reason} if form.reason else {}
    return "exit.confirmed" if form.says == "left" else "exit.refused", _person(seen, form) | because


def _risk(seen: Seen, form: Risk) -> tuple[str, dict[str, Any]]:
    return "household.risk_raised", _household(seen, form, form.kind)


def _release(seen: Seen, form: Release) -> tuple[str, dict[str, Any]]:
    _is_theirs(form.kind in {each.risk for each in seen.risks})
    checklist = {item: item in form.met for item in ITEMS}
    return "household.released", _household(seen, form, form.kind) | {"checklist": checklist}


def _duty(seen: Seen, form: Duty) -> tuple[str, dict[str, Any]]:
    employment_id, duty, period = form.duty.split("|")
    _is_theirs((employment_id, duty, period) in seen.duties())
    said = {"employment_id": employment_id, "duty": LABELS[duty], "date": form.on.isoformat()}
    return "duty.done", said | ({"period": period} if period else {})


def _violation(seen: Seen, form: Violation) -> tuple[str, dict[str, Any]]:
    _is_theirs(form.employment_id in seen.case.jobs)
    said = {"employment_id": form.employment_id, "date": form.on.isoformat(), "kind": form.kind}
    return "violation.reported", said


def _is_theirs(found: bool) -> None:
    """Turn away an id that the page did not offer: it may be of a case that is not the officer's to see."""
    if not found:
        raise NotFound


def _certificate(seen: Seen, form: Certificate) -> tuple[str, dict[str, Any]]:
    return "certificate.issued", _person(seen, form) | ({"number": form.number} if form.number else {})


def _person(seen: Seen, form: Dated) -> dict[str, Any]:
    return {"person_id": seen.person_id, "date": form.on.isoformat()}


def _household(seen: Seen, form: Dated, kind: str) -> dict[str, Any]:
    return {"household_id": seen.case.household_id, "date": form.on.isoformat(), "kind": kind}


ACTS: Final = (
    Act("visit", OFFICERS, Visit, lambda _: True, _visit),
    Act("plan", OFFICERS, Plan, lambda _: True, _plan),
    Act("exit", OFFICES, Exit, lambda seen: bool(seen.case.exit_proposed), _exit),
    Act("risk", OFFICERS, Risk, lambda seen: bool(seen.case.household_id), _risk),
    Act("release", OFFICERS, Release, lambda seen: bool(seen.risks), _release),
    Act("duty", OFFICERS, Duty, lambda seen: bool(seen.duties()), _duty),
    Act("violation", OFFICES, Violation, lambda seen: bool(seen.case.running(seen.today)), _violation),
    Act("certificate", OFFICES, Certificate, lambda seen: seen.case.certified_on is None, _certificate),
)
ACT_OF: Final[Mapping[str, str]] = {
    "plan_missing": "plan",
    "exit_waits": "exit",
    "certificate_due": "certificate",
    "household_risk": "release",
    "duty_overdue": "duty",
    "violation_open": "violation",
    "offer_accepted": "visit",
    "offer_undelivered": "visit",
    "offer_unanswered": "visit",
    "reply_unclear": "visit",
    "wrong_number": "visit",
    "no_mobile": "visit",
    "subsidy_missing": "visit",
}
"""Which act helps with a kind of alert."""


def offered(seen: Seen) -> tuple[str, ...]:
    """Return the acts that the officer may do on a case, and that there is something to do for."""
    if seen.case.merged_into:
        return ()
    return tuple(act.name for act in ACTS if seen.principal.role in act.roles and act.is_open(seen))
