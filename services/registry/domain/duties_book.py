"""The duty book: one subject, since when and until when it owes, what was shown to be done, what was said of it.

Facts arrive in any order, evidence before its subject too; each sets the fields that are its own, so that the same
facts make the same book. Only a correction goes before what it corrects, and of two that correct the same the later.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, Literal

from services.registry.domain.duties_evidence import Evidence, evidence_of
from services.registry.domain.duties_periods import ONE_DAY, Interval
from services.registry.domain.duties_subjects import Employed, Placed, Told, book_id, level_of
from shared.events.duties import DutyAssigned, DutyFulfilled, DutyLifted, DutyMissed, Subject
from shared.events.employment import (
    AgreementSigned,
    AppraisalRecorded,
    EmploymentConfirmed,
    EmploymentCorrected,
    EmploymentEnded,
    EmploymentVoided,
    PlacementExtended,
    PlacementResumed,
    PlacementSuspended,
    ProviderQualified,
)
from shared.events.identity import PersonMerged
from shared.events.people import (
    PairAssigned,
)
from shared.runner.core import Message

ENDLESS: Final = date.max
ONE_TO_ONE: Final = "one_to_one"
Status = Literal["fulfilled", "late", "missed", "lapsed"]


@dataclass(frozen=True, slots=True)
class Pause:
    """A placement rests from a day on; None: until it is resumed."""

    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a duty for a period."""

    status: Status
    due_on: date | None
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """All that is known of a subject's duties.

    Args:
        role: Post kind of a placement, programme of a pair (`one_to_one`: coordinator and person), kind of an
            organisation, level of an office; empty: nobody has introduced the subject yet.
        programme: What the agreement of a placement names.
        until: Last day of the term by the contract or its latest extension; `extended_on`: day of that extension.
        corrected: Fields that a correction has set.
        evidence: By the name of its kind (`duties_evidence`).
        intervals: By duty: what a document set its cadence to.
        said: By duty and period.
    """

    subject: Subject | Literal[""] = ""
    subject_id: str = ""
    role: str = ""
    programme: str = ""
    county: str = ""
    person_id: str = ""
    starts_on: date | None = None
    until: date | None = None
    extended_on: date | None = None
    last_day: date | None = None
    void_from: date | None = None
    corrected: tuple[str, ...] = ()
    suspended: tuple[Pause, ...] = ()
    resumed: tuple[date, ...] = ()
    evidence: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    intervals: dict[str, tuple[Interval, ...]] = field(default_factory=dict)
    said: dict[str, dict[str, Said]] = field(default_factory=dict)

    @property
    def span(self) -> tuple[date, date] | None:
        """Return the first and the last day on which it owes; None: never."""
        if not self.role or self.starts_on is None:
            return None
        last = self.last_day or self.until or ENDLESS
        if self.void_from is not None:
            last = min(last, self.void_from - ONE_DAY)
        return (self.starts_on, last) if self.starts_on <= last else None

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """Return when it rests, in order; a suspension ends on its own last day or before the next resumption."""
        found: list[Pause] = []
        for pause in sorted(self.suspended, key=lambda each: (each.first, each.last or ENDLESS)):
            resumed = min((day for day in self.resumed if day > pause.first), default=None)
            ends = [day for day in (pause.last, resumed and resumed - ONE_DAY) if day is not None]
            last = min(ends, default=None)
            before = found[-1].last if found else None
            if found and (before is None or before >= pause.first):
                found[-1] = Pause(found[-1].first, None if before is None or last is None else max(before, last))
            else:
                found.append(Pause(pause.first, last))
        return tuple(found)


def evolve(book: Book, message: Message) -> Book:
    """Return the book after a message that concerns it."""
    book, event = _with_evidence(book, message), message.event
    if isinstance(event, Employed):
        return _employed(book, event)
    if isinstance(event, Placed):
        return _placed(book, event)
    if isinstance(event, Told):
        return _told(book, event)
    return _office(book, message) if book.subject == "office" else _other(book, message)


def _with_evidence(book: Book, message: Message) -> Book:
    mine = book_id(book.subject, book.subject_id) if book.subject else ""
    for id_, found in evidence_of(message):
        if id_ != mine:
            continue
        known = book.evidence.get(found.key, ())
        if found.evidence not in known:
            ordered = tuple(sorted((*known, found.evidence), key=lambda each: (each.done_on, each.event_id)))
            book = replace(book, evidence=book.evidence | {found.key: ordered})
    return book


def _employed(book: Book, fact: Employed) -> Book:
    match fact:
        case EmploymentConfirmed():
            stated: dict[str, Any] = {"starts_on": fact.starts_on, "role": fact.post_kind}
            stated |= {"programme": fact.programme or book.programme}
            right = {name: value for name, value in stated.items() if name not in book.corrected}
            until = book.until if book.extended_on else fact.contract_until
            county = fact.county or fact.insured_county or ""
            return replace(book, until=until, county=county, person_id=fact.person_id, **right)
        case EmploymentCorrected():
            stated = {"starts_on": fact.starts_on, "role": fact.post_kind, "last_day": fact.last_day}
            stated |= {"programme": fact.programme}
            right = {name: value for name, value in stated.items() if value is not None}
            return replace(book, corrected=tuple(sorted({*book.corrected, *right})), **right)
        case EmploymentEnded():
            return book if "last_day" in book.corrected else replace(book, last_day=fact.last_day)
        case EmploymentVoided():
            return replace(book, void_from=min(fact.effective_from, book.void_from or fact.effective_from))


def _placed(book: Book, fact: Placed) -> Book:
    match fact:
        case PlacementExtended():
            latest = max((fact.date, fact.until or ENDLESS), (book.extended_on or date.min, book.until or ENDLESS))
            until = None if latest[1] == ENDLESS else latest[1]
            return replace(book, extended_on=latest[0], until=until)
        case PlacementSuspended():
            return replace(book, suspended=_added(book.suspended, Pause(fact.date, fact.until), _order_of_pauses))
        case PlacementResumed():
            return replace(book, resumed=tuple(sorted({*book.resumed, fact.date})))


def _order_of_pauses(pause: Pause) -> tuple[date, date]:
    return pause.first, pause.last or ENDLESS


def _added(known: tuple[Pause, ...], pause: Pause, key: Any) -> tuple[Pause, ...]:
    return known if pause in known else tuple(sorted((*known, pause), key=key))


def _office(book: Book, message: Message) -> Book:
    return _since(replace(book, role=level_of(book.subject_id), county=book.subject_id), message.known_on)


def _other(book: Book, message: Message) -> Book:
    match message.event:
        case AgreementSigned(programme=str(programme), employment_id=str()):
            return replace(book, programme=programme)
        case AgreementSigned(programme=str(programme)) as fact:
            return _since(replace(book, role=programme), fact.date)
        case PairAssigned() as fact:
            pair = replace(book, role=ONE_TO_ONE, county=fact.county, person_id=fact.person_id)
            return _since(pair, message.known_on)
        case PersonMerged() as fact:
            return replace(book, last_day=min(fact.date, book.last_day or fact.date))
        case _:
            return _organisation(book, message)


def _organisation(book: Book, message: Message) -> Book:
    match message.event:
        case ProviderQualified() as fact:
            base = replace(book, role="training_base", county=fact.county, until=fact.valid_until)
            return _since(base, message.known_on)
        case AppraisalRecorded() as fact:
            return _since(replace(book, role=fact.kind, county=fact.county), date(fact.year, 1, 1))
        case _:
            return book


def _since(book: Book, day: date) -> Book:
    return replace(book, starts_on=min(day, book.starts_on or day))


def _told(book: Book, own: Told) -> Book:
    if isinstance(own, DutyAssigned):
        schedule = tuple(Interval(each.since, each.days) for each in own.intervals)
        return replace(book, intervals=book.intervals | {own.duty: schedule})
    said = dict(book.said.get(own.duty, {}))
    match own:
        case DutyFulfilled():
            said[own.period] = Said("late" if own.late else "fulfilled", own.due_on, own.done_on)
        case DutyMissed():
            said[own.period] = Said("lapsed" if own.lapsed else "missed", own.due_on)
        case DutyLifted():
            said.pop(own.period, None)
    others = {duty: known for duty, known in book.said.items() if duty != own.duty}
    return replace(book, said=others | ({own.duty: said} if said else {}))


def unopened(id_: str) -> Book:
    """Return the book of a subject that nobody has heard of."""
    subject, _, subject_id = id_.partition(":")
    return Book(subject=subject, subject_id=subject_id)  # type: ignore[arg-type]  # ids are made by `book_id`
