"""Duties as a table: what is owed, by when, done when, shown by what, under which clause. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.registry.domain.duties import Duty, Rulebook
from services.registry.domain.duties_book import Book
from services.registry.domain.duties_deciding import Duties
from services.registry.domain.duties_outcomes import Outcome, outcomes
from services.registry.domain.duties_parameters import Figures, schedule

Row = dict[str, Any]
_ONE_DAY: Final = timedelta(days=1)
_IN_THE_END: Final = "9999"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which duties are asked for; empty: no matter.

    Args:
        due: What is not done and due by this day, the overdue included.
        overdue: Only what is not done, could still be made up for, and was due before the day.
        every: What is done, lapsed or not due before long, too; so it is where one subject is asked for.
    """

    county: str = ""
    person: str = ""
    placement: str = ""
    due: date | None = None
    overdue: bool = False
    every: bool = False

    def covers(self, book: Book) -> bool:
        """Tell whether a subject's duties are asked for."""
        return (
            (not self.county or self.county in {book.county, book.subject_id})
            and (not self.person or self.person in {book.person_id, book.subject_id})
            and (not self.placement or (book.subject, book.subject_id) == ("placement", self.placement))
        )


def listed(duties: Duties, books: Mapping[str, Book], wanted: Wanted, day: date) -> list[Row]:
    """Return a row for each duty and period that is asked for, as it stands on a day that is not closed yet.

    Periods that begin after the day are not looked at, nor is what was done after it.
    """
    rows = [
        row
        for _, book in sorted(books.items())
        if wanted.covers(book)
        for duty in duties.of(book)
        for row in _rows(duties.rulebook, book, duty, wanted, day)
    ]
    return sorted(rows, key=lambda row: (row["due_on"] or _IN_THE_END, row["subject_id"], row["duty"], row["period"]))


def unset(rulebook: Rulebook, figures: Figures, county: str, day: date) -> list[Row]:
    """Return the duties of which no document says, for a county on a day, how often they fall due."""
    return [
        {"duty": duty.duty, "zh": duty.zh, "en": duty.en, "parameter": duty.cadence.parameter, "missing": duty.missing}
        | _source(duty)
        for duty in rulebook.duties
        if duty.cadence.parameter and duty.since <= day <= duty.until and not _is_set(figures, duty, county, day)
    ]


def _is_set(figures: Figures, duty: Duty, county: str, day: date) -> bool:
    begun = [each for each in schedule(figures, duty.cadence.parameter, county) if each.since <= day]
    return bool(begun and begun[-1].days)


def _rows(rulebook: Rulebook, book: Book, duty: Duty, wanted: Wanted, day: date) -> Iterator[Row]:
    for outcome in outcomes(book, duty, day):
        seen = Outcome(outcome.instance, tuple(e for e in outcome.evidence if e.done_on <= day), outcome.count)
        if outcome.instance.period.first <= day and _is_wanted(seen, wanted, day):
            yield _row(rulebook, book, duty, seen, day)


def _is_wanted(outcome: Outcome, wanted: Wanted, day: date) -> bool:
    status, due_on = status_of(outcome, day), outcome.instance.due_on
    if wanted.overdue:
        return status == "overdue"
    if wanted.due is not None:
        return status in {"open", "overdue"} and due_on is not None and due_on <= wanted.due
    return wanted.every or bool(wanted.person or wanted.placement) or status in {"open", "overdue", "rests"}


def status_of(outcome: Outcome, day: date) -> str:
    """Return how an instance stands on a day: fulfilled, late, open, rests, overdue or lapsed."""
    instance = outcome.instance
    said = outcome.by(day - _ONE_DAY)
    if said is not None:
        return "overdue" if said.status == "missed" else said.status
    if instance.due_on is None:
        return "rests"
    return "overdue" if instance.due_on < day else "open"


def _row(rulebook: Rulebook, book: Book, duty: Duty, outcome: Outcome, day: date) -> Row:
    instance = outcome.instance
    done_on = max(each.done_on for each in outcome.evidence) if outcome.is_done else None
    papers = dict.fromkeys(name for each in outcome.evidence for name in (each.event_id, *each.papers))
    return {
        "subject": book.subject,
        "subject_id": book.subject_id,
        "person_id": book.person_id,
        "county": book.county,
        "duty": duty.duty,
        "zh": duty.zh,
        "en": duty.en,
        "who": duty.who,
        "period": instance.period.name,
        "status": status_of(outcome, day),
        "due_on": _text(instance.due_on),
        "moved_by": _moved_by(rulebook, book, duty, outcome),
        "done_on": _text(done_on),
        "evidence": list(papers),
        "pays": duty.pays,
        "reason": duty.reason,
        "house": duty.house,
    } | _source(duty)


def _source(duty: Duty) -> Row:
    return {"document": duty.document, "clause": duty.clause, "rows": list(duty.rows)}


def _moved_by(rulebook: Rulebook, book: Book, duty: Duty, outcome: Outcome) -> str:
    """Return the law that moved a last day to the day after a rest; empty where none did."""
    due_on, span = outcome.instance.due_on, book.span
    if due_on is None or span is None or duty.working_days_after:
        return ""
    last = min(outcome.instance.period.last, span[1], duty.until)
    laws: Iterable[str] = (law for since, law in reversed(rulebook.moved_by) if since <= last)
    return next(iter(laws), "") if due_on > last else ""


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
