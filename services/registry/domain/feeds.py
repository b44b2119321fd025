"""Feeds: what a county's offices promise to send how often, and which programmes rest on it.

A feed counts from its first arrival in a county. One that is silent beyond its promise opens a task that names the
programmes and the people whose accruals rest on old evidence; the next arrival closes it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from services.registry.domain.county import COUNTY
from services.registry.domain.roster import TASKS
from services.registry.domain.tasks import Task, stand
from shared.events.contract import Event
from shared.events.employment import AttendanceRecorded
from shared.events.finance import ParameterPublished
from shared.events.people import RosterEntry, RosterSnapshot
from shared.events.premiums import EmployerPremiumRecorded
from shared.events.tasks import TaskClosed, TaskOpened
from shared.places import county_today, divisions
from shared.runner.core import Aggregate, Message, Peek, Refuse

_PARAMETER: Final = "feed."
_DAYS: Final = ".days"
_COUNTY_CODE: Final = 6
_LONGEST: Final = 3_660


@dataclass(frozen=True, slots=True)
class Promise:
    """How often a feed is promised.

    Args:
        days: From one arrival to the next. grace_days: How much longer nobody asks.
        programmes: What rests on it.
    """

    days: int
    grace_days: int
    programmes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of a county.

    Args:
        last_on: The open day of the last arrival.
        published: Days that a document set instead, by the day from which they hold.
        periods: How many people were told of for each of the last two periods that were told of.
        silent: The task about its silence is open.
    """

    promise: Promise
    last_on: date | None = None
    published: tuple[tuple[date, int | None], ...] = ()
    periods: dict[str, int] = field(default_factory=dict)
    silent: bool = False

    @property
    def days(self) -> int:
        """Return the promise that holds for what follows the last arrival."""
        on = self.last_on or date.min
        said = [days for since, days in self.published if since <= on]
        return (said[-1] if said else None) or self.promise.days

    @property
    def due_by(self) -> date | None:
        """Return the day by which the next arrival is promised; None before the first arrival."""
        return None if self.last_on is None else self.last_on + timedelta(days=self.days)

    @property
    def silent_on(self) -> date | None:
        """Return the day whose closing finds it silent if nothing more arrives; None before the first arrival."""
        return None if self.due_by is None else self.due_by + timedelta(days=self.promise.grace_days)


def feed_of(event: Event) -> str | None:
    """Return the feed and county that an event is an arrival of, as `<feed>/<county>`; None if of none."""
    match event:
        case RosterEntry(county=county) | RosterSnapshot(county=county):
            return f"roster/{county_today(county)}"
        case EmployerPremiumRecorded(county=str(county)):
            return f"premiums/{county_today(county)}"
        case AttendanceRecorded(county=str(county)):
            return f"attendance/{county_today(county)}"
        case _:
            return None


class Feeds:
    """The feeds that were promised.

    Args:
        promises: By the name of the feed.
    """

    def __init__(self, promises: Mapping[str, Promise]) -> None:
        self._promises = promises

        def initial(id_: str) -> Feed:
            return Feed(promises[id_.partition("/")[0]])

        self.feeds = Aggregate("feed", Feed, initial, _evolve, self._concerns, due_on=_due_on, resident=True)

    def refusal(self, fact: ParameterPublished) -> Refuse | None:
        """Refuse a promise that is none, or of a feed that there is not."""
        name = _named(fact)
        if name is None:
            return None
        if name not in self._promises:
            return Refuse("unknown_feed", "data.parameter", f"feed.<name>.days, of {', '.join(sorted(self._promises))}")
        is_days = isinstance(fact.value, int) and 0 < fact.value <= _LONGEST
        return None if is_days or fact.value is None else Refuse("bad_value", "data.value", f"days, 1 to {_LONGEST}")

    def heard(self, events: Iterable[Event], peek: Peek, day: date) -> list[Event]:
        """Return the tasks about silence that close because something arrived."""
        heard = sorted({id_ for event in events for id_ in self._known(feed_of(event))})
        arrived = [id_ for id_ in heard if peek(self.feeds, id_).silent]
        return [e for id_ in arrived for e in stand(peek, TASKS, self._task(id_, peek), day, holds=False)]

    def silent(self, message: Message, id_: str, peek: Peek) -> list[Event]:
        """Return the task about a feed on the day on which it is found silent."""
        return stand(peek, TASKS, self._task(id_, peek), message.known_on, holds=True)

    def _known(self, id_: str | None) -> tuple[str, ...]:
        return (id_,) if id_ and id_.partition("/")[0] in self._promises else ()

    def _task(self, id_: str, peek: Peek) -> Task:
        name, _, county = id_.partition("/")
        feed = peek(self.feeds, id_)
        people = peek(COUNTY, county).people if name == "roster" else max(feed.periods.values(), default=0)
        details = {
            "feed": name,
            "since": str(feed.last_on),
            "programmes": ", ".join(feed.promise.programmes),
            "people": str(people),
        }
        return Task("feed_silent", id_, county, details=details)

    def _concerns(self, message: Message) -> Iterable[str]:
        match message.event:
            case (TaskOpened() | TaskClosed()) as task if task.kind == "feed_silent":
                return (task.matter,)
            case ParameterPublished() as fact if (name := _named(fact)) in self._promises:
                counties = (county_today(fact.county),) if fact.county else _COUNTIES
                return [f"{name}/{county}" for county in counties]
            case event:
                return self._known(feed_of(event))


_COUNTIES: Final = sorted(
    code for code, division in divisions().items() if len(code) == _COUNTY_CODE and not division.successor
)


def _named(fact: ParameterPublished) -> str | None:
    """Return the feed whose promise a parameter is; None for any other parameter."""
    if not fact.parameter.startswith(_PARAMETER):
        return None
    return fact.parameter.removeprefix(_PARAMETER).removesuffix(_DAYS)


def _evolve(feed: Feed, message: Message) -> Feed:
    match message.event:
        case TaskOpened():
            return replace(feed, silent=True)
        case TaskClosed():
            return replace(feed, silent=False)
        case ParameterPublished(valid_from=since, value=value):
            said = (since, value if isinstance(value, int) else None)
            return replace(feed, published=tuple(sorted((*feed.published, said), key=lambda entry: entry[0])))
        case event:
            return replace(feed, last_on=message.known_on, periods=_counted(feed.periods, event))


def _counted(periods: Mapping[str, int], event: Event) -> dict[str, int]:
    """Return how many people were told of for the last two periods; premiums that are put right count once."""
    match event:
        case EmployerPremiumRecorded(kind="paid", period=period) | AttendanceRecorded(period=period):
            counted = Counter(periods) + Counter({period: 1})
            return {name: counted[name] for name in sorted(counted)[-2:]}
        case _:
            return dict(periods)


def _due_on(feed: Feed) -> date | None:
    return None if feed.silent else feed.silent_on
