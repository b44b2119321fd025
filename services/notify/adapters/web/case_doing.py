"""Doing something on a case: the fact is stated, registry judges it, and the case says what became of it."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date
from functools import partial
from typing import Any, Final

from services.notify.adapters.web.case_acts import ACTS, Act, Seen, offered
from services.notify.adapters.web.case_scope import case_of
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Answer, Asked, Endpoint, NotFound, Principal, Said, See
from services.notify.adapters.web.shelf import Shelf
from services.notify.domain.casefile import CaseFile
from services.notify.domain.household_risk import HOUSEHOLD_RISK, household_tag
from services.notify.domain.timeline import subject_tag
from services.notify.subscribers import TIMELINE_ENTRY

RISKS: Final = Shelf(HOUSEHOLD_RISK)
_FOLDED_S, _LOOK_S = 1.5, 0.03
Handler = Callable[[Desk, Principal, Asked], Coroutine[Any, Any, Answer]]


async def seen_by(desk: Desk, principal: Principal, person_id: str, file: CaseFile) -> Seen:
    """Return a case as an officer sees it."""
    risks = await RISKS.many(desk.db, {"tags": household_tag(file.household_id)}) if file.household_id else {}
    chinese = partial(desk.words.say, "zh")
    return Seen(principal, person_id, file, await desk.open_day(), tuple(risks.values()), chinese)


def _doing(act: Act) -> Handler:
    """Return the handler of an act."""

    async def do(desk: Desk, principal: Principal, asked: Asked) -> Answer:
        person_id, form = asked.path["person_id"], asked.form
        file = await case_of(desk, principal, person_id)
        seen = await seen_by(desk, principal, person_id, file)
        if act.name not in offered(seen):
            raise NotFound
        back = f"/cases/{person_id}"
        if form.on > seen.today > date.min:  # before the first day was closed nobody knows what day it is
            return See(back, Said("case.future", {"today": seen.today.isoformat()}, "bad"))
        topic, data = act.states(seen, form)
        before = await _mark(desk, person_id, file)
        told = await desk.publish(principal, topic, data, form.token)
        if told.outcome == "accepted":
            await _folded(desk, person_id, file, before)
        return See(back, told.said)

    return do


async def _mark(desk: Desk, person_id: str, file: CaseFile) -> tuple[int, Any]:
    """Return what changes as soon as the pages know of an act."""
    entries = await desk.db[TIMELINE_ENTRY.kind].count_documents({"tags": subject_tag(person_id)})
    return entries, await RISKS.many(desk.db, {"tags": household_tag(file.household_id)})


async def _folded(desk: Desk, person_id: str, file: CaseFile, before: tuple[int, Any]) -> None:
    """Wait a moment until what was accepted stands in the case: the next page is to show it."""
    for _ in range(int(_FOLDED_S / _LOOK_S)):
        if await _mark(desk, person_id, file) != before:
            return
        await asyncio.sleep(_LOOK_S)


ENDPOINTS: Final = tuple(
    Endpoint(
        "POST", f"/cases/{{person_id}}/{act.name}", f"case_{act.name}", act.roles, _doing(act), form=act.form,
        summary=str(act.form.__doc__).partition("\n")[0],
    )
    for act in ACTS
)  # fmt: skip
