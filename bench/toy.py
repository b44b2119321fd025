"""A subscription that decides next to nothing, so that what is measured is the machinery around it."""

from dataclasses import dataclass, replace
from datetime import date

from shared.catalog import partition_of
from shared.events.contract import Event
from shared.events.offers import ConsentChanged
from shared.events.people import VisitRecorded
from shared.runner.core import Aggregate, Message, Peek, Service, Subscription
from shared.runner.journal import entries_of
from shared.runner.publisher import Entry

PEOPLE = 2_000
_DAY = date(2018, 3, 1)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Count:
    """How often a person was visited, when last and by whom."""

    visits: int = 0
    last_on: date | None = None
    coordinator_id: str = ""


def _evolve(count: Count, message: Message) -> Count:
    match message.event:
        case VisitRecorded(date=day, coordinator_id=coordinator_id):
            return replace(count, visits=count.visits + 1, last_on=day, coordinator_id=coordinator_id)
        case _:
            return count


def _concerns(message: Message) -> tuple[str, ...]:
    return (message.event.person_id,) if isinstance(message.event, VisitRecorded) else ()


COUNT = Aggregate("count", Count, lambda _: Count(), _evolve, _concerns)


def _decide(message: Message, peek: Peek) -> list[Event]:
    assert isinstance(message.event, VisitRecorded)
    visits = peek(COUNT, message.event.person_id).visits
    return [ConsentChanged(person_id=message.event.person_id, sms_consent=visits % 2 == 1)]


def service(*, lanes: bool) -> Service:
    """Return the toy service: sixteen lanes, or one ordered consumer."""
    toy = Subscription("toy", (VisitRecorded,), (COUNT,), (ConsentChanged,), decide=_decide, partitioned=lanes)
    return Service("bench", "bench", (toy,))


def person(number: int) -> str:
    """Return a well-formed id of a person."""
    return "".join(("p", *(_LETTERS[number // 26**k % 26] for k in range(4)))).ljust(26, "a")


def visits(count: int) -> list[Entry]:
    """Return so many visits as registry would publish them, each person's in turn."""
    return entries_of((_visit(number) for number in range(count)), "registry", "EVENTS")


def _visit(number: int) -> Message:
    who = person(number * 7 % PEOPLE)
    event = VisitRecorded(person_id=who, coordinator_id=f"C{number % 40:03d}", date=_DAY, kind="survey")
    id_, fact = f"0f8fad5b-d9cb-569f-a165-{number:012d}", f"bench-{number:08d}"
    partition = partition_of(who)
    return Message(id_, "", event, number, _DAY, fact, fact, partition)
