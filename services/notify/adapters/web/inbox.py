"""The inbox: what needs an officer, 50 a page, and how many of it are new."""

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
from services.notify.adapters.web.inbox_queries import ORDER, PAGE, InboxQuery, matching, shown_filters, unread, visible
from services.notify.domain.alert import Alert
from services.notify.views import row_of
from shared.store import Row

_ALERT: Final = TypeAdapter(Alert)
_MOST_COUNTED: Final = 999


async def show(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """List what needs the officer."""
    given: InboxQuery = asked.query
    query = matching(principal, given, desk.rules)
    alerts = desk.db["alert"]
    total = await alerts.count_documents(query)
    pages = max(1, ceil(total / PAGE))
    page = min(given.page, pages)
    found = alerts.find(query, {"state.history": 0}).sort(ORDER).skip((page - 1) * PAGE).limit(PAGE)
    today = await desk.open_day()
    rows = [row(desk, each, principal.lang, today) async for each in found]
    kinds = sorted(await alerts.distinct("state.kind", visible(principal)))
    data = {"rows": rows, "total": total, "page": page, "pages": pages, "kinds": kinds, "today": today}
    acting = principal.role is not Role.AUDITOR
    more = {"filters": shown_filters(given), "states": list(_states()), "acting": acting}
    given_to = await choices(desk, principal) if acting else []
    return Page("inbox.html", data | more | {"choices": given_to}, part="rows")


async def count(desk: Desk, principal: Principal, asked: Asked) -> Answer:  # noqa: ARG001 - the shape of a handler
    """Say how many alerts in one's own inbox are unread."""
    many = await desk.db["alert"].count_documents(unread(principal), limit=_MOST_COUNTED + 1)
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
