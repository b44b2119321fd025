"""What registry says to a fact: pass it on with what it knows, let it wait for its cause, or refuse it.

Parking happens here and nowhere else: a fact about an unknown person, employer, vacancy or employment waits in the
room `<kind>/<id>` and runs again when that becomes known.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

from services.registry.domain.areas import officers_near
from services.registry.domain.calendar import ROOM, close_day
from services.registry.domain.people import COORDINATOR, PERSON, Coordinator, Person, pair, unpaired
from services.registry.domain.work import EMPLOYER, EMPLOYMENT, VACANCY, said
from shared.events.alerts import FactOverdue
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employers import EmployerRegistered, VacancyChanged, VacancyOpened
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected
from shared.events.finance import CheckOverridden, CheckSetAside
from shared.events.people import CoordinatorRegistered, JobseekerRegistered, RosterEntry, RosterSnapshot
from shared.events.premiums import EmployerPremiumRecorded, PremiumCorrected, PremiumPaid, PremiumRefunded
from shared.runner.core import Aggregate, Decision, Message, Park, Peek, Refuse, Walk
from shared.runner.waiting import WAITING, facts_in

_ANY_DAY = date.min  # pairing does not depend on the day
_PREMIUM_KINDS: dict[type[Event], Literal["paid", "corrected", "refunded"]] = {
    PremiumPaid: "paid",
    PremiumCorrected: "corrected",
    PremiumRefunded: "refunded",
}
_INTRODUCES = (RosterEntry, RosterSnapshot, JobseekerRegistered, EmployerRegistered)


def decide(message: Message, peek: Peek) -> Decision:
    """Return what follows from one fact."""
    fact = message.event
    waiting = _missing(fact, peek)
    if waiting is not None:
        return waiting
    match fact:
        case DayClosed():
            return close_day(fact, peek)
        case RosterEntry() | JobseekerRegistered():
            return [fact, *_pair(fact, peek)]
        case RosterSnapshot():
            return [fact, *_entries(fact, peek)]
        case PremiumPaid() | PremiumCorrected() | PremiumRefunded():
            return [fact, _for_employer(fact)]
        case _:
            return _of_work(fact, peek)


def _of_work(fact: Event, peek: Peek) -> Decision:
    match fact:
        case VacancyOpened() if peek(VACANCY, fact.vacancy_id).uscc:
            return Refuse("already_exists", "data.vacancy_id", "change it with vacancy.changed")
        case VacancyChanged():
            return [fact.model_copy(update={"uscc": peek(VACANCY, fact.vacancy_id).uscc})]
        case EmploymentConfirmed():
            return _confirm(fact, peek)
        case CheckOverridden():
            return [fact, CheckSetAside.model_validate(fact.model_dump())]
        case _:
            return [_complete(fact, peek)]


def _missing(fact: Event, peek: Peek) -> Park | None:
    """Return the room of the first thing that the fact needs and registry does not know."""
    if isinstance(fact, _INTRODUCES):
        return None
    for kind, id_ in _needs(fact):
        if not peek(kind, id_).known if kind in (PERSON, EMPLOYER) else peek(kind, id_) == kind.initial(id_):
            return Park(f"{kind.kind}/{id_}")
    return None


def _needs(fact: Event) -> Iterable[tuple[Aggregate[Any], str]]:
    """Yield what must be known before the fact can be passed on."""
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


def reads(message: Message) -> Iterable[tuple[Aggregate[Any], str]]:
    """Yield what `decide` will look at, so that a batch loads it in one query."""
    yield from _needs(message.event)
    if isinstance(message.event, RosterSnapshot):
        yield from ((PERSON, row.person_id) for row in message.event.entries)
    if isinstance(message.event, EmploymentConfirmed):
        yield EMPLOYMENT, message.event.employment_id
    if isinstance(message.event, VacancyOpened):
        yield VACANCY, message.event.vacancy_id


def _confirm(fact: EmploymentConfirmed, peek: Peek) -> Decision:
    before = peek(EMPLOYMENT, fact.employment_id)
    if before.person_id:
        if before.said == said(fact):
            return []
        return Refuse("already_exists", "data.employment_id", "correct it with employment.corrected")
    return [_with_employer(fact, peek, fact.uscc)]


def _complete(fact: Event, peek: Peek) -> Event:
    """Add the person and the employer that a fact about an employment does not name."""
    employment_id = getattr(fact, "employment_id", None)
    if not employment_id or "person_id" not in type(fact).model_fields:
        return fact
    employment = peek(EMPLOYMENT, employment_id)
    known: dict[str, Any] = {"person_id": employment.person_id}
    if isinstance(fact, EmploymentCorrected):
        corrected = _with_employer(fact, peek, fact.uscc) if fact.uscc else fact
        return corrected.model_copy(update=known)
    if "uscc" in type(fact).model_fields and not getattr(fact, "uscc", None):
        known["uscc"] = employment.uscc
    return fact.model_copy(update=known)


def _with_employer(fact: Event, peek: Peek, uscc: str) -> Event:
    employer = peek(EMPLOYER, uscc)
    return fact.model_copy(
        update={
            "employer_kind": employer.kind,
            "employer_size": employer.size,
            "insured_county": employer.insured_county,
        }
    )


def _for_employer(fact: PremiumPaid | PremiumCorrected | PremiumRefunded) -> EmployerPremiumRecorded:
    """Return the employer-keyed copy of a premium fact."""
    copied = fact.model_dump(include={"uscc", "person_id", "period", "unemployment_fen"})
    day = fact.paid_on if isinstance(fact, PremiumPaid) else fact.date
    content = hashlib.sha256(fact.model_dump_json().encode()).hexdigest()[:16]
    return EmployerPremiumRecorded(kind=_PREMIUM_KINDS[type(fact)], date=day, content=content, **copied)


def _entries(snapshot: RosterSnapshot, peek: Peek) -> list[Event]:
    """Return the entries of a snapshot and their pairs; each pair counts for those behind it."""
    people: dict[str, Person] = {}
    officers: dict[str, Coordinator] = {}
    events: list[Event] = []
    for row in snapshot.entries:
        entry = RosterEntry.model_validate(row.model_dump())
        before = people.get(entry.person_id) or peek(PERSON, entry.person_id)
        person = PERSON.evolve(before, _unnumbered(entry))
        assigned = pair(entry.person_id, person, officers_near(peek, person) | officers)
        for given in assigned:
            chosen = given.coordinator_id
            before_it = officers.get(chosen) or peek(COORDINATOR, chosen)
            officers[chosen] = COORDINATOR.evolve(before_it, _unnumbered(given))
            person = PERSON.evolve(person, _unnumbered(given))
        people[entry.person_id] = person
        events += [entry, *assigned]
    return events


def _pair(fact: RosterEntry | JobseekerRegistered, peek: Peek) -> list[Event]:
    """Pair a person on the strength of the fact itself, which is not folded yet."""
    person = PERSON.evolve(peek(PERSON, fact.person_id), _unnumbered(fact))
    return list(pair(fact.person_id, person, officers_near(peek, person)))


def _unnumbered(event: Event) -> Message:
    """Return an event as a message, to see what it would change."""
    return Message("", "", event, 0, _ANY_DAY, "")


def walks(message: Message) -> tuple[Walk, ...]:
    """A new coordinator takes on the people of the county who have none; a closed day ends the patience of rooms."""
    match message.event:
        case CoordinatorRegistered(county=county):
            return (Walk(PERSON.kind, tag=unpaired(county)),)
        case DayClosed(date=day):
            return (Walk(WAITING.kind, due_by=day),)
        case _:
            return ()


def decide_one(_: Message, kind: str, id_: str, peek: Peek) -> list[Event]:
    """Pair one of them, if the new coordinator's area reaches them; say of a room that its facts wait too long."""
    if kind == WAITING.kind:
        waiting = [fact for _, fact in facts_in(peek, id_)]
        return [FactOverdue(waiting_for=id_, facts=len(waiting), since=waiting[0].since)]
    person = peek(PERSON, id_)
    return list(pair(id_, person, officers_near(peek, person)))


def wakes(event: Event) -> Iterable[str]:
    """Name the rooms of waiting facts that an event opens."""
    match event:
        case DayClosed():
            return (ROOM,)
        case RosterEntry() | JobseekerRegistered() | RosterSnapshot():
            # A snapshot opens the rooms that its entries open, so that they are loaded with it.
            people = event.entries if isinstance(event, RosterSnapshot) else (event,)
            return tuple(f"person/{each.person_id}" for each in people)
        case EmployerRegistered():
            return (f"employer/{event.uscc}",)
        case VacancyOpened():
            return (f"vacancy/{event.vacancy_id}",)
        case EmploymentConfirmed():
            return (f"employment/{event.employment_id}",)
        case _:
            return ()
