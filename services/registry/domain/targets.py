"""Decisions of the subscription `registry-targets`: targets are counted and looked at, platforms are rated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.registry.domain.platforms import Rating
from services.registry.domain.platforms_state import PLATFORM
from services.registry.domain.targets_counting import Counting
from services.registry.domain.targets_pace import looked_at
from services.registry.domain.targets_people import TARGET_PERSON, birth_tag
from services.registry.domain.targets_plan import Plan
from services.registry.domain.targets_state import COUNTED, counts_for, of_employment, said_of
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employment import EmploymentVoided
from shared.events.identity import PersonMerged, PersonSplit
from shared.runner.core import Aggregate, Message, Peek, Walk

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Targets:
    """What follows for targets and platforms, under a plan and a way of rating."""

    plan: Plan
    rating: Rating

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Return what follows from one fact."""
        counting = Counting(self.plan)
        if isinstance(message.event, DayClosed):
            day = message.event.date
            return [*counting.frozen(day, peek), *looked_at(self.plan, day, peek)]
        found = [*counting.counted(message, peek), *self.rating.rated(message, peek)]
        for person_id in TARGET_PERSON.concerns(message):
            found += counting.belonging(person_id, message.known_on, peek)
        return found

    def reads(self, message: Message) -> Iterable[tuple[Aggregate[Any], str]]:
        """Return the person that a fact is about."""
        if person_id := getattr(message.event, "person_id", None):
            yield TARGET_PERSON, person_id

    def walks(self, message: Message) -> tuple[Walk, ...]:
        """Return the facts to be counted anew, those who come of age, and at a year's end the platforms."""
        match message.event:
            case EmploymentVoided(employment_id=employment_id):
                return (Walk(COUNTED.kind, tag=of_employment(employment_id)),)
            case PersonMerged(person_id=person_id):
                return (Walk(COUNTED.kind, tag=counts_for(person_id)),)
            case PersonSplit(person_id=person_id):
                return (Walk(COUNTED.kind, tag=said_of(person_id)),)
            case DayClosed(date=day):
                return (*self._of_age(day), *self.rating.appraises(day))
            case _:
                return ()

    def decide_one(self, message: Message, kind: str, id_: str, peek: Peek) -> list[Event]:
        """Return what follows for one of them."""
        counting = Counting(self.plan)
        if kind == PLATFORM.kind:
            return list(self.rating.appraised(id_, message.known_on, peek))
        if kind == TARGET_PERSON.kind:
            return list(counting.belonging(id_, message.known_on + _ONE_DAY, peek))
        if isinstance(message.event, EmploymentVoided):
            return list(counting.withdrawn(message.event, id_, peek))
        return list(counting.handed_over(id_, peek))

    def _of_age(self, day: date) -> tuple[Walk, ...]:
        """Return, at a year's end, those who next year begin or cease to be of an age that a target is for."""
        following = day + _ONE_DAY
        if following.year == day.year:
            return ()
        return tuple(Walk(TARGET_PERSON.kind, tag=birth_tag(following.year - age)) for age in self.plan.ages)
