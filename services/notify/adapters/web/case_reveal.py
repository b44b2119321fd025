"""Names and phones at the desk: masked by default; shown in full once, for a reason, which is kept before it is shown.

A card is opened in two ways only. `masked` returns no more than a mask; `revealed` writes who asks, about whom, which
fields and why, and opens the card behind that. So as many cards were shown in full as there are rows in `desk_reveals`.
Lists show neither and open no card, but for the inbox, whose sentences say masks (inbox_names.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from bson import ObjectId
from pydantic import Field
from pymongo import DESCENDING

from services.notify.adapters.web.case_scope import case_of
from services.notify.adapters.web.desk import Desk, card_of
from services.notify.adapters.web.endpoint import (
    OFFICERS,
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
from shared.errors import Unavailable
from shared.events.types import Text
from shared.identity import mask_name, mask_phone
from shared.telemetry import logger

REVEALS: Final = "desk_reveals"
_ON_A_PAGE: Final = 100
Shown = Literal["name", "phone"]


@dataclass(frozen=True, slots=True)
class Face:
    """A name and a phone as screens show them; empty: there is none."""

    name: str = ""
    phone: str = ""


async def masked(desk: Desk, person_id: str) -> Face:
    """Return the mask of a card: `张*`, `138****5678`; nothing where the card cannot be read at the moment."""
    try:
        card = await _opened(desk, person_id, "masked")
    except Unavailable:
        return Face()
    name, phone = card.get("name"), card.get("phone")
    return Face(mask_name(name) if name else "", mask_phone(phone) if phone else "")


async def revealed(desk: Desk, principal: Principal, person_id: str, asked: "Reveal", area: str) -> Face:
    """Keep that somebody wants to see a card and why, then return what it says in full.

    Raises:
        Unavailable: The card cannot be read at the moment; that it was asked for is kept all the same.
    """
    fields = sorted(set(asked.shown))
    row = {"who": principal.user_id, "role": str(principal.role), "whom": person_id, "area": area, "fields": fields}
    kept = await desk.db[REVEALS].insert_one(row | {"reason": asked.reason, "when": desk.now()})
    logger().info("console.revealed", number=str(kept.inserted_id), count=len(fields))
    card = await _opened(desk, person_id, "revealed")
    return Face(**{name: card.get(name, "") for name in fields})


async def _opened(desk: Desk, person_id: str, how: str) -> Mapping[str, str]:
    desk.opened[how] += desk.cards is not None
    return await card_of(desk.cards, person_id) or {}


class Reveal(Form):
    """Which fields somebody wants to see, and why."""

    shown: list[Shown] = Field(min_length=1)
    reason: Annotated[Text, Field(min_length=4)]


class Which(Form):
    """Which rows of the list: those before a row, those about somebody, those of an officer."""

    before: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")] | None = None
    whom: Annotated[str, Field(pattern=r"^p[a-z2-7]{25}$")] | None = None
    who: Annotated[str, Field(max_length=64)] | None = None


async def reveal(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show name or phone in full, once: the page is an answer to the form, and nothing keeps it."""
    person_id, form = asked.path["person_id"], asked.form
    case = await case_of(desk, principal, person_id)
    try:
        face = await revealed(desk, principal, person_id, form, case.area)
    except Unavailable:
        return See(f"/cases/{person_id}", Said("case.no_card", tone="bad"))
    return Page("case_reveal.html", {"person_id": person_id, "face": face, "reason": form.reason})


async def reveals(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """List who saw whose name or phone, when and why."""
    wanted: Which = asked.query
    query: dict[str, Any] = {"$and": [principal.scope.query("area")]}
    query |= {name: value for name in ("whom", "who") if (value := getattr(wanted, name))}
    query |= {"_id": {"$lt": ObjectId(wanted.before)}} if wanted.before else {}
    found = desk.db[REVEALS].find(query).sort("_id", DESCENDING).limit(_ON_A_PAGE + 1)
    rows = [row | {"_id": str(row["_id"]), "when": row["when"].isoformat()} async for row in found]
    shown = rows[:_ON_A_PAGE]
    after = shown[-1]["_id"] if len(rows) > _ON_A_PAGE else ""
    return Page("reveals.html", {"rows": shown, "wanted": wanted, "after": after})


ENDPOINTS: Final = (
    Endpoint(
        "POST", "/cases/{person_id}/reveal", "case_reveal", OFFICERS, reveal, form=Reveal,
        summary="Show a person's name or phone in full, for a reason that is kept",
    ),
    Endpoint(
        "GET", "/reveals", "reveals", frozenset({Role.AUDITOR}), reveals, query=Which,
        summary="Who saw whose name or phone, when and why", nav="nav.reveals",
    ),
)  # fmt: skip
