"""Tasks (待办事项): what registry finds that a person has to do, as long as its cause holds."""

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field, field_validator

from shared.events.contract import Event
from shared.events.types import County, Day, EntityId, KnownPersonId, Word

TaskKind = Literal[
    # roster and identity
    "exit_waits",
    "snapshot_held",
    "status_disputed",
    "feed_silent",
    "merged_money",
    "village_unknown",
    # casework: one to one
    "pair_missing",
    "plan_missing",
    "certificate_due",
    "household_risk",
    # placements and recruiting
    "placement_overlap",
    "vacancy_overfilled",
    "gate_failed",
    "quota_exceeded",
    "agreement_missing",
    "arrival_missing",
    "term_ending",
    "violation_open",
    "recruiting_waits",
    # duties
    "duty_overdue",
    # targets
    "target_behind",
    "coverage_behind",
]
TASK_KINDS: Final[tuple[str, ...]] = get_args(TaskKind)
TASK_FIELDS: Final[dict[str, frozenset[str]]] = {
    "exit_waits": frozenset({"snapshot_id"}),
    "snapshot_held": frozenset({"snapshot_id", "reason", "before", "after"}),
    "status_disputed": frozenset({"status", "source", "other_status", "other_source"}),
    "feed_silent": frozenset({"feed", "since", "programmes", "people"}),
    "merged_money": frozenset({"into_person_id", "doc_no"}),
    "village_unknown": frozenset({"coordinator_id", "village"}),
    "pair_missing": frozenset({"village"}),
    "plan_missing": frozenset({"since"}),
    "certificate_due": frozenset({"since"}),
    "household_risk": frozenset({"household_id", "risk", "since", "missing"}),
    "placement_overlap": frozenset({"employment_id", "post_kind", "other_employment_id", "other_post_kind"}),
    "vacancy_overfilled": frozenset({"vacancy_id", "openings", "hires"}),
    "gate_failed": frozenset({"employment_id", "programme", "gate", "answer", "missing", "clause"}),
    "quota_exceeded": frozenset({"programme", "quota", "reached", "clause"}),
    "agreement_missing": frozenset({"employment_id", "post_kind", "clause"}),
    "arrival_missing": frozenset({"employment_id", "post_kind", "clause"}),
    "term_ending": frozenset({"employment_id", "post_kind", "until"}),
    "violation_open": frozenset({"employment_id", "violation", "since"}),
    "recruiting_waits": frozenset({"application_id", "programme", "step"}),
    "duty_overdue": frozenset({"duty", "subject_id", "period", "clause"}),
    "target_behind": frozenset({"target", "year", "value", "reached", "pace", "clause"}),
    "coverage_behind": frozenset({"target", "covered", "whole", "until", "clause"}),
}
"""What the details of a task of a kind may name; rules of alerts may name them too."""


class TaskOpened(Event, topic="task.opened", entity="task_id", partition="person_id|task_id"):
    """Somebody has to do something.

    Args:
        matter: What it is about; with the kind, the task's identity.
        county: Whose office answers for it where no coordinator does; None: the city's.
        due_on: The day by which it is to be done.
        details: Ids, codes and figures, never anything personal; their names are in `TASK_FIELDS`.
    """

    task_id: EntityId
    kind: TaskKind
    matter: Annotated[str, Field(max_length=160)]
    opened_on: Day
    county: County | None = None
    person_id: KnownPersonId | None = None
    due_on: Day | None = None
    details: Annotated[dict[Word, Annotated[str, Field(max_length=160)]], Field(max_length=20)]

    @field_validator("details")
    @classmethod
    def _are_known(cls, details: dict[str, str], info: Any) -> dict[str, str]:
        unknown = sorted(details.keys() - TASK_FIELDS.get(info.data.get("kind", ""), frozenset()))
        if unknown:
            raise ValueError(f"a task of this kind has no detail {unknown[0]}")
        return details


class TaskClosed(Event, topic="task.closed", entity="task_id", partition="person_id|task_id"):
    """The cause of a task is gone; nobody needs to do anything about it any more."""

    task_id: EntityId
    kind: TaskKind
    matter: Annotated[str, Field(max_length=160)]
    person_id: KnownPersonId | None = None
