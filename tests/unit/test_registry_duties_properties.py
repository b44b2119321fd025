"""Whatever is told in whatever order on whatever days: what was said is what a slow count of single days finds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.calendar import is_working_day
from shared.events.contract import Event
from shared.events.employment import PlacementResumed
from tests.support.duties import ONE_DAY, PERSON, Desk, done, ended, placed, suspended

steady = settings(deadline=None, derandomize=True, max_examples=25)
FIRST, LAST = date(2018, 1, 1), date(2018, 7, 31)
WORDS = {"household_visit": "走访", "party_class": "党课", "party_activity": "党员活动"}
days = st.integers(0, (LAST - FIRST).days).map(lambda number: FIRST + timedelta(days=number))


@dataclass
class Slow:
    """A placement, counted day by day."""

    starts_on: date
    last_day: date | None
    rests: list[tuple[date, date | None]]
    done_on: dict[str, list[date]]
    closed: date
    said: dict[str, dict[str, str]] = field(default_factory=dict)

    def serves(self, day: date) -> bool:
        return self.starts_on <= day <= (self.last_day or date.max)

    def rest_of(self, day: date) -> tuple[date, date | None] | None:
        return next((rest for rest in self.rests if rest[0] <= day <= (rest[1] or date.max)), None)

    def count(self) -> None:
        for duty, name_of in {"household_visit": week, "party_class": month, "party_activity": quarter}.items():
            spans: dict[str, list[date]] = {}
            day = FIRST - timedelta(days=120)
            while day <= self.closed + timedelta(days=200):
                spans.setdefault(name_of(day), []).append(day)
                day += ONE_DAY
            owed = {name: self.due(span) for name, span in spans.items() if self.owes(span)}
            self.said[duty] = self.fill(owed, spans, sorted(self.done_on[duty]))

    def owes(self, span: list[date]) -> bool:
        return 2 * sum(self.serves(day) and not self.rest_of(day) for day in span) >= len(span)

    def due(self, span: list[date]) -> date | None:
        day = max(day for day in span if self.serves(day))
        while not is_working_day(day) or self.rest_of(day):
            rest = self.rest_of(day) if is_working_day(day) else None
            if rest is not None and rest[1] is None:
                return None
            day += ONE_DAY
        return day

    def fill(self, owed: dict[str, date | None], spans: dict[str, list[date]], did: list[date]) -> dict[str, str]:
        filled: dict[str, str] = {}
        over = []
        for day in did:
            fits = [n for n, due in owed.items() if n not in filled and spans[n][0] <= day <= (due or date.max)]
            if fits:
                filled[min(fits)] = "fulfilled"
            else:
                over.append(day)
        for day in over:
            missed = [name for name, due in owed.items() if name not in filled and due is not None and due < day]
            if missed:
                filled[min(missed)] = "late"
        for name, due in owed.items():
            if name not in filled and due is not None and look(due) <= self.closed:
                lapse = min(due + timedelta(days=365), max(self.last_day or date(3000, 1, 1), due) + timedelta(days=30))
                filled[name] = "lapsed" if lapse <= self.closed else "missed"
        return filled


def week(day: date) -> str:
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02d}"


def month(day: date) -> str:
    return f"{day:%Y-%m}"


def quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def look(due: date) -> date:
    count = 0
    while count < 3:
        due += ONE_DAY
        count += is_working_day(due)
    return due


@st.composite
def stories(draw: st.DrawFn) -> tuple[Slow, list[Event]]:
    starts_on = draw(days)
    last_day = draw(st.none() | st.integers(0, 200).map(lambda number: starts_on + timedelta(days=number)))
    first = draw(days)
    rests: list[tuple[date, date | None]] = draw(
        st.sampled_from([[], [(first, None)], [(first, first + timedelta(days=draw(st.integers(0, 60))))]])
    )
    did = {duty: draw(st.lists(days, max_size=12)) for duty in WORDS}
    facts: list[Event] = [placed(starts_on=str(starts_on))]
    facts += [ended(str(last_day))] if last_day else []
    facts += [suspended(str(begins), str(until) if until else None) for begins, until in rests]
    if rests and draw(st.booleans()):
        resumed = first + timedelta(days=draw(st.integers(1, 90)))
        facts.append(PlacementResumed(employment_id="J1", date=resumed, reason="返岗", person_id=PERSON))
        until = rests[0][1]
        rests = [(first, min(resumed - ONE_DAY, until or date.max))]
    facts += [done(WORDS[duty], str(on)) for duty, ons in did.items() for on in ons]
    return Slow(starts_on, last_day, rests, did, LAST + timedelta(days=60)), facts


@steady
@given(stories(), st.data())
def test_what_is_said_in_the_end_is_what_counting_finds(story: tuple[Slow, list[Event]], data: st.DataObject) -> None:
    slow, facts = story
    slow.count()
    order = data.draw(st.permutations(range(len(facts))))
    arrivals = data.draw(st.lists(days, min_size=len(facts), max_size=len(facts)))
    desk = told([facts[number] for number in order], [f"f{number}" for number in order], arrivals)
    desk.close(str(slow.closed))
    assert {duty: desk.said(duty) for duty in WORDS} == slow.said
    assert desk.due() > slow.closed  # nothing stays due: no book is walked again and again
    open_ = {duty for duty in WORDS if "missed" in slow.said[duty].values()}
    assert {matter.rpartition("/")[2] for matter in desk.tasks()} & WORDS.keys() == open_


@steady
@given(stories(), st.data())
def test_the_order_of_a_day_changes_nothing(story: tuple[Slow, list[Event]], data: st.DataObject) -> None:
    _, facts = story
    order = data.draw(st.permutations(range(len(facts))))
    books = []
    for numbers in (range(len(facts)), order):
        desk = Desk(str(FIRST))
        desk.tell(*(facts[number] for number in numbers), ids=[f"f{number}" for number in numbers])
        desk.close("2018-12-31")
        books.append((desk.book(), desk.tasks()))
    assert books[0] == books[1]


def told(facts: Sequence[Event], names: Sequence[str], arrivals: Sequence[date]) -> Desk:
    """Tell each fact on the day on which it arrives."""
    desk = Desk(str(FIRST))
    for on, fact, name in sorted(zip(arrivals, facts, names, strict=True), key=lambda each: each[0]):
        if desk.today < on:
            desk.close(str(on - ONE_DAY))
        desk.tell(fact, ids=[name])
    return desk
