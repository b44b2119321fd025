"""One alert: what happened, what to do, its history, and what led to it as far as notify's own records say."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from pydantic import TypeAdapter

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import (
    EVERYBODY,
    Answer,
    Asked,
    Endpoint,
    NotFound,
    Page,
    Principal,
    Role,
    See,
)
from services.notify.adapters.web.inbox_choices import choices
from services.notify.adapters.web.inbox_names import named
from services.notify.adapters.web.inbox_queries import addresses, visible
from services.notify.domain.alert import Alert, Step, address_of
from services.notify.domain.timeline import Entry, subject_tag
from services.notify.views import row_of
from shared.store import Row

_ALERT: Final = TypeAdapter(Alert)
_ENTRY: Final = TypeAdapter(Entry)
_MOST_TRACED: Final = 40


async def one(desk: Desk, principal: Principal, alert_id: str) -> Row:
    """Return the document of an alert that somebody may see.

    Raises:
        NotFound: There is none, or it is not theirs.
    """
    row = await desk.db["alert"].find_one({"$and": [{"_id": alert_id}, visible(principal)]})
    if row is None:
        raise NotFound
    return row


async def show(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show one alert."""
    row = await one(desk, principal, asked.path["alert_id"])
    alert = _ALERT.validate_python(row["state"])
    names = await _names(desk, [*_people(alert.history), address_of(alert).removeprefix("to:")])
    acting = principal.role is not Role.AUDITOR and alert.over_on is None
    (shown,) = await named(desk, principal, [asdict(row_of(row["_id"], alert, desk.rules, principal.lang))])
    data: dict[str, Any] = {
        "alert": shown,
        "standing": {"state": alert.state, "due_on": alert.due_on, "area": alert.area, "by": alert.acknowledged_by},
        "details": {name: value for name, value in sorted(alert.details.items()) if value},
        "history": [_step(step) for step in reversed(alert.history)],
        "trace": await traced(desk, principal, alert),
        "names": names,
        "acting": acting,
        "choices": await choices(desk, principal) if acting else [],
        "to_mark": acting and alert.seen_on is None and bool(set(row.get("tags", ())) & set(addresses(principal))),
        "today": await desk.open_day(),
    }
    return Page("inbox_alert.html", data)


async def mark(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """State that an officer has looked at an alert; however often the page is opened, it is one fact."""
    row = await one(desk, principal, asked.path["alert_id"])
    state = row["state"]
    if state.get("seen_on") is None and set(row.get("tags", ())) & set(addresses(principal)):
        token = hashlib.sha256(f"seen|{row['_id']}|{state['raised_on']}".encode()).hexdigest()[:32]
        body = {"alert_id": row["_id"], "home": state["home"]}
        await desk.publish(principal, "alert.seen", body, token, wait=False)
    return See(f"/alerts/{row['_id']}")


async def traced(desk: Desk, principal: Principal, alert: Alert) -> list[dict[str, Any]]:
    """Return what notify knows of the facts behind an alert: the timeline of the person or employer it names."""
    causes = [step.cause for step in alert.history if step.cause]
    entries = desk.db["timeline_entry"]
    known = {row["_id"]: row["state"]["sequence"] async for row in entries.find({"_id": {"$in": causes}})}
    subjects = [alert.person_id, alert.details.get("uscc"), alert.details.get("payee")]
    tags = [subject_tag(each) for each in subjects if each]
    query = {"tags": {"$in": tags}, "state.sequence": {"$in": sorted(set(known.values()))}}
    found = entries.find(query).sort([("state.sequence", 1), ("_id", 1)]).limit(_MOST_TRACED)
    rows = {row["_id"]: _ENTRY.validate_python(row["state"]) async for row in found}
    return [
        {
            "id": id_,
            "on": entry.on,
            "known_on": entry.known_on,
            "sentence": desk.phrases.sentence(entry, principal.lang),
        }
        | {"topic": entry.topic, "is_cause": id_ in causes}
        for id_, entry in rows.items()
    ] + [{"id": cause, "topic": "", "sentence": "", "is_cause": True} for cause in causes if cause not in rows]


def _step(step: Step) -> dict[str, Any]:
    return asdict(step)


def _people(steps: Sequence[Step]) -> Iterable[str]:
    for step in steps:
        yield step.by
        yield step.to.removeprefix("to:")


async def _names(desk: Desk, ids: Iterable[str]) -> dict[str, str]:
    """Return what those are called at the desk who took steps: users, or coordinators with an account."""
    wanted = sorted({each for each in ids if each})
    query = {"$or": [{"_id": {"$in": wanted}}, {"coordinator_id": {"$in": wanted}}]}
    found: dict[str, str] = {}
    async for row in desk.db["desk_users"].find(query, {"name": 1, "coordinator_id": 1}):
        found |= {row["_id"]: row["name"]} | ({row["coordinator_id"]: row["name"]} if row.get("coordinator_id") else {})
    return found


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/alerts/{alert_id}", "alert", EVERYBODY, show, summary="One alert and its history"),
    Endpoint("POST", "/alerts/{alert_id}/seen", "alert_seen", EVERYBODY - {Role.AUDITOR}, mark, summary="Mark as seen"),
)
