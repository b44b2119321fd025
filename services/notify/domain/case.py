"""One person's case: which coordinator is paired with them (一对一, one to one)."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.events.casework import PairEnded
from shared.events.people import PairAssigned
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Case:
    """Who looks after a person; None before registry has paired them, and once nobody does any more."""

    coordinator_id: str | None = None
    county: str | None = None
    township: str | None = None
    village: str | None = None

    @property
    def area(self) -> str | None:
        """Return where the person lives, the longest official code known."""
        return self.village or self.township or self.county


def _concerns(message: Message) -> Iterable[str]:
    return (message.event.person_id,) if isinstance(message.event, PairAssigned | PairEnded) else ()


def _evolve(case: Case, message: Message) -> Case:
    match message.event:
        case PairAssigned() as pair:
            return Case(pair.coordinator_id, pair.county)
        case PairEnded() as ended:
            return Case(None, ended.county)
        case _:
            return case


CASE = Aggregate(kind="case", state=Case, initial=lambda _: Case(), evolve=_evolve, concerns=_concerns)
