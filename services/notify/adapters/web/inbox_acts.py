"""What an officer does with alerts: take on, put off, finish, hand over; one, or all that are selected."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from services.notify.adapters.web.desk import Desk, Told
from services.notify.adapters.web.endpoint import (
    EVERYBODY,
    Action,
    Answer,
    Asked,
    Endpoint,
    NotFound,
    Principal,
    Role,
    Said,
    See,
)
from services.notify.adapters.web.inbox_alert import one
from services.notify.adapters.web.inbox_choices import choices
from services.notify.adapters.web.inbox_queries import visible
from shared.store import Row

_TOPICS: Final = {
    "acknowledge": "alert.acknowledged",
    "snooze": "alert.snoozed",
    "done": "alert.done",
    "hand_over": "alert.handed_over",
}
_AT_ONCE, _MOST = 10, 100
_FOLDED_S, _LOOK_S = 1.5, 0.03
_WHO_ACTS: Final = EVERYBODY - {Role.AUDITOR}
AlertId = Annotated[str, Field(pattern=r"^[\w.:|-]{1,200}$")]


class ActForm(Action):
    """What is done.

    Args:
        until: The day until which it is put off. to: whose it is from now on, one of `choices`.
        back: Query of the list to return to.
    """

    act: Literal["acknowledge", "snooze", "done", "hand_over"]
    until: date | None = None
    to: Annotated[str, Field(max_length=80)] | None = None
    note: Annotated[str, Field(max_length=200)] | None = None
    back: Annotated[str, Field(max_length=300, pattern=r"^[\w=&%.-]*$")] | None = None


class BulkForm(ActForm):
    """The same for all that are selected."""

    alert: Annotated[tuple[AlertId, ...], Field(max_length=_MOST)] = ()


async def act(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Do something with one alert."""
    row = await one(desk, principal, asked.path["alert_id"])
    return await _done(desk, principal, asked.form, [row], f"/alerts/{row['_id']}" if asked.form.back is None else "")


async def act_on_all(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Do something with those that are selected; one that is not the officer's makes the whole of it not there."""
    ids = sorted(set(asked.form.alert))
    found = desk.db["alert"].find({"$and": [{"_id": {"$in": ids}}, visible(principal)]})
    rows = [row async for row in found]
    if len(rows) < len(ids):
        raise NotFound
    return await _done(desk, principal, asked.form, rows, "")


async def _done(desk: Desk, principal: Principal, form: ActForm, rows: Sequence[Row], there: str) -> Answer:
    location = there or f"/?{form.back}" if form.back or there else "/"
    problem = await _problem(desk, principal, form, rows)
    if problem:
        return See(location, Said(problem, tone="bad"))
    gate = asyncio.Semaphore(_AT_ONCE)

    async def state(row: Row) -> Told:
        async with gate:
            return await desk.publish(principal, _TOPICS[form.act], _body(form, row), token_of(form.token, row["_id"]))

    told = await asyncio.gather(*(state(row) for row in rows))
    await _folded(desk, [row for row, each in zip(rows, told, strict=True) if each.outcome == "accepted"])
    return See(location, _said(told))


async def _problem(desk: Desk, principal: Principal, form: ActForm, rows: Sequence[Row]) -> str:
    if not rows:
        return "act.nothing"
    if form.act == "snooze" and (form.until is None or form.until <= await desk.open_day()):
        return "act.no_day"
    if form.act == "hand_over" and form.to not in {each["address"] for each in await choices(desk, principal)}:
        return "act.no_address"
    return ""


def token_of(token: str, alert_id: str) -> str:
    """Return the token of one alert's fact among those of a form."""
    return hashlib.sha256(f"{token}|{alert_id}".encode()).hexdigest()[:32]


def _body(form: ActForm, row: Row) -> dict[str, Any]:
    body: dict[str, Any] = {"alert_id": row["_id"], "home": row["state"]["home"]}
    match form.act:
        case "snooze":
            return body | {"until": str(form.until)}
        case "hand_over":
            return body | {"to": form.to} | ({"reason": form.note} if form.note else {})
        case "done":
            return body | ({"note": form.note} if form.note else {})
        case _:
            return body


async def _folded(desk: Desk, rows: Sequence[Row]) -> None:
    """Wait a moment until what was accepted stands in the inbox: the next page is to show it."""
    before = {row["_id"]: len(row["state"].get("history", ())) for row in rows}
    for _ in range(int(_FOLDED_S / _LOOK_S)):
        if not before:
            return
        query = {"_id": {"$in": sorted(before)}}
        async for row in desk.db["alert"].find(query, {"many": {"$size": {"$ifNull": ["$state.history", []]}}}):
            if row["many"] != before[row["_id"]]:
                del before[row["_id"]]
        await asyncio.sleep(_LOOK_S if before else 0)


def _said(told: Sequence[Told]) -> Said:
    if len(told) == 1 and not told[0].is_taken:
        return told[0].said
    refused = [each for each in told if each.outcome == "rejected"]
    taken = sum(each.is_taken for each in told)
    if taken == len(told):
        return Said("act.taken", {"count": str(taken)})
    counts = {"count": str(taken), "refused": str(len(refused)), "waiting": str(len(told) - taken - len(refused))}
    return Said("act.mixed", counts | {"code": refused[0].code if refused else "-"}, "note")


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/alerts/act", "alerts_act", _WHO_ACTS, act_on_all, form=BulkForm, summary="Act on several alerts"
    ),
    Endpoint("POST", "/alerts/{alert_id}/act", "alert_act", _WHO_ACTS, act, form=ActForm, summary="Act on one alert"),
)
