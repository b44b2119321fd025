"""What follows from a message for people: their claims are assessed anew and the differences are said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.subsidy.domain import courses, grants, pensions, posts, quarters, social_insurance, stable_employment
from services.subsidy.domain.entitlement import Assessed, by_text, closed_through, moves
from services.subsidy.domain.parameters import PARAMETERS, Values, place_of
from services.subsidy.domain.person import PERSON, Person
from services.subsidy.domain.programme import Kind, Programme, Rulebook
from services.subsidy.domain.provider import PROVIDER, Provider, provider_id
from shared.events.contract import Event
from shared.runner.core import Message, Peek

KINDS: Final[tuple[Kind, ...]] = (
    "premium_refund",
    "lasting_employment",
    "wage_share_post",
    "monthly_allowance",
    "course",
    "graduate_grant",
    "pension_share",
    "graded_quarter",
)


def assess(
    person_id: str, person: Person, values: Values, closed: date, providers: Mapping[str, Provider]
) -> list[Assessed]:
    """Return what all facts known of a person say of every claim; linear in the person's own facts."""
    assessed: list[Assessed] = []
    for programme in values.rulebook.of_kind(*KINDS):
        items = _assess(programme, person_id, person, values, closed, providers=providers)
        assessed += by_text(programme, items, closed)
    return assessed


def _assess(
    programme: Programme,
    person_id: str,
    person: Person,
    values: Values,
    closed: date,
    *,
    providers: Mapping[str, Provider],
) -> list[Assessed]:
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
}
"""The kinds that need to know neither the day nor the providers."""


@dataclass(frozen=True)
class People:
    """Decisions about people under a rulebook."""

    rulebook: Rulebook

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Return what a fact about one person changes."""
        return [event for id_ in PERSON.concerns(message) for event in self.decide_one(message, id_, peek)]

    def decide_one(self, message: Message, person_id: str, peek: Peek) -> list[Event]:
        """Return what a message changes for a person."""
        person = peek(PERSON, person_id)
        values = Values(self.rulebook, peek(PARAMETERS, place_of(message)))
        closed = closed_through(message)
        names = sorted({training.provider_id for training in person.record.trainings.values()})
        providers = {name: peek(PROVIDER, provider_id(message, name)) for name in names}
        assessed = assess(person_id, person, values, closed, providers)
        return moves(person_id, person.standing, assessed, closed, values=values, rank=person.rank)
