"""What subsidy decides in a partition: people, employers and counties are assessed, and a closed day is settled."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.subsidy.domain import counties, employers, people
from services.subsidy.domain.county import COUNTY
from services.subsidy.domain.employer import EMPLOYER
from services.subsidy.domain.overrides import OVERRIDE, concerns_everyone
from services.subsidy.domain.parameters import PARAMETERS, place_of
from services.subsidy.domain.person import PERSON, at_employer, at_provider
from services.subsidy.domain.programme import Rulebook
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employment import ProviderQualified
from shared.events.finance import CheckSetAside, ParameterPublished
from shared.events.subsidy import DaySettled
from shared.runner.core import Aggregate, Message, Peek, Walk


@dataclass(frozen=True)
class Settling:
    """Decisions of a partition under a rulebook."""

    rulebook: Rulebook

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Return what a fact about one person, employer or county changes."""
        for_people = people.People(self.rulebook).decide(message, peek)
        for_employers = employers.Employers(self.rulebook).decide(message, peek)
        return for_people + for_employers + counties.Counties(self.rulebook).decide(message, peek)

    def reads(self, message: Message) -> Iterable[tuple[Aggregate[Any], str]]:
        """Return what every decision looks at: the figures and what is set aside, as the partition knows them."""
        return ((PARAMETERS, place_of(message)), (OVERRIDE, place_of(message)))

    def decide_one(self, message: Message, kind: str, id_: str, peek: Peek) -> list[Event]:
        """Return what a closed day or a published figure changes for one of those it touches."""
        if kind == PERSON.kind:
            return people.People(self.rulebook).decide_one(message, id_, peek)
        if kind == COUNTY.kind:
            return counties.Counties(self.rulebook).decide_one(message, id_, peek)
        return employers.Employers(self.rulebook).decide_one(message, id_, peek)

    def walks(self, message: Message) -> tuple[Walk, ...]:
        """Return whom a message touches: who has something maturing, or everybody whom a figure may concern."""
        match message.event:
            case DayClosed(date=day):
                swept = (Walk(PERSON.kind, tag=people.swept(day)), Walk(EMPLOYER.kind, tag=employers.swept(day)))
                return (*swept, Walk(PERSON.kind, due_by=day), Walk(EMPLOYER.kind, due_by=day))
            case ProviderQualified(provider_id=provider):
                return (Walk(PERSON.kind, tag=at_provider(provider)),)
            case CheckSetAside(payee=payee) as override if concerns_everyone(override):
                return tuple(Walk(PERSON.kind, tag=tag) for tag in (at_employer(payee), at_provider(payee)))
            case ParameterPublished(parameter=name, county=county):
                touched = ((PERSON.kind, people.KINDS), (EMPLOYER.kind, employers.KINDS), (COUNTY.kind, counties.KINDS))
                return tuple(
                    Walk(kind, tag=county or "*")
                    for kind, programmes in touched
                    if any(name in programme.parameters for programme in self.rulebook.of_kind(*programmes))
                )
            case _:
                return ()

    def close(self, message: Message, walk: Walk, _: Peek) -> list[Event]:
        """Say that this partition has settled the day, once the last walk of its closing is over."""
        if isinstance(message.event, DayClosed) and walk == Walk(EMPLOYER.kind, due_by=message.event.date):
            return [DaySettled(date=message.event.date, partition_no=message.partition)]
        return []
