"""Whom an officer looks after: a list that is filtered, and a way to a person by their id."""

from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from services.notify.adapters.web.case_scope import CASES, case_of, cases_of
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import OFFICERS, Answer, Asked, Endpoint, Form, Page, Principal, Role, See
from services.notify.adapters.web.inbox_queries import visible
from services.notify.domain.alert import ALERT, case_tag
from services.notify.domain.casefile import CaseFile
from shared.places import place_words

READERS: Final = OFFICERS | {Role.AUDITOR}
_ON_A_PAGE: Final = 50
_MOST_ALERTS: Final = 5_000


class Whom(Form):
    """Which cases are listed.

    Args:
        person_id, uscc: Instead of a list, the page of that person or employer.
        lacks: What they do not have. days: no visit for so many. open: with open alerts only. mine: one's own pairs.
        after: The last person of the page before.
    """

    person_id: Annotated[str, Field(max_length=40)] | None = None
    uscc: Annotated[str, Field(pattern=r"^[0-9A-HJ-NP-RTUW-Y]{18}$")] | None = None
    status: (
        Literal["listed", "exited", "low_income", "extreme_hardship", "monitored", "instant_help", "none"] | None
    ) = None
    lacks: Literal["plan", "pair", "certificate"] | None = None
    days: Annotated[int, Field(ge=1, le=3_650)] | None = None
    open: Literal["1"] | None = None
    mine: Literal["1"] | None = None
    after: Annotated[str, Field(pattern=r"^p[a-z2-7]{25}$")] | None = None


async def cases(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """List the cases in scope; names stand on no list, so that a list opens no card."""
    wanted: Whom = asked.query
    if wanted.person_id:
        await case_of(desk, principal, wanted.person_id)
        return See(f"/cases/{wanted.person_id}")
    if wanted.uscc:
        return See(f"/employers/{wanted.uscc}")
    today = await desk.open_day()
    query = {"$and": [cases_of(principal.scope), *_wanted(wanted, principal, today)]}
    if wanted.open:
        query["$and"].append({"_id": {"$in": await _alarmed(desk, principal)}})
    files = await CASES.many(desk.db, query, (("_id", 1),), limit=_ON_A_PAGE + 1)
    shown = dict(list(files.items())[:_ON_A_PAGE])
    alerts = await _counted(desk, list(shown))
    data = {
        "rows": [_row(id_, case, alerts[id_]) for id_, case in shown.items()],
        "wanted": wanted,
        "after": list(shown)[-1] if len(files) > _ON_A_PAGE else "",
        "statuses": {code: said.in_(principal.lang) for code, said in desk.phrases.words["status"].items()},
    }
    return Page("cases.html", data)


def _wanted(wanted: Whom, principal: Principal, today: date) -> list[dict[str, Any]]:
    lacking = {"plan": "state.planned_on", "pair": "state.coordinator_id", "certificate": "state.certified_on"}
    found: list[dict[str, Any]] = []
    if wanted.status:
        found.append({"state.status": "" if wanted.status == "none" else wanted.status})
    if wanted.lacks:
        found.append({lacking[wanted.lacks]: None})
    if wanted.days:
        since = (today - timedelta(days=min(wanted.days, (today - date.min).days))).isoformat()
        found.append({"$or": [{"state.visited_on": None}, {"state.visited_on": {"$lt": since}}]})
    if wanted.mine and principal.scope.coordinator_id:
        found.append({"state.coordinator_id": principal.scope.coordinator_id})
    if wanted.after:
        found.append({"_id": {"$gt": wanted.after}})
    return found


async def _alarmed(desk: Desk, principal: Principal) -> list[str]:
    """Return about whom an alert is open that the officer may see; the scope of cases is asked besides."""
    query = {"$and": [visible(principal), {"state.over_on": None, "state.case_id": {"$ne": None}}]}
    found = desk.db[ALERT.kind].find(query, {"state.case_id": 1}).limit(_MOST_ALERTS)
    return sorted({row["state"]["case_id"] async for row in found})


async def _counted(desk: Desk, people: list[str]) -> Counter[str]:
    query = {"tags": {"$in": [case_tag(person_id) for person_id in people]}, "state.over_on": None}
    return Counter([row["state"]["case_id"] async for row in desk.db[ALERT.kind].find(query, {"state.case_id": 1})])


def _row(person_id: str, case: CaseFile, alerts: int) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "status": case.status or "none",
        "place": placed(case.area),
        "coordinator_id": case.coordinator_id,
        "visited_on": case.visited_on,
        "planned_on": case.planned_on,
        "tasks": len(case.tasks),
        "alerts": alerts,
    }


def placed(area: str) -> str:
    """Return an area in words as far as it is known, and its code."""
    return f"{place_words(area[:6], area[:9])} {area}".strip()


ENDPOINTS: Final = (
    Endpoint("GET", "/cases", "cases", READERS, cases, query=Whom, summary="Cases in scope", nav="nav.cases"),
)
