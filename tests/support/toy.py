"""A subscription small enough to see through: it counts what people do, and walks over them when a day closes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employers import EmployerRegistered
from shared.events.offers import ConsentChanged
from shared.events.people import JobseekerWithdrawn, VisitRecorded
from shared.events.subsidy import DaySettled
from shared.runner.batch import Folded, Input, NeedMore, Page, Seen
from shared.runner.core import Aggregate, Decision, Message, Peek, Refuse, Subscription, Walk
from shared.runner.fold import fold_batch, fold_page
from shared.runner.waiting import WAITING
from shared.runner.workspace import Key, NotLoadedError, covers, led

TODAY = date(2018, 3, 1)


def person(number: int) -> str:
    """Return the id of the n-th person; the ids are in the order of the numbers."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    return f"p{letters[number // 676]}{letters[number // 26 % 26]}{letters[number % 26]}".ljust(26, "a")


@dataclass(frozen=True)
class Count:
    """How often a person was visited, and when to look again."""

    visits: int = 0
    due_on: date | None = None


def _concerns(message: Message) -> Iterable[str]:
    person_id = getattr(message.event, "person_id", None)
    return (person_id,) if person_id else ()


def _evolve(count: Count, message: Message) -> Count:
    match message.event:
        case VisitRecorded(date=day):
            return Count(count.visits + 1, day + timedelta(days=1))
        case ConsentChanged():
            return replace(count, due_on=None)
        case _:
            return count


COUNT = Aggregate(
    "count",
    Count,
    lambda _: Count(),
    _evolve,
    _concerns,
    due_on=lambda count: count.due_on,
    tags=lambda count: ("often",) if count.visits > 1 else ("seldom",),
)


@dataclass(frozen=True)
class Total:
    """How many visits there were, and how many days."""

    days: int = 0
    visits: int = 0


def _total(total: Total, message: Message) -> Total:
    match message.event:
        case VisitRecorded():
            return replace(total, visits=total.visits + 1)
        case DaySettled():
            return replace(total, days=total.days + 1)
        case _:
            return total


TOTAL = Aggregate("total", Total, lambda _: Total(), _total, lambda _: ("all",))


def _decide(message: Message, peek: Peek) -> Decision:
    match message.event:
        case VisitRecorded(person_id=person_id, coordinator_id="twice"):
            said = ConsentChanged(person_id=person_id, sms_consent=peek(COUNT, person_id).visits > 1)
            return [said, said]
        case VisitRecorded(coordinator_id="broken"):
            raise RuntimeError("this handler has a bug")
        case VisitRecorded(coordinator_id="stranger"):
            return Refuse("not_yours", "data.coordinator_id", "one's own people")
        case JobseekerWithdrawn():
            return []
        case _:
            return []


def _walks(message: Message) -> tuple[Walk, ...]:
    match message.event:
        case DayClosed(date=day):
            return (Walk("count", due_by=day),)
        case EmployerRegistered():
            return (Walk("count", tag="seldom"), Walk("count", tag="often"))
        case _:
            return ()


def _decide_one(message: Message, _: str, person_id: str, peek: Peek) -> list[Event]:
    assert peek(TOTAL, "all").days >= 0
    return [ConsentChanged(person_id=person_id, sms_consent=message.known_on > TODAY)]


def _close(_: Message, walk: Walk, peek: Peek) -> list[Event]:
    if walk.tag == "seldom":
        return []
    return [DaySettled(date=TODAY, partition_no=peek(TOTAL, "all").days)]


TOY = Subscription(
    name="toy",
    listens=(VisitRecorded, DayClosed, EmployerRegistered, JobseekerWithdrawn),
    aggregates=(COUNT, TOTAL),
    emits=(ConsentChanged, DaySettled),
    decide=_decide,
    walks=_walks,
    decide_one=_decide_one,
    close=_close,
)


def visit(number: int, by: str = "C1", day: date = TODAY) -> VisitRecorded:
    """Return a visit to the n-th person."""
    return VisitRecorded(person_id=person(number), coordinator_id=by, date=day, kind="survey")


def message(id_: str, event: Event, sequence: int = 1, known_on: date = TODAY) -> Message:
    """Return an event on its way."""
    return Message(id_, "/bangfu/registry", event, sequence, known_on, "walk-1")


def arrived(position: int, id_: str, event: Event, content_hash: str = "") -> Input:
    """Return an event as it came off the stream."""
    return Input(f"/bangfu/registry|{id_}", position, content_hash, message(id_, event), fact=event.topic, fact_id=id_)


@dataclass
class Stored:
    """A store in memory that shows a batch only what was asked for before."""

    subscription: Subscription = TOY
    page: int = 10_000
    states: dict[Key, Any] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    asked: int = 0
    _loaded: set[Any] = field(default_factory=set)

    def find(self, kind: str, id_: str) -> Any | None:
        """Return a state that was asked for."""
        self._expect((kind, id_))
        return self.states.get((kind, id_))

    def walk(self, walk: Walk) -> list[str] | None:
        """Return the ids of a walk that was asked for."""
        self._expect(walk)
        ids = self.ids(walk)
        return None if len(ids) > min(self.page, walk.most or self.page) else ids

    def every(self, kind: str) -> Mapping[str, Any]:
        """Return all states of a kind."""
        return {id_: state for (of, id_), state in self.states.items() if of == kind}

    def ids(self, walk: Walk) -> list[str]:
        """Return the ids that a walk covers, in order."""
        by_kind = {aggregate.kind: aggregate for aggregate in (*self.subscription.aggregates, WAITING)}
        if walk.given is not None:
            giver = self.states.get(walk.given)
            if giver is None:
                return []
            walk = led(walk, by_kind[walk.given[0]].tags(giver))
        aggregate = by_kind[walk.kind]
        found = self.every(walk.kind).items()
        return sorted(id_ for id_, s in found if covers(walk, aggregate.due_on(s), aggregate.tags(s)))

    def take(self, *inputs: Input) -> Folded:
        """Fold inputs, load what is missing until nothing is, and commit; long walks go page by page."""
        self._loaded = set()
        folded = self._converged(lambda: fold_batch(self.subscription, inputs, self, self.seen))
        if folded.too_many:
            return self._pages(inputs[0])
        return self.commit(folded)

    def commit(self, folded: Folded) -> Folded:
        """Store what a batch changed."""
        for key, state in folded.changed.items():
            if state is None:
                self.states.pop(key, None)
            else:
                self.states[key] = state
        for known, (item, _) in folded.dispositions.items():
            self.seen.setdefault(known, Seen(item.content_hash, item.position))
        return folded

    def _pages(self, item: Input) -> Folded:
        assert item.message is not None
        whole, stamp, first = Folded(consumed=1), (0, date.min), True
        for walk, ids, ends_walk, last in self._cut(self.subscription.walks(item.message)):
            page = Page(walk, ids, first, ends_walk, last, *stamp)
            first = False
            folded = self._converged(lambda page=page: fold_page(self.subscription, item, page, self))
            assert folded.page is not None
            stamp = (folded.page.sequence, folded.page.known_on)
            self.commit(folded)
            whole.emitted += folded.emitted
            whole.outcomes += folded.outcomes
            whole.dispositions |= folded.dispositions
            whole.failures += folded.failures
        return whole

    def _cut(self, walks: tuple[Walk, ...]) -> Iterator[tuple[Walk, tuple[str, ...], bool, bool]]:
        for number, walk in enumerate(walks):
            if walk.given is not None and not number:
                yield walk, (), False, False
            ids, page = self.ids(walk), min(self.page, walk.most or self.page)
            for start in range(0, max(len(ids), 1), page):
                over = start + page >= len(ids)
                yield walk, tuple(ids[start : start + page]), over, over and walk == walks[-1]

    def _converged(self, fold: Any) -> Folded:
        while True:
            folded = fold()
            if isinstance(folded, Folded):
                return folded
            assert isinstance(folded, NeedMore)
            assert folded.keys | folded.walks, "the fold asked for nothing and gave nothing"
            assert not (folded.keys | folded.walks) & self._loaded, "the fold asked twice"
            self.asked += 1
            self._loaded |= folded.keys | folded.walks

    def _expect(self, need: Any) -> None:
        if need not in self._loaded:
            raise NotLoadedError(need)
