"""Refused facts that nobody needs to look at any more, and wishes about many of them, with who said so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.events.ops import DiscardRequested, LettersWished
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True)
class Discarded:
    """Who discarded a dead letter, on which open day and why."""

    by: str = ""
    reason: str = ""
    on: date | None = None


def _concerns(message: Message) -> Iterable[str]:
    return (message.event.letter,) if isinstance(message.event, DiscardRequested) else ()


def _evolve(discarded: Discarded, message: Message) -> Discarded:
    if discarded.on is None and isinstance(message.event, DiscardRequested):
        return Discarded(message.event.by, message.event.reason, message.known_on)
    return discarded


DISCARDED = Aggregate("discarded", Discarded, lambda _: Discarded(), _evolve, _concerns)


@dataclass(frozen=True)
class Wish:
    """What is wished of which refused facts; None: of all."""

    said: LettersWished | None = None


def _evolve_wish(wish: Wish, message: Message) -> Wish:
    return Wish(message.event) if isinstance(message.event, LettersWished) else wish


WISH = Aggregate(
    "letters_wish",
    Wish,
    lambda _: Wish(),
    _evolve_wish,
    lambda message: (message.id,) if isinstance(message.event, LettersWished) else (),
)
