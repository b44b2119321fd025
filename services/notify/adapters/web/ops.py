"""Operations: streams, lag and seals as the broker tells them; replays; refused and waiting facts, wishes of them."""

from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

import nats.errors
from nats.js.errors import Error as JetStreamError
from pydantic import Field

from services.notify.adapters.web import ops_read
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import (
    Action,
    Answer,
    Asked,
    Endpoint,
    Form,
    Page,
    Principal,
    Role,
    Said,
    See,
)
from services.notify.adapters.web.shelf import Shelf
from services.notify.domain.ops_book import LETTER, PROOF, ROOM, WISH, Proof, Replay
from shared.events.ops import LettersWished
from shared.store import Row

READERS: Final = frozenset({Role.OPS, Role.AUDITOR})
OPERATORS: Final = frozenset({Role.OPS})
LETTERS, WISHES, PROOFS = Shelf(LETTER), Shelf(WISH), Shelf(PROOF)
_FACTS: Final = {"$sum": {"$map": {"input": {"$objectToArray": "$state.counts"}, "in": "$$this.v"}}}  # of a room
_MOST: Final = 200
Source = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
FactName = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=80)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


class Which(Form):
    """Which refused facts are listed one by one."""

    source: Annotated[str, Field(max_length=64)] | None = None
    fact: Annotated[str, Field(max_length=80)] | None = None
    code: Code | None = None


class Wished(Action):
    """What is to become of refused facts: all of a source, of a type, for a reason, or one of them."""

    wish: Literal["redrive", "discard"]
    source: Source
    reason: Annotated[str, Field(min_length=2, max_length=200)]
    fact: FactName | None = None
    code: Code | None = None
    letter: Annotated[str, Field(min_length=3, max_length=300)] | None = None


async def overview(desk: Desk, principal: Principal, asked: Asked) -> Answer:  # noqa: ARG001 - the shape of a handler
    """Show streams, how far behind each consumer is, seals and replays; without a broker, that it does not answer."""
    open_day = await desk.open_day()
    data = {
        "open_day": open_day,
        "refused": await desk.db[LETTERS.kind].count_documents(_theirs(principal)),
        "waiting": await _waiting(desk),
        "replays": replays(await PROOFS.one(desk.db, {}) or Proof(), open_day),
    }
    return Page("ops.html", data | await _of_broker(desk, open_day))


def replays(proof: Proof, open_day: date) -> list[dict[str, Any]]:
    """Return the last replay of the whole that was told and, where that disagrees, the last that agreed.

    `days_since` counts the days that were closed since and that it says nothing of.
    """
    shown = [proof.last] if proof.last == proof.agreed else [proof.last, proof.agreed]
    return [_replay(each, open_day) for each in shown if each]


def _replay(told: Replay, open_day: date) -> dict[str, Any]:
    said, closed = told.said, open_day - timedelta(days=1)
    since = (closed - said.posted_until).days if said.posted_until else None
    return said.model_dump() | {"on": told.on, "agrees": said.agrees, "days_since": since}


async def _of_broker(desk: Desk, open_day: date) -> dict[str, Any]:
    nothing: dict[str, Any] = {"answers": False, "streams": [], "consumers": [], "services": [], "seals": []}
    if desk.js is None:
        return nothing
    try:
        consumers = await ops_read.subscriptions(desk.js)
        return {
            "answers": True,
            "streams": await ops_read.streams(desk.js),
            "consumers": consumers,
            "services": ops_read.services(consumers),
            "seals": await ops_read.seals(desk.js, open_day),
        }
    except (TimeoutError, nats.errors.Error, JetStreamError):
        return nothing


async def letters(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show refused facts by source, type and reason, rooms in which facts wait, and what was wished."""
    wanted: Which = asked.query
    named = {f"state.{name}": value for name, value in wanted.model_dump().items() if value}
    query, order = {"$and": [_theirs(principal), named]}, (("state.on", -1), ("_id", 1))
    listed = await LETTERS.many(desk.db, query, order, limit=_MOST) if named else {}
    wishes = await WISHES.many(desk.db, {}, (("state.on", -1), ("_id", -1)), limit=20)
    data = {
        "groups": await groups(desk, principal),
        "asked": wanted.model_dump(),
        "letters": [{"letter": id_, "state": letter} for id_, letter in listed.items()],
        "rooms": await _rooms(desk),
        "wishes": [wish for wish in wishes.values() if wish.said],
        "may_wish": principal.role in OPERATORS,
    }
    return Page("ops_letters.html", data)


async def _waiting(desk: Desk) -> int:
    """Return how many facts wait, in all rooms."""
    steps = [{"$group": {"_id": None, "facts": {"$sum": _FACTS}}}]
    return sum([int(row["facts"]) async for row in desk.db[ROOM.kind].aggregate(steps)])


async def _rooms(desk: Desk) -> list[Row]:
    """Return the rooms in which facts wait, the overdue and the fullest first."""
    shown = {"_id": 0, "room": "$_id", "facts": _FACTS}
    shown |= {name: f"$state.{name}" for name in ("counts", "since", "is_overdue")}
    order = {"is_overdue": -1, "facts": -1, "room": 1}
    steps: list[Row] = [{"$project": shown}, {"$sort": order}, {"$limit": _MOST}]
    return [row async for row in desk.db[ROOM.kind].aggregate(steps)]


def _theirs(principal: Principal) -> Row:
    """Return the query of the refused facts of somebody's areas; one that names no county is nobody's alone."""
    return {"$or": [principal.scope.query(), {"state.area": ""}]}


async def groups(desk: Desk, principal: Principal) -> list[dict[str, Any]]:
    """Return how many facts were refused by source, type and reason, most first."""
    by = {name: f"$state.{name}" for name in ("source", "fact", "code")}
    asked = {"$sum": {"$cond": [{"$ne": ["$state.asked_by", ""]}, 1, 0]}}
    group = {"_id": by, "count": {"$sum": 1}, "first": {"$min": "$state.on"}, "last": {"$max": "$state.on"}}
    steps: list[Row] = [{"$match": _theirs(principal)}, {"$group": group | {"asked": asked}}, {"$limit": 1_000}]
    found = desk.db[LETTERS.kind].aggregate(steps)
    rows = [{**row.pop("_id"), **row} async for row in found]
    return sorted(rows, key=lambda row: (-row["count"], row["source"], row["fact"], row["code"]))


async def _reaches_others(desk: Desk, principal: Principal, form: Wished) -> bool:
    """Tell whether a wish would be carried out on refused facts of areas that are not the operator's."""
    named = {"_id": form.letter} if form.letter else {"state.source": form.source}  # as registry looks them up
    named |= {f"state.{name}": value for name in ("fact", "code") if (value := getattr(form, name))}
    others = {"$and": [named, {"$nor": [_theirs(principal)]}]}
    return await desk.db[LETTERS.kind].find_one(others, {"_id": 1}) is not None


async def wish(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """State what is to become of refused facts; registry, which keeps them sealed, sees to each of them."""
    form: Wished = asked.form
    if await _reaches_others(desk, principal, form):
        return See("/ops/letters", Said("ops.others", tone="bad"))
    data = form.model_dump(exclude={"token"}, exclude_none=True)
    became = await desk.publish(principal, LettersWished.topic, data, form.token)
    return See("/ops/letters", became.said)


ENDPOINTS = (
    Endpoint("GET", "/ops", "ops", READERS, overview, summary="Streams, lag and seals", nav="nav.ops"),
    Endpoint("GET", "/ops/letters", "ops_letters", READERS, letters, Which, summary="Refused and waiting facts"),
    Endpoint(
        "POST", "/ops/letters", "ops_wish", OPERATORS, wish, form=Wished,
        summary="Have refused facts judged again, or discarded",
    ),
)  # fmt: skip
