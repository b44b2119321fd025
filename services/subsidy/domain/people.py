"""What follows from a message for people: their claims are assessed anew and the differences are said."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.subsidy.domain import social_insurance, stable_employment
from services.subsidy.domain.entitlement import Assessed, closed_through, moves
from services.subsidy.domain.parameters import PARAMETERS, Values, place_of
from services.subsidy.domain.person import PERSON, Person
from services.subsidy.domain.programme import Kind, Rulebook
from shared.events.contract import Event
from shared.runner.core import Message, Peek

KINDS: Final[tuple[Kind, ...]] = ("premium_refund", "lasting_employment")


def assess(person_id: str, person: Person, values: Values, closed: date) -> list[Assessed]:
    """Return what all facts known of a person say of every claim; linear in the person's own facts."""
    assessed: list[Assessed] = []
    for programme in values.rulebook.of_kind(*KINDS):
        if programme.kind == "premium_refund":
            assessed += social_insurance.assess(programme, person_id, person, values, closed)
        else:
            assessed += stable_employment.assess(programme, person_id, person, values)
    return assessed


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
        assessed = assess(person_id, person, values, closed)
        return moves(person_id, person.standing, assessed, closed, values=values, rank=person.rank)
