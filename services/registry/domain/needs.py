"""What must be known before a fact can be passed on: the person, the employer, the vacancy, the employment it names."""

from collections.abc import Iterable
from typing import Any

from services.registry.domain.people import PERSON
from services.registry.domain.work import EMPLOYER, EMPLOYMENT, VACANCY
from shared.events.contract import Event
from shared.events.employers import EmployerRegistered, VacancyChanged, VacancyOpened
from shared.events.employment import EmploymentConfirmed
from shared.events.identity import PersonMerged
from shared.events.ops import ErasureLifted, ErasureRequested
from shared.events.people import JobseekerRegistered, RosterEntry, RosterSnapshot
from shared.runner.core import Aggregate, Message, Park, Peek

_INTRODUCES = (RosterEntry, RosterSnapshot, JobseekerRegistered, EmployerRegistered)


def missing(fact: Event, peek: Peek) -> Park | None:
    """Return the room of the first thing that the fact needs and registry does not know."""
    if isinstance(fact, _INTRODUCES):
        return None
    for kind, id_ in _needs(fact):
        if not peek(kind, id_).known if kind in (PERSON, EMPLOYER) else peek(kind, id_) == kind.initial(id_):
            return Park(f"{kind.kind}/{id_}")
    return None


def _needs(fact: Event) -> Iterable[tuple[Aggregate[Any], str]]:
    """Yield what must be known before the fact can be passed on."""
    if isinstance(fact, ErasureRequested | ErasureLifted):
        return  # who is known by a refused fact only can be erased too
    employment_id = getattr(fact, "employment_id", None)
    if employment_id and not isinstance(fact, EmploymentConfirmed):
        yield EMPLOYMENT, employment_id
    if isinstance(fact, VacancyChanged):
        yield VACANCY, fact.vacancy_id
        return
    if uscc := getattr(fact, "uscc", None):
        yield EMPLOYER, uscc
    if person_id := getattr(fact, "person_id", None):
        yield PERSON, person_id
    if isinstance(fact, PersonMerged):
        yield PERSON, fact.into_person_id


def reads(message: Message) -> Iterable[tuple[Aggregate[Any], str]]:
    """Yield what `decide` will look at, so that a batch loads it in one query."""
    yield from _needs(message.event)
    if isinstance(message.event, RosterSnapshot):
        yield from ((PERSON, row.person_id) for row in message.event.entries)
    if isinstance(message.event, EmploymentConfirmed):
        yield EMPLOYMENT, message.event.employment_id
    if isinstance(message.event, VacancyOpened):
        yield VACANCY, message.event.vacancy_id
