"""One person at a glance: what is open, what is due and unclaimed, what happened, and what can be done there."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from services.notify import case_views, views
from services.notify.adapters.web import case_list, case_reveal
from services.notify.adapters.web.case_acts import ACT_OF, ACTS, ITEMS, MEASURES, VISITS, Act, Seen, offered
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
    NotFound,
    Page,
    Principal,
    Said,
    See,
)
from services.notify.domain.alert import ALERT, case_tag
from services.notify.domain.casefile import CaseFile
from services.notify.domain.employer_file import EMPLOYER_FILE
from services.notify.domain.household_risk import HOUSEHOLD_RISK, household_tag
from services.notify.domain.timeline import subject_tag
from services.notify.domain.unclaimed import UNCLAIMED, Unclaimed
from services.notify.subscribers import TIMELINE_ENTRY
from shared.runner.core import Aggregate

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
    seen = await _seen(desk, principal, person_id, file)
    entries = list((await _states(desk, TIMELINE_ENTRY, {"tags": subject_tag(person_id)})).values())
    missing: Unclaimed | None = (await _states(desk, UNCLAIMED, {"_id": person_id})).get(person_id)
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
        "gaps": case_views.gaps(missing, desk.phrases, desk.rules, principal.lang, say),
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
    file = (await _states(desk, EMPLOYER_FILE, query)).get(uscc)
    if file is None:
        raise NotFound
    entries = list((await _states(desk, TIMELINE_ENTRY, {"tags": subject_tag(uscc)})).values())
    missing: Unclaimed | None = (await _states(desk, UNCLAIMED, {"_id": uscc})).get(uscc)
    gaps = case_views.gaps(missing, desk.phrases, desk.rules, principal.lang, _say(desk, principal))
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
    found = await _states(desk, ALERT, {"tags": case_tag(person_id), "state.over_on": None})
    rows = views.inbox(found, desk.rules, principal.lang)
    return [
        {"alert_id": row.alert_id, "urgency": row.urgency, "sentence": row.sentence, "todo": row.todo}
        | {"since": row.raised_on, "act": ACT_OF.get(row.kind, "")}
        for row in rows
    ]


async def _seen(desk: Desk, principal: Principal, person_id: str, file: CaseFile) -> Seen:
    risks = await _states(desk, HOUSEHOLD_RISK, {"tags": household_tag(file.household_id)}) if file.household_id else {}
    chinese = partial(desk.words.say, "zh")
    return Seen(principal, person_id, file, await desk.open_day(), tuple(risks.values()), chinese)


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


def _doing(act: Act) -> Callable[[Desk, Principal, Asked], Any]:
    """Return the handler of an act: the fact is stated, and the case says what became of it."""

    async def do(desk: Desk, principal: Principal, asked: Asked) -> Answer:
        person_id, form = asked.path["person_id"], asked.form
        file = await case_of(desk, principal, person_id)
        seen = await _seen(desk, principal, person_id, file)
        if act.name not in offered(seen):
            raise NotFound
        back = f"/cases/{person_id}"
        if form.on > seen.today:
            return See(back, Said("case.future", {"today": seen.today.isoformat()}, "bad"))
        topic, data = act.states(seen, form)
        return See(back, (await desk.publish(principal, topic, data, form.token)).said)

    return do


async def _states(desk: Desk, aggregate: Aggregate[Any], query: dict[str, Any]) -> dict[str, Any]:
    adapter = TypeAdapter(aggregate.state)
    return {row["_id"]: adapter.validate_python(row["state"]) async for row in desk.db[aggregate.kind].find(query)}


def _called(desk: Desk, principal: Principal, field: str, code: str) -> str:
    said = desk.phrases.words[field].get(code)
    return said.in_(principal.lang) if said else code


def _say(desk: Desk, principal: Principal) -> case_views.Say:
    return partial(desk.words.say, principal.lang)


ENDPOINTS: Final = (
    *case_list.ENDPOINTS,
    Endpoint("GET", "/cases/{person_id}", "case", READERS, case, query=How, summary="One person at a glance"),
    *(
        Endpoint(
            "POST", f"/cases/{{person_id}}/{act.name}", f"case_{act.name}", act.roles, _doing(act), form=act.form,
            summary=str(act.form.__doc__).partition("\n")[0],
        )
        for act in ACTS
    ),
    *case_reveal.ENDPOINTS,
    Endpoint(
        "GET", "/employers/{uscc}", "employer", READERS | FINANCE, employer, query=How,
        summary="One employer at a glance",
    ),
)  # fmt: skip
