"""What queries show of recruiting: rounds, applications and the step at which each waits. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.registry.domain.placements import Placement
from services.registry.domain.recruiting import Application
from services.registry.domain.recruiting_rounds import Round
from shared.identity import mask_name

Row = dict[str, Any]
STEPS: Final = (
    "review", "list", "notice", "objection", "decision", "posting", "agreement", "arrival", "done", "refused",
)  # fmt: skip


def application_row(id_: str, application: Application, round_: Round, placement: Placement | None) -> Row:
    """Return an application: the answers of its gates, its review and decision, and the step at which it waits."""
    check = application.check
    return {
        "application_id": id_,
        "person_id": application.person_id,
        "programme": application.programme,
        "round_id": check.round_id if check else None,
        "received_on": application.received_on,
        "gates": [each.model_dump(exclude_none=True) for each in check.answers] if check else [],
        "review": check.review if check else None,
        "decided": application.decided or None,
        "employment_id": application.employment_id,
        "step": step_of(application, round_, placement),
        "due_on": min(application.deadlines.values(), default=None),
        "late": bool(application.open),
    }


def step_of(application: Application, round_: Round, placement: Placement | None) -> str:
    """Return the step at which an application waits, one of `STEPS`."""
    check = application.check
    if "refused" in (application.decided, check.review if check else None):
        return "refused"
    open_steps = (
        ("review", not application.is_reviewed),
        ("list", round_.proposed is None),
        ("objection", application.objection.is_open or (round_.objection.is_open and not application.decided)),
        ("notice", round_.decide_by is None),
        ("decision", not application.decided),
        ("posting", placement is None),
        ("agreement", placement is not None and not placement.is_signed),
        ("arrival", placement is not None and placement.arrived_on is None),
    )
    return next((step for step, waits in open_steps if waits), "done")


def round_row(id_: str, round_: Round) -> Row:
    """Return a round: how many applied and are listed, its notice, its decision, and what a decision must name."""
    proposed = round_.proposed
    return {
        "round_id": id_,
        "programme": round_.programme,
        "applications": len(round_.applications),
        "closes_on": round_.closes_on,
        "listed": len(proposed.application_ids) if proposed else None,
        "notice_from": proposed.notice_from if proposed else None,
        "notice_until": proposed.notice_until if proposed else None,
        "objection": round_.objection.is_open,
        "decide_by": round_.decide_by,
        "decision": round_.decision or None,
        "content_hash": proposed.content_hash if proposed else None,
    }


def notice_rows(round_: Round, names: Mapping[str, str]) -> list[Row]:
    """Return the list as it is put up: a running number, the application, the masked name; no id of a person.

    Args:
        round_: A round whose list is proposed; before, the list is empty.
        names: By person id; who has none any more stays without.
    """
    proposed = round_.proposed
    pairs: Iterable[tuple[str, str]] = (
        zip(proposed.application_ids, proposed.person_ids, strict=True) if proposed else ()
    )
    return [
        {"number": number, "application_id": id_, "name": mask_name(names.get(person_id, ""))}
        for number, (id_, person_id) in enumerate(pairs, 1)
    ]
