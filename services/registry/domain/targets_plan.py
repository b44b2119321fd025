"""What targets are: values, windows, scopes, and which facts count towards them. Pure; the data is targets.yaml."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from shared.calendar import month_last, month_of
from shared.events.contract import Event

Each = Literal["person", "village", "county", "organisation", "fact", "headcount", "fen"]
Unit = Literal[
    "people", "person_times", "activities", "organisations", "projects", "percent", "villages", "counties", "fen"
]
ONCE: Final[frozenset[Each]] = frozenset({"person", "village", "county", "organisation"})
STANDING: Final = ""
"""The window of those a target is for: whatever the year."""
ANY: Final = "*"
_DAYS: Final = ("date", "finished_on", "paid_on", "starts_on")
_YEARS: Final = ("year", "fiscal_year")


@dataclass(frozen=True, slots=True)
class Window:
    """A year, or a span of years; without `last` it has no deadline."""

    name: str
    first: date
    last: date | None

    def days(self) -> int:
        """Return how many days it has; nil without a deadline."""
        return (self.last - self.first).days + 1 if self.last else 0

    def gone(self, day: date) -> int:
        """Return how many of its days are over when a day is over."""
        if self.last is None:
            return 0
        return max(0, min((day - self.first).days + 1, self.days()))


@dataclass(frozen=True, slots=True)
class Counter:
    """Which facts count, and what of them.

    Args:
        fact: Topic. where: Allowed values by field; `*`: there, and no nil.
        each: What counts once a window, or what adds up.
        takes_back: It lessens a sum. first_only: The first such fact of a window is enough.
    """

    fact: str
    each: Each
    where: Mapping[str, tuple[str, ...]]
    takes_back: bool = False
    first_only: bool = False

    def takes(self, event: Event) -> bool:
        """Tell whether a fact counts."""
        return event.topic == self.fact and all(
            _is_one_of(getattr(event, field, None), allowed) for field, allowed in self.where.items()
        )

    def times(self, event: Any) -> int:
        """Return what a fact adds up to; nil where it is not added up."""
        if self.each in ONCE:
            return 0
        found = {"headcount": "headcount", "fen": "amount_fen"}.get(self.each)
        amount = int(getattr(event, found) or 0) if found else 1
        return -amount if self.takes_back else amount


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom a target in per cent is for.

    Args:
        statuses: On the roster; none named: whoever. traits: All of them: fields of `Person`.
        ages: First and last age that a person has in the year, both counted.
    """

    statuses: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    ages: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A value to be reached, by when, and what counts towards it.

    Args:
        value: None where the document gives none. missing: What facts lack that would count; then nothing counts.
        per_county: The value is each county's. coverage: A rotation; its task is `coverage_behind`.
        scope: Codes of counties or their beginnings; none: everywhere.
    """

    id: str
    zh: str
    en: str
    unit: Unit
    value: int | None
    every: Literal["year", "span"]
    since: date
    until: date | None
    scope: tuple[str, ...]
    counters: tuple[Counter, ...]
    document: str
    clause: str
    rows: tuple[str, ...]
    missing: str = ""
    note: str = ""
    programme: str = ""
    per_county: bool = False
    coverage: bool = False
    whose: Whose | None = None

    @property
    def measured(self) -> bool:
        """Whether any fact counts towards it."""
        return bool(self.counters)

    def covers(self, county: str) -> bool:
        """Tell whether a county is in its scope."""
        return not self.scope or county.startswith(self.scope)

    def window(self, day: date) -> Window | None:
        """Return the window that a day is in; None before the first and after the last."""
        if self.every == "span":
            named = f"{self.since.year}-{self.until.year}" if self.until else str(self.since.year)
            inside = self.since <= day <= (self.until or date.max)
            return Window(named, self.since, self.until) if inside else None
        last = self.until.year if self.until else date.max.year
        if not self.since.year <= day.year <= last:
            return None
        return Window(str(day.year), date(day.year, 1, 1), date(day.year, 12, 31))

    def named(self, name: str) -> Window | None:
        """Return the window of a name."""
        first = int(name[:4])
        return self.window(max(self.since, date(first, 1, 1)) if self.every == "span" else date(first, 1, 1))


@dataclass(frozen=True, slots=True)
class Looking:
    """When targets are looked at, and how far behind is not behind; see targets.yaml."""

    since: date
    look_on: tuple[int, ...]
    margin_percent: int
    kept_months: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All targets, and how they are looked at."""

    targets: tuple[Target, ...]
    policy: tuple[Looking, ...]

    def looking(self, day: date) -> Looking | None:
        """Return how targets are looked at when a day is closed; None: that day they are not."""
        held = [one for one in self.policy if one.since <= day]
        if not held:
            return None
        last = month_last(month_of(day)).day
        return held[-1] if day.day in {min(one, last) for one in held[-1].look_on} else None

    def counting(self, event: Event) -> Iterator[tuple[Target, Counter]]:
        """Yield the targets that a fact counts towards, and how; each once."""
        for target in self.targets:
            for counter in target.counters:
                if counter.takes(event):
                    yield target, counter
                    break

    @property
    def of_people(self) -> tuple[Target, ...]:
        """Those that are reached by a share of certain people."""
        return tuple(target for target in self.targets if target.whose is not None)

    @property
    def ages(self) -> tuple[int, ...]:
        """The ages at which somebody begins or ceases to be one of those people."""
        found = {
            age for t in self.of_people if t.whose and t.whose.ages for age in (t.whose.ages[0], t.whose.ages[1] + 1)
        }
        return tuple(sorted(found))


def day_of(event: Event) -> date:
    """Return the day that a fact is counted on; a fact about a year counts on its first day."""
    for field in _YEARS:
        if (year := getattr(event, field, None)) is not None:
            return date(int(year), 1, 1)
    found: date = next(day for field in _DAYS if isinstance(day := getattr(event, field, None), date))
    return found


def _is_one_of(value: Any, allowed: tuple[str, ...]) -> bool:
    if ANY in allowed:
        return value not in (None, "", 0)
    return str(value) in allowed
