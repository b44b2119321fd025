"""A phone: who may be behind it. Families share phones, so a reply can be anyone's who gave the number."""

from dataclasses import dataclass, replace

from shared.events.people import JobseekerRegistered, JobseekerUpdated
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Phone:
    """Everyone who ever gave the number, in that order; whether they still have it, the person knows."""

    people: tuple[str, ...] = ()


def evolve(state: Phone, message: Message) -> Phone:
    """Return the phone after a form that names it."""
    match message.event:
        case JobseekerRegistered(person_id=person) | JobseekerUpdated(person_id=person) if person not in state.people:
            return replace(state, people=(*state.people, person))
        case _:
            return state


def concerns(message: Message) -> tuple[str, ...]:
    """Return the phone that a form names."""
    match message.event:
        case JobseekerRegistered(phone_id=phone) | JobseekerUpdated(phone_id=phone) if phone:
            return (phone,)
        case _:
            return ()


PHONES = Aggregate(
    kind="phone",
    state=Phone,
    initial=lambda _: Phone(),
    evolve=evolve,
    concerns=concerns,
)
