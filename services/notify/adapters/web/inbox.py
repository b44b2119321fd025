"""The inbox: what needs an officer, 50 a page, and how many of it are new."""

import asyncio
from dataclasses import asdict
from datetime import date
from math import ceil
from typing import Any, Final

from pydantic import TypeAdapter

from services.notify.adapters.web import inbox_acts, inbox_alert, live
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import (
    EVERYBODY,
    Answer,
    Asked,
    Endpoint,
    Fragment,
    Language,
    Page,
    Principal,
    Role,
)
from services.notify.adapters.web.inbox_choices import choices
from services.notify.adapters.web.inbox_names import named
from services.notify.adapters.web.inbox_queries import (
    COUNTED,
    ORDER,
    PAGE,
    InboxQuery,
    is_plain,
    kinds_of,
    matching,
    shown_filters,
    unread,
)
from services.notify.domain.alert import Alert
from services.notify.views import row_of
from shared.store import Row

_ALERT: Final = TypeAdapter(Alert)
_MOST_COUNTED: Final = 999


async def show(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """List what needs the officer."""
    given: InboxQuery = asked.query
    query = matching(principal, given, desk.rules)
    acting = principal.role is not Role.AUDITOR
    hint: dict[str, Any] = {"hint": COUNTED} if is_plain(given) else {}
    total, listed, today, given_to = await asyncio.gather(
        desk.db["alert"].count_documents(query, **hint),
        _listed(desk, query, given.page),
        desk.open_day(),
        choices(desk, principal) if acting else _none(),
    )
    pages = max(1, ceil(total / PAGE))
    if given.page > pages:
        listed = await _listed(desk, query, pages)
    data = {"total": total, "page": min(given.page, pages), "pages": pages, "today": today, "acting": acting}
    rows = await named(desk, principal, [row(desk, each, principal.lang, today) for each in listed])
    data |= {"rows": rows, "choices": given_to}
    data |= {"filters": shown_filters(given), "states": list(_states()), "kinds": kinds_of(principal.role)}
    return Page("inbox.html", data, part="rows")


async def _listed(desk: Desk, query: Row, page: int) -> list[Row]:
    found = desk.db["alert"].find(query, {"state.history": 0}).sort(ORDER)
    return [each async for each in found.skip((page - 1) * PAGE).limit(PAGE)]


async def _none() -> list[dict[str, str]]:
    return []


async def count(desk: Desk, principal: Principal, asked: Asked) -> Answer:  # noqa: ARG001 - the shape of a handler
    """Say how many alerts in one's own inbox are unread."""
    many = await desk.db["alert"].count_documents(unread(principal), hint=COUNTED, limit=_MOST_COUNTED + 1)
    return Fragment("inbox_unread.html", {"unread": many, "most": _MOST_COUNTED})


def row(desk: Desk, document: Row, lang: Language, today: date) -> dict[str, Any]:
    """Return one alert as the list shows it."""
    alert = _ALERT.validate_python(document["state"])
    shown = asdict(row_of(document["_id"], alert, desk.rules, lang))
    overdue = alert.due_on is not None and alert.due_on < today and alert.over_on is None
    more = {"state": alert.state, "due_on": alert.due_on, "area": alert.area, "overdue": overdue}
    return shown | more | {"unread": alert.over_on is None and alert.state in {"raised", "escalated"}}


def _states() -> tuple[str, ...]:
    return tuple(InboxQuery.model_fields["state"].annotation.__args__)  # type: ignore[union-attr]


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/", "inbox", EVERYBODY, show, query=InboxQuery, summary="What needs the officer", nav="nav.inbox"),
    Endpoint("GET", "/unread", "unread", EVERYBODY, count, summary="How many alerts are unread"),
    *inbox_alert.ENDPOINTS,
    *inbox_acts.ENDPOINTS,
    *live.ENDPOINTS,
)
