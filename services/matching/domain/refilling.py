"""What is offered again: a place or a person that became free gets the next best, at once."""

from collections.abc import Iterable

from services.matching.domain.fitting import rests_until
from services.matching.domain.foresight import Foresight
from services.matching.domain.proposing import of_vacancy, to_person
from services.matching.domain.scene import Policy, Scene
from services.matching.domain.seeker import SEEKERS
from shared.events.contract import Event
from shared.events.offers import OfferClosed, OfferProposed, OfferSettled, OffersPaused, PlaceFreed, VacancyWidened
from shared.runner.core import Message, Peek

# After these the person still looks for work; after the others they have some, or do not want to be asked.
_LOOKS_ON = frozenset({"declined", "expired", "vacancy_filled", "vacancy_closed", "not_hired"})


def with_refills(message: Message, events: list[Event], policy: Policy, peek: Peek) -> list[Event]:
    """Return events and the offers that follow from what they free: vacancies by id first, then people by id."""
    vacancies, people = _freed_vacancies(events), _freed_people(events)
    if not vacancies and not people and not _offered(events):
        return events
    foresight = Foresight(message, peek)
    foresight.add(events)
    scene = policy.scene(message.known_on, foresight)
    if scene is None:
        return events
    for vacancy_id in vacancies:
        foresight.add(of_vacancy(message, vacancy_id, scene))
    for person_id in people:
        foresight.add(_pause(person_id, scene) or to_person(message, person_id, scene))
    # Who could take more but had enough now would otherwise be passed over by every vacancy that comes today.
    for person_id in _offered(foresight.events):
        foresight.add(_pause(person_id, scene))
    return foresight.events


def _pause(person_id: str, scene: Scene) -> list[Event]:
    """Return that a person has to wait for the next offer, if no more may be sent now."""
    seeker = scene.peek(SEEKERS, person_id)
    until = rests_until(seeker, scene)
    return [OffersPaused(person_id=person_id, until=until)] if until and until != seeker.paused_until else []


def _offered(events: Iterable[Event]) -> list[str]:
    return sorted({event.person_id for event in events if isinstance(event, OfferProposed)})


def _freed_vacancies(events: Iterable[Event]) -> list[str]:
    kinds = OfferClosed | OfferSettled | PlaceFreed | VacancyWidened
    named = {event.vacancy_id for event in events if isinstance(event, kinds)}
    return sorted(vacancy_id for vacancy_id in named if vacancy_id)


def _freed_people(events: Iterable[Event]) -> list[str]:
    people = set()
    for event in events:
        match event:
            case OfferClosed(reason=why) | OfferSettled(outcome=why) if why in _LOOKS_ON:
                people.add(event.person_id)
            case PlaceFreed() | OffersPaused(until=None):
                people.add(event.person_id)
            case _:
                pass
    return sorted(people)
