"""Roster snapshots as the poverty office sends them, for tests."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.registry.subscribers import EXCHANGE
from shared.events.people import RosterEntry
from shared.privacy import person_id
from tests.support.facts import EXAMPLES, KEYS, SOURCE, Offer, id_number, offer
from tests.support.world import Registry

AS_OF = "2018-03-01"
Row = dict[str, Any]


def row(number: int, **said: Any) -> Row:
    """Return the row of the n-th person; `said` replaces fields of it."""
    return EXAMPLES["roster.entry"] | {"id_number": id_number(number), "household_id": f"H-{number}"} | said


def rows(numbers: Iterable[int], **said: Any) -> list[Row]:
    """Return the rows of some people."""
    return [row(number, **said) for number in numbers]


def entry(number: int, id_: str = "", *, by_source: str = SOURCE, **said: Any) -> Offer:
    """Return the entry that says of the n-th person what their row says."""
    return offer("roster.entry", id_ or f"entry-{number}", row(number, **said), by_source=by_source)


def snapshot(
    id_: str, parts: Sequence[Sequence[Row]], *, as_of: str = AS_OF, by_source: str = SOURCE, **said: Any
) -> list[Offer]:
    """Return the parts of a snapshot, in order."""
    return [
        offer(
            "roster.snapshot", f"{id_}-{number}-{as_of}", by_source=by_source, snapshot_id=id_, as_of=as_of,
            part=number, parts=len(parts), entries=list(part), **said,
        )
        for number, part in enumerate(parts, 1)
    ]  # fmt: skip


def pseudonym(number: int) -> str:
    """Return the id of the n-th person."""
    return person_id(KEYS.person, id_number(number))


def listed(registry: Registry) -> dict[str, Any]:
    """Return the people whom registry has on rosters, by id."""
    return registry.memory.states("roster")


def content_hash(registry: Registry, snapshot_id: str) -> str:
    """Return the digest that an approval of a snapshot must name."""
    state = registry.memory.states(EXCHANGE.snapshots.kind)[snapshot_id]
    return str(state.content_hash)


def told(registry: Registry) -> list[tuple[str, str]]:
    """Return person and status of every entry that was recorded."""
    return [(event.person_id, event.status) for event in registry.events(RosterEntry)]


def tasks(registry: Registry) -> list[tuple[str, str]]:
    """Return kind and matter of the tasks that are open."""
    return sorted((task.kind, task.matter) for task in registry.memory.states("roster_task").values())
