"""What queries show of placements. Pure; a person is shown by id only."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Final

from services.registry.domain.placements import Placement

Row = dict[str, Any]
STATES: Final = ("planned", "in_post", "suspended", "term_over", "ended", "void")
_AHEAD: Final = timedelta(days=30)


def placement_row(id_: str, placement: Placement, day: date, overlapping: Collection[str] = ()) -> Row:
    """Return a placement as of a day: term, host, gates, agreement, arrival and what is open.

    An agreement or an arrival of a later day is not shown; the tasks are those that stand open.

    Args:
        id_: The employment.
        placement: As it stands.
        day: The day looked at.
        overlapping: The placements that overlap another.
    """
    check = placement.check
    answers = [each.model_dump(exclude_none=True) for each in check.answers] if check else []
    return {
        "employment_id": id_,
        "person_id": placement.person_id,
        "kind": placement.post_kind,
        "programme": check.programme if check else placement.programme,
        "county": placement.county,
        "township": placement.township,
        "host": placement.uscc,
        "sender": placement.sender_uscc,
        "starts_on": placement.starts_on,
        "until": placement.end or (check.until if check else placement.extended_until or placement.contract_until),
        "state": state_of(placement, day),
        "exclusive": bool(check and check.exclusive),
        "gates": answers,
        "agreement_on": _by(placement.signed_on, day),
        "agreement_parties": placement.parties,
        "agreement_by": check.agreement_by if check else None,
        "arrived_on": _by(placement.arrived_on, day),
        "arrival_by": check.arrival_by if check else None,
        "violations": [f"{each.date} {each.kind}" for each in placement.unsettled if each.date <= day],
        "open": sorted(_open(placement) | ({"placement_overlap"} if id_ in overlapping else set())),
        "next_due": placement.due_on,
    }


def state_of(placement: Placement, day: date) -> str:
    """Return how a placement stands on a day, one of `STATES`."""
    if placement.span is None:
        return "void"
    first, last = placement.span
    if day < first:
        return "planned"
    if last < day:
        return "term_over" if placement.end is None else "ended"
    return "suspended" if _rests(placement, day) else "in_post"


def is_due(row: Row, day: date) -> bool:
    """Tell whether something about a placement is open, or will be within thirty days."""
    return bool(row["open"]) or (row["next_due"] is not None and row["next_due"] <= day + _AHEAD)


def _open(placement: Placement) -> set[str]:
    return {mark.partition(" ")[0] for mark in placement.open}


def _rests(placement: Placement, day: date) -> bool:
    since, resumed = placement.resting_on, placement.resumed_on
    if since is None or since > day or (placement.resting_until is not None and placement.resting_until < day):
        return False
    return resumed is None or resumed < since or resumed > day


def _by(on: date | None, day: date) -> date | None:
    return on if on is not None and on <= day else None
