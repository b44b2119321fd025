"""Clawbacks: money that was paid and has to come back, from its proposal to its end."""

from datetime import date
from typing import Any, Final, Literal

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Answer, Asked, Endpoint, Form, Page, Principal, Role
from services.notify.adapters.web.money import PageNumber
from services.notify.adapters.web.money_read import (
    CLAWBACKS,
    CURES,
    READERS,
    SIGNERS,
    Claimed,
    claimed,
    clawback_of,
    owed_by,
)
from services.notify.domain.money_moves import Cure
from shared.events.payments import WRITE_OFF_PREFIX, decision_hash

_A_PAGE: Final = 50
_MOST: Final = 5_000  # clawbacks that a list looks through
State = Literal["proposed", "owed", "objected", "write_off_proposed", "over"]


class Clawbacks(Form):
    """Which clawbacks; without a state, those that are not over."""

    state: State | None = None
    page: PageNumber = 1


async def clawbacks(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show clawbacks and where they stand."""
    wanted: Clawbacks = asked.query
    rows = await CLAWBACKS.many(desk.db, principal.scope.query(), (("state.since", -1), ("_id", 1)), limit=_MOST)
    found = await claimed(desk, rows)
    listed = {id_: each for id_, each in found.items() if _is_asked(each, wanted.state)}
    first = (wanted.page - 1) * _A_PAGE
    shown = dict(list(listed.items())[first : first + _A_PAGE])
    cures = await CURES.of(desk.db, shown)
    data = {
        "rows": [line(id_, each, cures.get(id_)) for id_, each in shown.items()],
        "asked": wanted.model_dump(),
        "has_more": len(listed) > first + _A_PAGE,
    }
    return Page("money_clawbacks.html", data)


def _is_asked(each: Claimed, state: str | None) -> bool:
    return each.at.state == state if state else each.at.state != "over"


def line(clawback_id: str, each: Claimed, cure: Cure | None) -> dict[str, Any]:
    """Return a clawback as a line of the list."""
    claim = each.row.claim
    return {
        "clawback_id": clawback_id,
        "county": each.row.area,
        "programme": claim.programme if claim else "",
        "payee": each.payee,
        "person_id": claim.person_id if claim else None,
        "period": claim.period if claim else "",
        "since": each.row.since,
        "claimed_fen": each.row.fen,
        "fen": each.at.fen,
        "state": each.at.state,
        "giving_up_fen": each.at.giving_up_fen,
        "prepared_by": each.at.prepared_by,
        "cure_ends": cure.cure_ends if cure and not each.at.is_owed else None,
    }


async def clawback(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show a clawback: what it is about, what was done, and what may be done now."""
    id_ = asked.path["clawback_id"]
    found = await clawback_of(desk, principal, id_)
    cure = await CURES.one(desk.db, {"_id": id_})
    subject, fen = subject_of(id_, found)
    data = {
        "clawback": line(id_, found, cure) | {"clause": found.row.clause},
        "moves": found.row.moves,
        "acts": sorted(found.acts, key=lambda act: act.report),
        "owed_fen": await owed_by(desk, principal, found.payee),
        "subject_id": subject,
        "decides_fen": fen,
        "content_hash": decision_hash(subject, found.payee, fen),
        "may_sign": principal.role in SIGNERS,
        "may_act": principal.role is not Role.AUDITOR,
        "why_not": why_not(found, principal, await desk.open_day(), cure),
    }
    return Page("money_clawback.html", data)


def subject_of(clawback_id: str, found: Claimed) -> tuple[str, int]:
    """Return what an approval would be about now, the clawback or giving it up, and over how much."""
    if found.at.giving_up_fen:
        return f"{WRITE_OFF_PREFIX}{clawback_id}", found.at.giving_up_fen
    return clawback_id, found.at.fen


def why_not(found: Claimed, principal: Principal, open_day: date, cure: Cure | None) -> str:
    """Return why somebody is not offered to decide on a clawback, a word; empty where they are."""
    at = found.at
    runs = cure is not None and cure.cure_ends is not None and not at.is_owed and open_day <= cure.cure_ends
    checks = (
        ("not_open", at.is_held or not at.fen or (at.is_owed and not at.giving_up_fen)),
        ("notice_running", runs),
        ("same_person", bool(at.prepared_by) and at.prepared_by == principal.by),
        ("second_is_approver", bool(at.prepared_by) and principal.role is not Role.APPROVER),
    )
    return next((word for word, applies in checks if applies), "")


ENDPOINTS = (
    Endpoint("GET", "/money/clawbacks", "money_clawbacks", READERS, clawbacks, Clawbacks, summary="Clawbacks"),
    Endpoint("GET", "/money/clawbacks/{clawback_id}", "money_clawback", READERS, clawback, summary="One clawback"),
)
