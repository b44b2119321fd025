"""Aggregate "provider": what a partition knows of a training provider; the last fact about it counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.subsidy.domain.parameters import place_of
from services.subsidy.domain.premiums import mark_of
from shared.events.employment import ProviderQualified
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of courses; unknown until a kind is recorded. `valid_until` None: without an end."""

    kind: str = ""
    valid_until: date | None = None
    marks: tuple[str, ...] = ()

    def is_in_term(self, day: date) -> bool:
        """Tell whether the qualification had not run out on a day."""
        return bool(self.kind) and (self.valid_until is None or day <= self.valid_until)


def provider_id(message: Message, id_: str) -> str:
    """Return the id of what a message's partition knows of a provider."""
    return f"{place_of(message)}|{id_}"


def _evolve(state: Provider, message: Message) -> Provider:
    fact = message.event
    if not isinstance(fact, ProviderQualified) or (mark := mark_of(fact)) in state.marks:
        return state
    return Provider(fact.kind, fact.valid_until, (*state.marks, mark))


def _concerns(message: Message) -> Iterable[str]:
    if isinstance(message.event, ProviderQualified):
        return (provider_id(message, message.event.provider_id),)
    return ()


PROVIDER = Aggregate(kind="provider", state=Provider, initial=lambda _: Provider(), evolve=_evolve, concerns=_concerns)
