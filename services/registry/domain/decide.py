"""What registry says to a fact: pass it on with what it knows, let it wait for its cause, or refuse it.

Parking happens here and nowhere else: a fact about an unknown person, employer, vacancy or employment waits in the
room `<kind>/<id>` and runs again when that becomes known.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Literal

from services.registry.domain import erasures, identity, roster, villages
from services.registry.domain.calendar import ROOM, close_day
from services.registry.domain.exchange import Exchange, released_walks
from services.registry.domain.feeds import Feeds
from services.registry.domain.needs import missing
from services.registry.domain.pairing import Pairing, with_pairs
from services.registry.domain.people import PERSON, paired, unpaired
from services.registry.domain.roster import ROSTER
from services.registry.domain.snapshot_parts import PART
from services.registry.domain.work import EMPLOYER, EMPLOYMENT, VACANCY, said
from shared.events.alerts import FactOverdue
from shared.events.clock import DayClosed
from shared.events.contract import DESK, Event
from shared.events.employers import EmployerRegistered, VacancyChanged, VacancyOpened
from shared.events.employment import AttendanceRecorded, EmploymentConfirmed, EmploymentCorrected
from shared.events.finance import ApprovalGiven, ApprovalRefused, CheckOverridden, CheckSetAside, ParameterPublished
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.ops import ErasureLifted, ErasureRequested
from shared.events.people import (
    CoordinatorRegistered,
    CoordinatorRelieved,
    ExitConfirmed,
    ExitRefused,
    JobseekerRegistered,
    RosterEntry,
    RosterSnapshot,
)
from shared.events.premiums import EmployerPremiumRecorded, PremiumCorrected, PremiumPaid, PremiumRefunded
from shared.runner.core import Decision, Message, Park, Peek, Refuse, Walk
from shared.runner.waiting import WAITING, facts_in

_PREMIUM_KINDS: dict[type[Event], Literal["paid", "corrected", "refunded"]] = {
    PremiumPaid: "paid",
    PremiumCorrected: "corrected",
    PremiumRefunded: "refunded",
}


class Deciding:
    """What registry says to a fact, by how careful the roster exchange is and what the feeds promise."""

    def __init__(self, exchange: Exchange, feeds: Feeds) -> None:
        self._exchange, self._feeds = exchange, feeds

    def decide(self, message: Message, peek: Peek) -> Decision:
        """Return what follows from one fact."""
        fact = identity.resolved(message.event, peek)
        waiting = missing(fact, peek)
        if waiting is not None:
            return _unknown(waiting) if message.source == DESK else waiting
        decision = self._of_fact(replace(message, event=fact), fact, peek)
        return self._followed(decision, message, peek) if isinstance(decision, list) else decision

    def walks(self, message: Message) -> tuple[Walk, ...]:
        """Return whom a fact touches besides those it is about.

        An officer who comes or goes touches who is theirs and who has none; a snapshot that a fact completes or an
        approval releases is taken; a closed day ends patience: of rooms, of snapshots that lack a part, with feeds.
        """
        match message.event:
            case CoordinatorRegistered(coordinator_id=id_, county=county):
                return (Walk(PERSON.kind, tag=paired(id_)), Walk(PERSON.kind, tag=unpaired(county)))
            case CoordinatorRelieved(coordinator_id=id_):
                return (Walk(PERSON.kind, tag=paired(id_)),)
            case RosterSnapshot(snapshot_id=id_) | ApprovalGiven(subject_id=id_):
                return released_walks(id_)
            case DayClosed(date=day):
                kinds = (WAITING.kind, self._exchange.snapshots.kind, self._feeds.feeds.kind)
                return tuple(Walk(kind, due_by=day) for kind in kinds)
            case _:
                return ()

    def decide_one(self, message: Message, kind: str, id_: str, peek: Peek) -> list[Event]:
        """Return what follows for one of them."""
        if kind == PERSON.kind:
            pairing = Pairing(peek)
            return [*pairing.seen_to(id_), *pairing.tasks(message.known_on)]
        if kind == WAITING.kind:
            waiting = [fact for _, fact in facts_in(peek, id_)]
            return [FactOverdue(waiting_for=id_, facts=len(waiting), since=waiting[0].since)]
        if kind == PART.kind:
            return self._followed(self._exchange.take_part(message, id_, peek), message, peek)
        if kind == ROSTER.kind:
            return self._exchange.take_person(message, id_, peek)
        if kind == self._feeds.feeds.kind:
            return self._feeds.silent(message, id_, peek)
        return self._exchange.overdue(message, id_, peek)

    def close(self, message: Message, walk: Walk, peek: Peek) -> list[Event]:
        """Return what follows once a walk is over: the summary of a snapshot that was taken."""
        return self._exchange.close(message, walk, peek) if walk.given else []

    def _of_fact(self, message: Message, fact: Event, peek: Peek) -> Decision:
        match fact:
            case DayClosed():
                return close_day(fact, peek)
            case RosterSnapshot():
                return self._exchange.part(message, fact, peek)
            case ApprovalGiven() | ApprovalRefused():
                return self._exchange.said(message, fact, peek)
            case ParameterPublished():
                return self._feeds.refusal(fact) or [fact]
            case PremiumPaid() | PremiumCorrected() | PremiumRefunded():
                return [fact, _for_employer(fact, peek)]
            case _:
                known = next((form for form in _OF_PERSONS if isinstance(fact, form)), None)
                return _OF_PERSONS[known](message, fact, peek) if known else _of_work(fact, peek)

    def _followed(self, decided: list[Event], message: Message, peek: Peek) -> list[Event]:
        """Add who is paired because of what is decided, and the tasks whose cause is gone."""
        events = with_pairs(decided, message.known_on, peek)
        found = villages.peopled(events, peek, message.known_on)
        return [*events, *found, *self._feeds.heard(events, peek, message.known_on)]


_OF_PERSONS: dict[type[Event], Callable[[Message, Any, Peek], Decision]] = {
    RosterEntry: roster.entered,
    ExitConfirmed: roster.left,
    ExitRefused: roster.stayed,
    ErasureRequested: erasures.requested,
    ErasureLifted: erasures.lifted,
    PersonMerged: identity.merged,
    PersonSplit: identity.split,
    CoordinatorRegistered: villages.registered,
    CoordinatorRelieved: villages.relieved,
}


def _unknown(waiting: Park) -> Decision:
    """Refuse at once what an officer says of somebody unknown: who sits at the desk can look, a feed can only wait."""
    if not waiting.waiting_for.startswith(f"{PERSON.kind}/"):
        return waiting
    return Refuse("unknown_person", "data.person_id", "nobody is known under it: open the case and copy its number")


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
    if isinstance(fact, AttendanceRecorded):
        known["county"] = employment.county or None
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


def _for_employer(fact: PremiumPaid | PremiumCorrected | PremiumRefunded, peek: Peek) -> EmployerPremiumRecorded:
    """Return the employer-keyed copy of a premium fact."""
    copied = fact.model_dump(include={"uscc", "person_id", "period", "unemployment_fen"})
    day = fact.paid_on if isinstance(fact, PremiumPaid) else fact.date
    content = hashlib.sha256(fact.model_dump_json().encode()).hexdigest()[:16]
    county = peek(EMPLOYER, fact.uscc).insured_county or None
    return EmployerPremiumRecorded(kind=_PREMIUM_KINDS[type(fact)], date=day, content=content, county=county, **copied)


def wakes(event: Event) -> Iterable[str]:
    """Name the rooms of waiting facts that an event opens."""
    match event:
        case DayClosed():
            return (ROOM,)
        case RosterEntry() | JobseekerRegistered():
            return (f"person/{event.person_id}",)
        case EmployerRegistered():
            return (f"employer/{event.uscc}",)
        case VacancyOpened():
            return (f"vacancy/{event.vacancy_id}",)
        case EmploymentConfirmed():
            return (f"employment/{event.employment_id}",)
        case _:
            return ()
