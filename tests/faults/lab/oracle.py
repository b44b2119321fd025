"""What the same facts come to without faults: a single-threaded fold in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.matching.domain.message import MESSAGES
from services.registry.domain.platforms_state import REFUSALS
from services.subsidy.domain.digest import ledger_digest
from services.subsidy.domain.ledger import LINE
from shared.ops.running import find_services
from shared.runner.memory import Memory
from tests.simulation.oracle import states_in
from tests.support.facts import KEYS, Offer

BOOKKEEPER = "registry"  # what it decides rests on the intake and on its own events, in one order
_NUMBERS = {"accepted", "rank"}
_HEADERS = {"content-type": "application/cloudevents+json"}


@dataclass(frozen=True)
class Oracle:
    """What must come out.

    Args:
        lines: How many ledger lines there are. programmes: lines by programme.
        messages: Ids of all short messages that anybody may send, each at most once.
        outcomes: How often each outcome was the last word on a fact at the intake.
        books: What registry and its consumers behind the door keep: kind to id to state, as documents hold it.
    """

    digest: str
    lines: int
    programmes: dict[str, int]
    messages: frozenset[str]
    outcomes: dict[str, int]
    books: dict[str, dict[str, Any]]


def oracle(facts: Sequence[Offer]) -> Oracle:
    """Fold facts in memory and return what they come to."""
    memory = Memory(find_services(), KEYS)
    for fact in facts:
        memory.publish(fact.subject, fact.body, _HEADERS)
    lines = [line for line in memory.states(LINE.kind).values() if line.posted]
    return Oracle(
        ledger_digest(lines),
        len(lines),
        dict(sorted(Counter(line.posted.claim.programme for line in lines).items())),
        frozenset(memory.states(MESSAGES.kind)),
        dict(Counter(said.outcome for _, said in memory.outcomes)),
        _books(memory),
    )


def _books(memory: Memory) -> dict[str, dict[str, Any]]:
    keeper = next(service for service in memory.services if service.name == BOOKKEEPER)
    return {
        aggregate.kind: {id_: unnumbered(state) for id_, state in states_in(memory, BOOKKEEPER, aggregate.kind).items()}
        for aggregate in keeper.aggregates
        if aggregate.kind != REFUSALS.kind  # known id, other content: refused, and counted, as often as it is told
    }


def unnumbered(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state without numbers of facts: they count the receipts of short messages too, which come by chance."""
    return {name: value for name, value in state.items() if name not in _NUMBERS}
