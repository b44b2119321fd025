"""The made-up year through the engine, on as many processors as there are.

A process takes the people and employers of some partitions, and a ledger for them. As in a running system nobody's
amount depends on another partition; no budget is granted, so the ledger's order does not matter either.
`BANGFU_SHARES` says how many processes take part.
"""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import repeat

from shared.catalog import partitions_of
from shared.events.contract import Event
from shared.events.premiums import PremiumCorrected, PremiumPaid, PremiumRefunded
from shared.runner.core import Message
from tests.independent.events import event_of
from tests.independent.organisations import made
from tests.independent.people import FIRST, LAST, PARAMETERS, Year
from tests.unit.test_subsidy_world import World

Due = dict[tuple[str, str, str, str], int]
ALONE_UP_TO = 200
SHARES = int(os.environ.get("BANGFU_SHARES", os.cpu_count() or 1))
WEEK = timedelta(days=7)


class Share(World):
    """One of several worlds that take a part of the partitions each; what is said to all partitions, all hear."""

    def __init__(self, number: int, shares: int) -> None:
        super().__init__(FIRST, pays=False)
        self._number, self._shares = number, shares

    def fact(self, event: Event) -> None:
        self._sequence += 1
        places = partitions_of(event)
        for place in places:
            if len(places) > 1 or place % self._shares == self._number:
                id_ = f"{self._sequence}@{place}"
                self.memory._drain([Message(id_, "test", event, self._sequence, self.open_day, "", None, place)])

    def told(self, event: Event) -> None:
        if isinstance(event, PremiumPaid | PremiumCorrected | PremiumRefunded):
            self.premium(event)
        else:
            self.fact(event)


def worked_out(seed: int, people: int) -> Due:
    """Return the fen that the engine posts by programme, payee, person and period."""
    shares = 1 if people <= ALONE_UP_TO else SHARES
    sums: Counter[tuple[str, str, str, str]] = Counter()
    if shares == 1:
        sums.update(posted(seed, people, 0, 1))
    else:
        with ProcessPoolExecutor(shares) as pool:
            for part in pool.map(posted, repeat(seed), repeat(people), range(shares), repeat(shares)):
                sums.update(part)
    return {key: fen for key, fen in sums.items() if fen}


def posted(seed: int, people: int, number: int, shares: int) -> Due:
    """Return what one share posts; days are closed a week at a time."""
    world = Share(number, shares)
    with _without_collector():
        _play(world, made(seed, people))
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for line in world.posted:
        claim = line.claim
        sums[claim.programme, claim.payee, claim.person_id or "", claim.period] += line.amount_fen
    return dict(sums)


def _play(world: Share, year: Year) -> None:
    for name, value in PARAMETERS.items():
        world.parameter(name, value)
    for row in year.employers:
        world.registered(row["uscc"], row["kind"], row["size"], row["county"])
    for known, kind, row in year.facts:
        while world.open_day + WEEK <= known:
            world.close(world.open_day + WEEK - timedelta(1))
        world.told(event_of(kind, row))
        world.memory.emitted.clear()
    while world.open_day <= LAST:
        world.close(min(LAST, world.open_day + WEEK))


@contextmanager
def _without_collector() -> Iterator[None]:
    """States are trees without cycles: looking for cycles among millions of them finds none and takes a tenth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
