"""Aggregate "erasure": whose personal fields were destroyed, who decided it, and whether they came back.

The decision is here and on record; the destroying is the vault's (`adapters/erasing.py`). A person who is erased stays
so, whatever is told of them later, until an operator lifts it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from shared.events.ops import ErasureLifted, ErasureRequested
from shared.runner.core import Aggregate, Decision, Message, Peek, Refuse


@dataclass(frozen=True)
class Erasure:
    """Who had a person erased, on which open day, why and by which decision; and since when it is lifted."""

    by: str = ""
    reason: str = ""
    doc_no: str = ""
    on: date | None = None
    lifted_on: date | None = None
    lifted_by: str = ""
    times: int = 0

    @property
    def stands(self) -> bool:
        """Tell whether the person is erased now."""
        return self.on is not None and self.lifted_on is None


def requested(_: Message, fact: ErasureRequested, peek: Peek) -> Decision:
    """Return the erasure; refused where it stands already."""
    if peek(ERASURE, fact.person_id).stands:
        return Refuse("already_erased", "data.person_id", "nothing of this person can be read any more")
    return [fact]


def lifted(_: Message, fact: ErasureLifted, peek: Peek) -> Decision:
    """Return that an erasure is over; refused where none stands."""
    if not peek(ERASURE, fact.person_id).stands:
        return Refuse("not_erased", "data.person_id", "the id of somebody who is erased: bangfu ops erasures")
    return [fact]


def _concerns(message: Message) -> Iterable[str]:
    return (message.event.person_id,) if isinstance(message.event, ErasureRequested | ErasureLifted) else ()


def _evolve(erasure: Erasure, message: Message) -> Erasure:
    match message.event:
        case ErasureRequested(by=by, reason=reason, doc_no=doc_no):
            return Erasure(by, reason, doc_no, message.known_on, times=erasure.times + 1)
        case ErasureLifted(by=by):
            return replace(erasure, lifted_on=message.known_on, lifted_by=by)
        case _:
            return erasure


ERASURE = Aggregate("erasure", Erasure, lambda _: Erasure(), _evolve, _concerns)
