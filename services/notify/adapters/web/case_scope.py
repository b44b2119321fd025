"""Whose cases an officer finds: those in their areas and those of their own pairs, by the query, not by a template."""

from typing import Any, Final

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import NotFound, Principal
from services.notify.adapters.web.scope import Scope
from services.notify.adapters.web.shelf import Shelf
from services.notify.domain.casefile import CASE_FILE, CaseFile
from shared.events.types import is_person_id

CASES: Final = Shelf(CASE_FILE)
_COUNTY: Final = 6


def cases_of(scope: Scope) -> dict[str, Any]:
    """Return the filter of the case files in scope."""
    if scope.coordinator_id is None:
        return scope.query("state.area")
    return {"$or": [{"state.coordinator_id": scope.coordinator_id}, scope.query("state.area")]}


def counties_of(scope: Scope) -> Scope:
    """Return the scope widened to whole counties: an employer is no private matter of a village."""
    return Scope(tuple(sorted({area[:_COUNTY] for area in scope.areas})))


async def case_of(desk: Desk, principal: Principal, person_id: str) -> CaseFile:
    """Return a case.

    Raises:
        NotFound: There is none, or it is not theirs; nobody learns which.
    """
    if not is_person_id(person_id):
        raise NotFound
    return await CASES.found(desk.db, {"$and": [{"_id": person_id}, cases_of(principal.scope)]})
