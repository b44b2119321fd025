"""A household: who belongs to it as far as the roster and the forms say. Whether anyone works, the people know."""

from dataclasses import dataclass

from shared.events.people import JobseekerRegistered, JobseekerUpdated, RosterEntry
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Household:
    """Everyone who was ever said to belong to it; who belongs to it now, the person's own state says."""

    members: tuple[str, ...] = ()


def evolve(state: Household, message: Message) -> Household:
    """Return the household after a form that names it."""
    match message.event:
        case RosterEntry(person_id=person) | JobseekerRegistered(person_id=person) | JobseekerUpdated(person_id=person):
            return state if person in state.members else Household((*state.members, person))
        case _:
            return state


def concerns(message: Message) -> tuple[str, ...]:
    """Return the household that a form names."""
    match message.event:
        case RosterEntry(household_id=household):
            return (household,)
        case JobseekerRegistered(household=household) | JobseekerUpdated(household=household) if household:
            return (household,)
        case _:
            return ()


HOUSEHOLDS = Aggregate(
    kind="household",
    state=Household,
    initial=lambda _: Household(),
    evolve=evolve,
    concerns=concerns,
    resident=True,
)
