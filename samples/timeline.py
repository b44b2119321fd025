"""Put facts into their envelopes and into the order of arrival, with the closing of every day between them."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from samples.facts import CLOCK, FIRST_DAY, LAST_DAY, Fact
from samples.faults import DUPLICATED_KINDS

SHANGHAI = timezone(timedelta(hours=8))

# Within a day: what others refer to comes first.
_ORDER = (
    "parameter.published",
    "coordinator.relieved",
    "coordinator.registered",
    "employer.registered",
    "provider.qualified",
    "roster.snapshot",
    "roster.entry",
    "jobseeker.registered",
    "vacancy.opened",
    "application.received",
    "application.reviewed",
    "employment.confirmed",
    "agreement.signed",
    "arrival.recorded",
    "employment.ended",
)
_REPEATED = 40  # which fact of a duplicated kind comes a second time
_OFFICE_OPENS, _OFFICE_SECONDS = timedelta(hours=8, minutes=30), 9 * 3600


@dataclass(frozen=True)
class Arrival:
    """One line of the sample: the event, the fact in it, and whether it has come before."""

    event: dict[str, Any]
    fact: Fact
    duplicate: bool = False

    @property
    def line(self) -> str:
        """The event as one line of structured CloudEvents JSON."""
        return json.dumps(self.event, ensure_ascii=False, separators=(",", ":"))


def arrivals(facts: Iterable[Fact], first: date = FIRST_DAY, last: date = LAST_DAY) -> list[Arrival]:
    """Return everything that arrives, from the closing of the day before the first to that of the last day.

    Args:
        facts: In any order. Two of one day and rank keep theirs.
        first: The first day on which something arrives.
        last: The last one.

    Raises:
        ValueError: a fact lies outside the sample's days.
    """
    days: dict[date, list[Fact]] = {}
    for fact in facts:
        if not first <= fact.at <= last:
            raise ValueError(f"{fact.kind} arrives outside {first} to {last}")
        days.setdefault(fact.at, []).append(fact)
    return list(_stream(days, first, last))


def _stream(days: dict[date, list[Fact]], first: date, last: date) -> Iterator[Arrival]:
    counts: Counter[tuple[str, str]] = Counter()
    kinds: Counter[str] = Counter()
    again: list[Arrival] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        yield _closing(day - timedelta(days=1))
        yield from again
        again = []
        todays = sorted(days.get(day, []), key=_rank)
        for place, fact in enumerate(todays):
            counts[fact.source, fact.kind] += 1
            kinds[fact.kind] += 1
            number, seconds = counts[fact.source, fact.kind], place * _OFFICE_SECONDS // len(todays)
            arrival = Arrival(_envelope(fact, number, _OFFICE_OPENS + timedelta(seconds=seconds)), fact)
            yield arrival
            if fact.kind in DUPLICATED_KINDS and kinds[fact.kind] == _REPEATED:
                again.append(Arrival(arrival.event, fact, duplicate=True))
    yield from again
    yield _closing(last)


def _rank(fact: Fact) -> int:
    return _ORDER.index(fact.kind) if fact.kind in _ORDER else len(_ORDER)


def _envelope(fact: Fact, number: int, clock: timedelta) -> dict[str, Any]:
    event_id = f"{fact.kind.replace('.', '-').replace('_', '-')}-{number:05d}"
    return _event(event_id, fact, _at(fact.at, clock))


def _closing(day: date) -> Arrival:
    fact = Fact(day, CLOCK, "calendar.day_closed", {"date": day.isoformat()}, day.isoformat())
    # The clock says so five minutes into the next day.
    return Arrival(_event(f"day-{day.isoformat()}", fact, _at(day, timedelta(days=1, minutes=5))), fact)


def _at(day: date, clock: timedelta) -> str:
    return (datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + clock).isoformat()


def _event(event_id: str, fact: Fact, time: str) -> dict[str, Any]:
    subject = {"subject": fact.subject} if fact.subject else {}
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": fact.source,
        "type": f"cn.bangfu.{fact.kind}.v1",
        **subject,
        "time": time,
        "datacontenttype": "application/json",
        "data": fact.data,
    }
