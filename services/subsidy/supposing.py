"""A ledger of recorded events as it would be under some rulebook, folded in a process of its own.

Settling and posting are those of the live service. Left out is what no amount depends on: payments with all that
prepares them, the search for missing money, and the text of lines, of which only the sums are kept.
"""

import gc
import multiprocessing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any, Final

from services.subsidy.domain.accounts import ACCOUNT
from services.subsidy.domain.budgets import BUDGET, FISCAL_YEARS
from services.subsidy.domain.comparing import TALLY, Books
from services.subsidy.domain.ledger import LEDGER as LEDGER_STATE
from services.subsidy.domain.ledger import THE_LEDGER
from services.subsidy.domain.office import FINANCE_FACT
from services.subsidy.domain.person import MAY_MISS, PERSON
from services.subsidy.domain.positions import POSITION
from services.subsidy.domain.programme import Rulebook
from services.subsidy.domain.queue import CLAIM
from services.subsidy.domain.rules import RULES
from services.subsidy.domain.runs import RUN
from services.subsidy.subscribers import under
from shared.errors import BangfuError
from shared.runner.core import Keys, Message, Service, Subscription, Walk
from shared.runner.memory import Memory
from shared.runner.wire import recorded

_NO_KEYS = Keys(person=b"", content=b"")  # recorded events hold pseudonyms already: nothing is made from numbers here
_FORK: Final = multiprocessing.get_context("fork")  # rulebooks hold compiled conditions, which cannot be sent
_POSTING = (CLAIM, LEDGER_STATE, TALLY, ACCOUNT, POSITION, FINANCE_FACT, BUDGET, FISCAL_YEARS, RULES)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it is stored, and where."""

    position: int
    body: bytes


Hears = Callable[[Message], Iterable[Message]]


class World:
    """What would be posted under a rulebook.

    Args:
        rulebook: Which programmes there are.
        hears: Returns what is heard in the place of a recorded event.
    """

    def __init__(self, rulebook: Rulebook, hears: Hears) -> None:
        self._ours, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=_suppose, args=(self._ours, theirs, rulebook, hears), daemon=True)
        self._process.start()
        theirs.close()

    def take(self, events: list[Recorded]) -> None:
        """Hand over some events, in the order of the stream."""
        try:
            self._ours.send(events)
        except BrokenPipeError:
            self._answer()

    def books(self) -> Books:
        """Return the ledger, once all events are in.

        Raises:
            BangfuError: This version cannot read one of the events.
        """
        self.take([])
        found: Books = self._answer()
        return found

    def close(self) -> None:
        """Give up, or be done: the process ends."""
        self._ours.close()
        self._process.join()

    def _answer(self) -> Any:
        found = self._ours.recv()
        if isinstance(found, Exception):
            raise found
        return found


def _suppose(ours: Connection, theirs: Connection, rulebook: Rulebook, hears: Hears) -> None:
    """Fold what comes in until the end, which is an empty list, and answer; with nobody left to answer, just end."""
    ours.close()
    gc.disable()  # states are trees: looking for cycles among millions of them finds none
    try:
        theirs.send(_folded(theirs, Memory([_service(rulebook)], _NO_KEYS), hears))
    except (EOFError, BrokenPipeError):
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in the parent
        theirs.send(error)


def _folded(theirs: Connection, memory: Memory, hears: Hears) -> Books:
    while events := theirs.recv():
        for event in events:
            for message in hears(_message(event)):
                memory.recall(message)
            memory.emitted.clear()  # states are what is compared; a year of events would not fit
    ledger = memory.states(LEDGER_STATE.kind).get(THE_LEDGER)
    posted = ledger.posted if ledger else None
    return Books(memory.states(TALLY.kind), memory.states(ACCOUNT.kind), memory.states(BUDGET.kind), posted)


def _message(event: Recorded) -> Message:
    message = recorded(None, event.body, event.position).message
    if message is None:
        raise BangfuError(f"EVENTS, sequence {event.position}: this version cannot read the event")
    return message


def _service(rulebook: Rulebook) -> Service:
    settling, ledger = under(rulebook)
    return Service("subsidy", "whatif", (
        replace(settling, walks=_walks(settling, lambda walk: walk.kind != PERSON.kind or walk.tag != MAY_MISS)),
        replace(ledger, walks=_walks(ledger, lambda walk: walk.kind != RUN.kind), aggregates=_POSTING, seals=None),
    ))  # fmt: skip


def _walks(subscription: Subscription, wanted: Callable[[Walk], bool]) -> Callable[[Message], tuple[Walk, ...]]:
    return lambda message: tuple(filter(wanted, subscription.walks(message)))
