"""A ledger that is behind comes to the same end: when it hears of something changes neither a fen nor an id."""

import random
from collections import deque
from datetime import date
from functools import cache

import pytest

from services.subsidy.subscribers import LEDGER
from shared.events.finance import PaymentSettled
from shared.events.subsidy import DaySettled, LinePosted, PaymentUnmatched, TransferBooked
from shared.runner.core import Message
from shared.runner.fold import Input
from shared.runner.memory import _Consumer
from tests.support.world import published
from tests.unit.test_subsidy_ledger import lived
from tests.unit.test_subsidy_world import World

OWN = "the ledger itself"


@cache
def world() -> World:
    """Return a world in which much was paid, one line twice, and one that there never was."""
    found = lived()
    found.close_until(date(2018, 5, 31))
    for instruction in ("L000000001", "L000000099"):
        found.fact(PaymentSettled(instruction_id=instruction, date=date(2018, 6, 1), amount_fen=74_200))
    return found


def producer_of(message: Message) -> str:
    """Return who said a message: upstream, or the partition that settled it."""
    if message.source:
        return "upstream"
    return f"p{message.event.partition_no if isinstance(message.event, DaySettled) else message.partition}"


def in_flight() -> dict[str, deque[Message]]:
    """Return what the ledger hears of, by producer."""
    found: dict[str, deque[Message]] = {OWN: deque()}
    for message in world().memory.emitted:
        is_copy = message.event.partition == "*" and message.partition
        if isinstance(message.event, LEDGER.listens) and not isinstance(message.event, LEDGER.emits) and not is_copy:
            found.setdefault(producer_of(message), deque()).append(message)
    return found


def next_producers(left: dict[str, deque[Message]]) -> list[str]:
    """Return whose message can come next: a partition never speaks before upstream's fact that it speaks of."""
    upstream = left["upstream"][0].sequence if left["upstream"] else 10**9
    return sorted(
        name for name, messages in left.items() if messages and (name == "upstream" or messages[0].sequence < upstream)
    )


def heard(seed: int) -> tuple[_Consumer, list[Message]]:
    """Return the ledger, and what it said, after it heard of everything in an order that only each producer keeps."""
    chance, ledger, said, left = random.Random(seed), _Consumer(LEDGER), list[Message](), in_flight()  # noqa: S311
    position = 0
    while ready := next_producers(left):
        message = left[chance.choice(ready)].popleft()
        position += 1
        emitted = ledger.take(Input(f"|{message.id}", position, message=message)).emitted
        said += emitted
        left[OWN].extend(m for m in emitted if isinstance(m.event, LEDGER.listens))
    return ledger, said


@pytest.mark.parametrize("seed", range(20))
def test_the_ledger_is_a_function_of_the_facts_however_far_behind_it_is(seed: int) -> None:
    ledger, said = heard(seed)
    oracle = [m for m in world().memory.emitted if isinstance(m.event, LEDGER.emits)]
    assert sorted(published(said)) == sorted(published(oracle))
    for kind in ("account", "line", "position", "instruction", "payment"):
        assert dict(sorted(ledger.kinds.get(kind, {}).items())) == world().memory.states(kind)


def test_the_lines_and_payments_of_that_world_are_worth_comparing() -> None:
    kinds = [type(m.event) for m in world().memory.emitted]
    assert kinds.count(LinePosted) > 5
    assert sum(isinstance(m.event, TransferBooked) and m.event.kind == "payment" for m in world().memory.emitted) == 3
    assert kinds.count(PaymentUnmatched) == 2
