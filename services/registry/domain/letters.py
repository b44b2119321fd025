"""Aggregate "discarded": refused facts that nobody needs to look at any more, and who said so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.events.ops import DiscardRequested
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
