"""What became of a duty: a pure function of the book, the duty and the day.

- A period is owed where the subject owes and does not rest on enough of its days (`Manners.owed_from_percent`).
- It ends with the subject's term, and what falls due while a placement rests is due on the first working day after.
- Evidence with a day counts for the open period that is due first; what is over makes up for the oldest missed one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import Final

from services.registry.domain.duties import DoneBy, Duty
from services.registry.domain.duties_book import ENDLESS, Book, Pause, Said
from services.registry.domain.duties_evidence import Evidence
from services.registry.domain.duties_periods import LAST_YEAR, ONE_DAY, Interval, Period, days_of, moved, periods
from shared.calendar import add_working_days

_CACHED: Final = 16_384
_LAST_DAY: Final = date(LAST_YEAR, 12, 31)


@dataclass(frozen=True, slots=True)
class Instance:
    """A duty for one period.

    Args:
        due_on: None: the placement rests, and nobody has said until when.
        missed_on: The day at whose closing it counts as missed.
        lapses_on: The day at whose closing nobody can make up for it any more; None: never.
    """

    period: Period
    due_on: date | None
    missed_on: date | None
    lapses_on: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an instance; no evidence: not done yet."""

    instance: Instance
    evidence: tuple[Evidence, ...] = ()
    count: int = 1

    @property
    def is_done(self) -> bool:
        """Tell whether all of it was done."""
        return len(self.evidence) >= self.count

    def by(self, day: date) -> Said | None:
        """Return what is to be said of it once a day is closed; None: nothing."""
        instance = self.instance
        if self.is_done:
            done_on = max(each.done_on for each in self.evidence)
            late = instance.due_on is not None and done_on > instance.due_on
            return Said("late" if late else "fulfilled", instance.due_on, done_on)
        if instance.missed_on is None or day < instance.missed_on:
            return None
        lapsed = instance.lapses_on is not None and day >= instance.lapses_on
        return Said("lapsed" if lapsed else "missed", instance.due_on)


def outcomes(book: Book, duty: Duty, through: date) -> list[Outcome]:
    """Return the outcomes of a duty for every period that begins by a day, or for which there is evidence."""
    evidence = list(_evidence(book, duty))
    horizon = max((through, *(each.done_on for each, _ in evidence), *_labelled(evidence)))
    owed = takewhile(lambda each: each.period.first <= horizon, _owed(book, duty))
    return _assigned([Outcome(each, count=duty.count) for each in owed], evidence)


def next_look(book: Book, duty: Duty) -> date | None:
    """Return the next day whose closing brings something to be said of a duty, if no more facts come; None: none."""
    said = book.said.get(duty.duty, {})
    known = outcomes(book, duty, date.min)
    looks = [look for each in known if (look := _look(each, said.get(each.instance.period.name))) is not None]
    last = known[-1].instance.period.first if known else date.min
    following = (each for each in _owed(book, duty) if each.period.first > last)
    for instance in following:
        look = _look(Outcome(instance), said.get(instance.period.name))
        if look is not None:
            looks.append(look)
        if instance.due_on is None or instance.period.name not in said:
            break
    return min(looks, default=None)


def _look(outcome: Outcome, said: Said | None) -> date | None:
    if outcome.is_done:
        return None
    instance = outcome.instance
    if said is None:
        return instance.missed_on
    return instance.lapses_on if said.status == "missed" else None


def _owed(book: Book, duty: Duty) -> Iterator[Instance]:
    """Yield the owed instances of a duty in order; they are computed a year at a time and kept."""
    if book.span is None:
        return
    first, last = max(book.span[0], duty.since), min(book.span[1], duty.until, _LAST_DAY)
    intervals = book.intervals.get(duty.duty, ())
    if duty.cadence.parameter and not any(each.days for each in intervals):
        return
    pauses = book.pauses
    # What is owed once needs no year after year, and where a duty was abolished there is nothing more to look at.
    years = (last.year,) if duty.cadence.every == "once" else range(first.year, last.year + 1)
    for year in years if first <= last else ():
        yield from _of_year(duty, (first, last), pauses, intervals, year)


@lru_cache(_CACHED)
def _of_year(
    duty: Duty, span: tuple[date, date], pauses: tuple[Pause, ...], intervals: tuple[Interval, ...], year: int
) -> tuple[Instance, ...]:
    """Return the owed instances that begin in a year, or before the first one."""
    ends = min(span[1], date(year, 12, 31))
    begins = date(year, 1, 1) if year > span[0].year and duty.cadence.every != "once" else date.min
    found = (each for each in periods(duty.cadence, span[0], ends, intervals) if each.first >= begins)
    percent = duty.manners.owed_from_percent
    return tuple(_instance(duty, each, span, pauses) for each in found if _is_owed(each, span, pauses, percent))


def _is_owed(period: Period, span: tuple[date, date], pauses: tuple[Pause, ...], percent: int) -> bool:
    first, last = max(period.first, span[0]), min(period.until or period.last, span[1])
    days = (last - first).days + 1
    for pause in pauses:
        rests = (min(last, pause.last or last) - max(first, pause.first)).days + 1
        days -= max(rests, 0)
    return 100 * days >= percent * period.days


def _instance(duty: Duty, period: Period, span: tuple[date, date], pauses: tuple[Pause, ...]) -> Instance:
    last = min(period.last, span[1])
    due_on = add_working_days(last, duty.working_days_after) if duty.working_days_after else moved(last)
    for pause in pauses:
        if pause.first <= due_on and (pause.last is None or due_on <= pause.last):
            if pause.last is None:
                return Instance(period, None, None)
            due_on = moved(pause.last + ONE_DAY)
    missed_on = add_working_days(due_on, duty.manners.report_working_days)
    return Instance(period, due_on, missed_on, None if duty.pays else _lapses_on(duty, due_on, span[1]))


def _lapses_on(duty: Duty, due_on: date, last: date) -> date:
    by_itself = due_on + timedelta(days=duty.manners.lapse_days)
    if last >= _LAST_DAY:
        return by_itself
    return min(by_itself, max(last, due_on) + timedelta(days=duty.manners.lapse_days_after_end))


def _evidence(book: Book, duty: Duty) -> Iterator[tuple[Evidence, DoneBy]]:
    for way in duty.done_by:
        for key in sorted(way.keys & book.evidence.keys()):
            for each in book.evidence[key]:
                yield each, way


def _labelled(evidence: Iterable[tuple[Evidence, DoneBy]]) -> Iterator[date]:
    for each, _ in evidence:
        if each.period:
            days = days_of(each.period)
            yield days[1] if days else each.done_on


def _assigned(owed: Sequence[Outcome], evidence: Sequence[tuple[Evidence, DoneBy]]) -> list[Outcome]:
    """Give each piece of evidence to the period that it names, or to the open one that is due first."""
    filled = list(owed)
    for each, way in sorted((pair for pair in evidence if pair[0].period), key=_order):
        for place, outcome in enumerate(filled):
            if not outcome.is_done and _names(each, way, outcome.instance.period):
                filled[place] = replace(outcome, evidence=(*outcome.evidence, each))
    dated = [each for each, _ in sorted((pair for pair in evidence if not pair[0].period), key=_order)]
    _make_up(filled, _in_time(filled, dated))
    return filled


def _order(pair: tuple[Evidence, DoneBy]) -> tuple[date, str]:
    return pair[0].done_on, pair[0].event_id


def _names(evidence: Evidence, way: DoneBy, period: Period) -> bool:
    if evidence.period == period.name:
        return True
    days = days_of(evidence.period) if way.longer else None
    return days is not None and days[0] <= period.first and period.last <= days[1]


def _in_time(filled: list[Outcome], dated: Iterable[Evidence]) -> list[Evidence]:
    """Fill what was open on the day of each piece, what is due first before the rest; return what is over."""
    over, place = [], 0
    for each in dated:
        while place < len(filled) and (filled[place].is_done or _due(filled[place]) < each.done_on):
            place += 1
        if place < len(filled) and filled[place].instance.period.first <= each.done_on:
            filled[place] = replace(filled[place], evidence=(*filled[place].evidence, each))
        else:
            over.append(each)
    return over


def _make_up(filled: list[Outcome], over: Iterable[Evidence]) -> None:
    """Give what is over to the oldest missed period."""
    place = 0
    for each in over:
        while place < len(filled) and filled[place].is_done:
            place += 1
        if place < len(filled) and _due(filled[place]) < each.done_on:
            filled[place] = replace(filled[place], evidence=(*filled[place].evidence, each))


def _due(outcome: Outcome) -> date:
    return outcome.instance.due_on or ENDLESS
