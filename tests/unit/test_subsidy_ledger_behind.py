"""A ledger that is behind comes to the same end: when it hears of something changes neither a fen nor an id."""

import random
from collections import deque
from datetime import date
from functools import cache

import pytest

from services.subsidy.subscribers import LEDGER
from shared.events.finance import NoticeCleared, NoticeObjected, PaymentFailed, PaymentSettled
from shared.events.payments import FinanceFactAnswered
from shared.events.subsidy import DaySettled, LinePosted, TransferBooked
from shared.runner.batch import Input
from shared.runner.core import Message
from shared.runner.memory import _Consumer
from tests.support.world import published
from tests.unit.test_subsidy_ledger import lived
from tests.unit.test_subsidy_runs import APRIL_2, APRIL_3, LINE_1, LINE_2, RUN, approve, approved, two_owed
from tests.unit.test_subsidy_world import E1, P1, World

OWN = "the ledger itself"


@cache
def paid_at_once() -> World:
    """Return a world in which much was paid, one line twice, and one that there never was."""
    found = lived()
    found.close_until(date(2018, 5, 31))
    for instruction in ("L000000001", "L000000099"):
        found.fact(PaymentSettled(instruction_id=instruction, date=date(2018, 6, 1), amount_fen=74_200))
    return found


@cache
def paid_by_runs() -> World:
    """Return a world with an objection, a take-back of what is in payment, a payment that failed, and two runs."""
    found = two_owed()
    found.fact(NoticeObjected(notice_id=LINE_2, date=APRIL_2))
    assert approve(found, "preparer") == "content_changed"
    approved(found)
    found.refunded(P1, E1, "2018-03", APRIL_2)
    found.close(APRIL_2)
    found.fact(NoticeCleared(notice_id=LINE_2, date=APRIL_3))
    found.fact(PaymentFailed(instruction_id=LINE_1, date=APRIL_3, amount_fen=74_200, reason="户名不符"))
    found.close(date(2018, 4, 30))
    approved(found, RUN.replace("03-L", "04-L"))
    found.fact(PaymentSettled(instruction_id=LINE_2, date=date(2018, 5, 2), amount_fen=74_200))
    return found


WORLDS = {"paid at once": paid_at_once, "paid by runs": paid_by_runs}


def producer_of(message: Message) -> str:
    """Return who said a message: upstream, or the partition that settled it."""
    if message.source:
        return "upstream"
    return f"p{message.event.partition_no if isinstance(message.event, DaySettled) else message.partition}"


def in_flight(world: World) -> dict[str, deque[Message]]:
    """Return what the ledger hears of, by producer."""
    found: dict[str, deque[Message]] = {OWN: deque()}
    for message in world.memory.emitted:
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


def heard(world: World, seed: int) -> tuple[_Consumer, list[Message]]:
    """Return the ledger, and what it said, after it heard of everything in an order that only each producer keeps."""
    chance, ledger, said, left = random.Random(seed), _Consumer(LEDGER), list[Message](), in_flight(world)  # noqa: S311
    position = 0
    while ready := next_producers(left):
        message = left[chance.choice(ready)].popleft()
        position += 1
        emitted = ledger.take(Input(f"|{message.id}", position, message=message)).emitted
        said += emitted
        left[OWN].extend(m for m in emitted if isinstance(m.event, LEDGER.listens))
    return ledger, said


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("seed", range(20))
def test_the_ledger_is_a_function_of_the_facts_however_far_behind_it_is(seed: int, name: str) -> None:
    world = WORLDS[name]()
    ledger, said = heard(world, seed)
    oracle = [m for m in world.memory.emitted if isinstance(m.event, LEDGER.emits)]
    assert sorted(published(said)) == sorted(published(oracle))
    for kind in ("account", "line", "position", "instruction", "run", "finance_fact", "hold"):
        assert dict(sorted(ledger.kinds.get(kind, {}).items())) == world.memory.states(kind)


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("paid at once", {"booked", "unmatched"}),
        ("paid by runs", {"held", "content_changed", "first_approval", "approved", "cleared", "returned", "booked"}),
    ],
)
def test_those_worlds_are_worth_comparing(name: str, outcomes: set[str]) -> None:
    world = WORLDS[name]()
    assert {event.outcome for event in world.events(FinanceFactAnswered)} == outcomes
    assert len(world.events(LinePosted)) > 2
    assert len(world.events(TransferBooked)) > 2
