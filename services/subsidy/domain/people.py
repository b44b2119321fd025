"""What follows from a message for people: their claims are assessed anew and the differences are said."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.subsidy.domain import (
    attended_days,
    claimed,
    counted,
    courses,
    grants,
    pensions,
    posts,
    quarters,
    service_years,
    social_insurance,
    stable_employment,
)
from services.subsidy.domain.entitlement import Assessed, by_text, closed_through, moves
from services.subsidy.domain.missing import gaps, news
from services.subsidy.domain.overrides import concerned_here, overrides_for, with_overrides
from services.subsidy.domain.parameters import PARAMETERS, Values, place_of
from services.subsidy.domain.person import MAY_MISS, PERSON, Person, touched
from services.subsidy.domain.programme import Kind, Programme, Rulebook
from services.subsidy.domain.provider import PROVIDER, Provider, provider_id
from services.subsidy.domain.yielding import yielded
from shared.calendar import month_last, month_of
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.runner.core import Message, Peek

_RESTS_ON: Final[Mapping[Kind, Callable[[Person], Collection[str]]]] = {
    "premium_refund": lambda person: person.employments or person.premiums,
    "lasting_employment": lambda person: person.employments,
    "wage_share_post": lambda person: person.employments,
    "monthly_allowance": lambda person: person.employments,
    "course": lambda person: person.record.trainings,
    "graduate_grant": lambda person: person.record.claims,
    "pension_share": lambda person: person.record.contributions,
    "graded_quarter": lambda person: person.record.attendance,
    "attended_days": lambda person: person.record.attendance,
    "service_years": lambda person: person.employments,
    "claimed": lambda person: person.record.claims,
    "quota": lambda person: person.record.applications,
}
"""The facts without which a kind has nothing to say of a person; most people have few of them."""
KINDS: Final[tuple[Kind, ...]] = tuple(_RESTS_ON)


def assess(
    person_id: str, person: Person, values: Values, closed: date, providers: Mapping[str, Provider]
) -> list[Assessed]:
    """Return what all facts known of a person say of every claim; linear in the person's own facts."""
    assessed: list[Assessed] = []
    kinds = [kind for kind, facts in _RESTS_ON.items() if facts(person)]
    programmes = values.rulebook.of_kind(*kinds)
    for programme in programmes:
        if items := assess_programme(programme, person_id, person, values, closed, providers=providers):
            assessed += (item for item in by_text(programme, items, closed) if programme.covers(item.county))
    return yielded(assessed, programmes, closed)


def assess_programme(
    programme: Programme,
    person_id: str,
    person: Person,
    values: Values,
    closed: date,
    *,
    providers: Mapping[str, Provider],
) -> list[Assessed]:
    """Return what all facts known of a person say of every claim under one programme."""
    match programme.kind:
        case "premium_refund":
            return social_insurance.assess(programme, person_id, person, values, closed)
        case "wage_share_post" | "monthly_allowance":
            return posts.assess(programme, person_id, person, values, closed)
        case "course":
            return courses.assess(programme, person_id, person, values, providers)
        case _:
            return _TIMELESS[programme.kind](programme, person_id, person, values)


_TIMELESS: Final[Mapping[Kind, Callable[[Programme, str, Person, Values], list[Assessed]]]] = {
    "lasting_employment": stable_employment.assess,
    "graduate_grant": grants.assess,
    "pension_share": pensions.assess,
    "graded_quarter": quarters.assess,
    "attended_days": attended_days.assess,
    "service_years": service_years.assess,
    "claimed": claimed.of_person,
    "quota": counted.applied,
}
"""The kinds that need to know neither the day nor the providers."""


def sweeps(message: Message) -> bool:
    """Tell whether a message closes a day, at which missing money is looked for."""
    return isinstance(message.event, DayClosed)


def swept(day: date) -> str:
    """Return the tag of those whom the sweep at the close of a day looks at, beside those who are due.

    A day's sweep looks at whom that day's facts were about, a month's last day at everybody who may miss something:
    what is late by the calendar alone, such as a premium that nobody paid, gets late when a month closes.
    """
    return MAY_MISS if day == month_last(month_of(day)) else touched(day)


@dataclass(frozen=True)
class People:
    """Decisions about people under a rulebook."""

    rulebook: Rulebook

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Return what a fact about one person changes."""
        touched = concerned_here(message) or PERSON.concerns(message)
        return [event for id_ in touched for event in self.decide_one(message, id_, peek)]

    def decide_one(self, message: Message, person_id: str, peek: Peek) -> list[Event]:
        """Return what a message changes for a person."""
        person = peek(PERSON, person_id)
        overrides = overrides_for(message, person_id, peek)
        values = Values(self.rulebook, peek(PARAMETERS, place_of(message)), person_id, overrides)
        closed = closed_through(message)
        names = sorted({training.provider_id for training in person.record.trainings.values()})
        providers = {name: peek(PROVIDER, provider_id(message, name)) for name in names}
        assessed = with_overrides(lambda known: assess(person_id, person, known, closed, providers), values)
        events = moves(person_id, person.standing, assessed, closed, values=values, rank=person.rank)
        if sweeps(message) or person.missing:
            found = gaps(person_id, person, assessed, values, closed)
            events += news(person_id, person, found, closed, sweeps=sweeps(message))
        return events
