"""Whose cases an officer finds: those in their areas and those of their own pairs, by the query, not by a template."""

from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import NotFound, Principal
from services.notify.adapters.web.scope import Scope
from services.notify.domain.casefile import CASE_FILE, CaseFile
from shared.events.types import is_person_id
from shared.runner.core import Aggregate

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
    row = await desk.db[CASE_FILE.kind].find_one({"$and": [{"_id": person_id}, cases_of(principal.scope)]})
    if row is None:
        raise NotFound
    return file_of(row)


def file_of(row: dict[str, Any]) -> CaseFile:
    """Return a stored case file."""
    file: CaseFile = _adapter(CASE_FILE).validate_python(row["state"])
    return file


async def states(desk: Desk, aggregate: Aggregate[Any], query: dict[str, Any]) -> dict[str, Any]:
    """Return the states of a kind that match a query, by id."""
    adapter = _adapter(aggregate)
    return {row["_id"]: adapter.validate_python(row["state"]) async for row in desk.db[aggregate.kind].find(query)}


@cache
def _adapter(aggregate: Aggregate[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(aggregate.state)
