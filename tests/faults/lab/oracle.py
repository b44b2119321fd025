"""What the same facts come to without faults: a single-threaded fold in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.matching.domain.message import MESSAGES
from services.subsidy.domain.digest import ledger_digest
from services.subsidy.domain.ledger import LINE
from shared.ops.running import find_services
from shared.runner.memory import Memory
from tests.support.facts import KEYS, Offer

_HEADERS = {"content-type": "application/cloudevents+json"}


@dataclass(frozen=True)
class Oracle:
    """What must come out.

    Args:
        lines: How many ledger lines there are. programmes: lines by programme.
        messages: Ids of all short messages that anybody may send, each at most once.
        outcomes: How often each outcome was the last word on a fact at the intake.
    """

    digest: str
    lines: int
    programmes: dict[str, int]
    messages: frozenset[str]
    outcomes: dict[str, int]


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
    )
