"""One person at a glance: what is open, what is due and unclaimed, what happened, and what can be done there."""

from functools import partial
from typing import Any, Final, Literal

from services.notify import case_views, views
from services.notify.adapters.web import case_doing, case_list, case_reveal
from services.notify.adapters.web.case_acts import ACT_OF, ITEMS, MEASURES, VISITS, Seen, offered
from services.notify.adapters.web.case_doing import seen_by
from services.notify.adapters.web.case_list import READERS, placed
from services.notify.adapters.web.case_scope import case_of, counties_of
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import (
    FINANCE,
    OFFICERS,
    Answer,
    Asked,
    Endpoint,
    Form,
    Page,
    Principal,
)
from services.notify.adapters.web.inbox_queries import visible
from services.notify.adapters.web.shelf import Shelf
from services.notify.domain.alert import ALERT, case_tag
from services.notify.domain.employer_file import EMPLOYER_FILE
from services.notify.domain.timeline import subject_tag
from services.notify.domain.unclaimed import UNCLAIMED
from services.notify.shipped import titled
from services.notify.subscribers import TIMELINE_ENTRY

ENTRIES, GAPS, EMPLOYERS, ALERTS = Shelf(TIMELINE_ENTRY), Shelf(UNCLAIMED), Shelf(EMPLOYER_FILE), Shelf(ALERT)
_LATEST: Final = 150  # entries that a page shows unless all are asked for
About = Literal["help", "offers", "work", "premiums", "money", "duties", "training", "identity"]


class How(Form):
    """Which part of a timeline is shown."""

    about: About | None = None
    every: Literal["1"] | None = None


async def case(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show one person: who they are to us, what is open, what is due and unclaimed, what happened, what can be done."""
    person_id, how = asked.path["person_id"], asked.query
    file = await case_of(desk, principal, person_id)
    seen = await seen_by(desk, principal, person_id, file)
    entries = list((await ENTRIES.many(desk.db, {"tags": subject_tag(person_id)})).values())
    missing = await GAPS.one(desk.db, {"_id": person_id})
    say = _say(desk, principal)
    data = {
        "person_id": person_id,
        "face": await case_reveal.masked(desk, person_id),
        "file": file,
        "place": placed(file.area),
        "status": _called(desk, principal, "status", file.status or "none"),
        "jobs": file.running(seen.today),
        "risks": seen.risks,
        "alerts": await _alerts(desk, principal, person_id),
        "gaps": case_views.gaps(missing, titled, desk.rules, principal.lang, say),
        "gaps_on": missing.as_of if missing else None,
        "offers": case_views.offers(entries, desk.phrases, principal.lang, say),
        "today": seen.today,
        "acts": offered(seen),
        "choices": _choices(desk, principal, seen),
        "may_reveal": principal.role in OFFICERS,
    }
    return Page("case.html", data | _timeline(desk, principal, entries, how))


async def employer(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show an employer of the officer's counties: what happened there, and what is due and unclaimed."""
    uscc = asked.path["uscc"]
    query = {"$and": [{"_id": uscc}, counties_of(principal.scope).query("state.county")]}
    file = await EMPLOYERS.found(desk.db, query)
    entries = list((await ENTRIES.many(desk.db, {"tags": subject_tag(uscc)})).values())
    missing = await GAPS.one(desk.db, {"_id": uscc})
    gaps = case_views.gaps(missing, titled, desk.rules, principal.lang, _say(desk, principal))
    data = {"uscc": uscc, "file": file, "place": placed(file.county), "gaps": gaps}
    data |= {"kind": _called(desk, principal, "kind", file.kind), "insured": placed(file.insured_county)}
    data |= {"gaps_on": missing.as_of if missing else None}
    return Page("employer.html", data | _timeline(desk, principal, entries, asked.query))


def _timeline(desk: Desk, principal: Principal, entries: list[Any], how: How) -> dict[str, Any]:
    wanted = [entry for entry in entries if how.about in (None, case_views.about_of(entry.topic))]
    latest = wanted if how.every else sorted(wanted, key=case_views.when)[-_LATEST:]
    return {
        "years": case_views.years(latest, desk.phrases, principal.lang),
        "counts": case_views.counted(entries),
        "about": how.about or "",
        "earlier": len(wanted) - len(latest),
    }


async def _alerts(desk: Desk, principal: Principal, person_id: str) -> list[dict[str, Any]]:
    """Return what is open about a person; only what the officer may see as an alert of its own has a page to go to."""
    query = {"tags": case_tag(person_id), "state.over_on": None}
    rows = views.inbox(await ALERTS.many(desk.db, query), desk.rules, principal.lang, views.OPEN)
    theirs = {row["_id"] async for row in desk.db[ALERT.kind].find({"$and": [query, visible(principal)]}, {"_id": 1})}
    return [
        {"alert_id": row.alert_id, "urgency": row.urgency, "sentence": row.sentence, "todo": row.todo}
        | {"since": row.raised_on, "act": ACT_OF.get(row.kind, ""), "is_theirs": row.alert_id in theirs}
        for row in rows
    ]


def _choices(desk: Desk, principal: Principal, seen: Seen) -> dict[str, list[tuple[str, str]]]:
    """Return what can be picked in the forms: values and what they are called."""
    say, duties = _say(desk, principal), desk.phrases.words["duty"]
    kinds = desk.phrases.words["kind"]
    return {
        "kinds": [(code, kinds[code].in_(principal.lang)) for code in VISITS],
        "measures": [(code, say(f"measure.{code}")) for code in MEASURES],
        "checklist": [(code, say(f"item.{code}")) for code in ITEMS],
        "risks": [(each.risk, each.risk) for each in seen.risks],
        "jobs": [(id_, f"{id_} · {job.uscc}") for id_, job in seen.case.running(seen.today).items()],
        "duties": [
            (
                "|".join(each),
                " · ".join(part for part in (duties[each[1]].in_(principal.lang), each[0], each[2]) if part),
            )
            for each in seen.duties()
        ],
    }


def _called(desk: Desk, principal: Principal, field: str, code: str) -> str:
    said = desk.phrases.words[field].get(code)
    return said.in_(principal.lang) if said else code


def _say(desk: Desk, principal: Principal) -> case_views.Say:
    return partial(desk.words.say, principal.lang)


ENDPOINTS: Final = (
    *case_list.ENDPOINTS,
    Endpoint("GET", "/cases/{person_id}", "case", READERS, case, query=How, summary="One person at a glance"),
    *case_doing.ENDPOINTS,
    *case_reveal.ENDPOINTS,
    Endpoint(
        "GET", "/employers/{uscc}", "employer", READERS | FINANCE, employer, query=How,
        summary="One employer at a glance",
    ),
)  # fmt: skip
