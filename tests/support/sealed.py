"""A small real system that has closed and sealed four days, two of them in the middle of a batch."""

from contextlib import AbstractAsyncContextManager
from datetime import date
from pathlib import Path

from shared.embedded import EmbeddedStack
from tests.support.facts import FIRST_CLOSED, closing, id_number, offer
from tests.support.whole import Whole, at_work

EMPLOYER = "91350622MA2XN0K4TC"
FACTS = (
    closing(FIRST_CLOSED),
    offer("employer.registered", "e-1"),
    offer("roster.entry", "r-1"),
    offer("roster.entry", "r-2", id_number=id_number(7)),
    offer("employment.confirmed", "c-1", starts_on="2018-03-01"),
    offer("premium.paid", "p-1"),
    closing(date(2018, 3, 2)),
    closing(date(2018, 3, 3)),
    offer("premium.refunded", "rf-1"),
    closing(date(2018, 3, 4)),
)


def sealed(stack: EmbeddedStack, directory: Path, prefix: str) -> AbstractAsyncContextManager[Whole]:
    """Return a system that has dealt with the facts in four batches."""
    return at_work(stack, directory, prefix, FACTS[:3], FACTS[3:6], FACTS[6:8], FACTS[8:])
