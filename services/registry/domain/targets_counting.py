"""Counting towards targets: a fact counts, no longer counts, or counts for another person; and whom targets are for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.registry.domain.targets_people import TARGET_PERSON, belongs, owner
from services.registry.domain.targets_plan import ONCE as COUNT_ONCE
from services.registry.domain.targets_plan import STANDING, Counter, Plan, Target, day_of
from services.registry.domain.targets_state import COUNTED, ONCE, TARGET_COUNT, Counted, once_id
from shared.events.contract import Event
from shared.events.employment import EmploymentVoided
from shared.events.targets import TargetCounted
from shared.events.types import is_person_id
from shared.runner.core import Message, Peek


@dataclass(frozen=True, slots=True)
class Counting:
    """Decisions about what counts, under a plan."""

    plan: Plan

    def counted(self, message: Message, peek: Peek) -> Iterator[Event]:
        """Yield what a fact counts towards."""
        for target, counter in self.plan.counting(message.event):
            day = day_of(message.event)
            window = target.window(day)
            fact = _fact(target, counter, message, peek) if window else None
            if window is None or fact is None:
                continue
            fact = replace(fact, window=window.name, day=day)
            if not (counter.first_only and peek(ONCE, _once(fact)).facts):
                yield _joins(target, fact, peek)

    def withdrawn(self, voided: EmploymentVoided, id_: str, peek: Peek) -> Iterator[Event]:
        """Yield that a fact about an employment no longer counts, if the employment was untrue from its day on."""
        fact = peek(COUNTED, id_)
        if fact.fact and voided.effective_from <= fact.day:
            yield _leaves(fact, peek)

    def handed_over(self, id_: str, peek: Peek) -> Iterator[Event]:
        """Yield that a fact counts for whom its record belongs to now, after records became one or two."""
        fact = peek(COUNTED, id_)
        if not is_person_id(fact.counts) or (now := owner(peek, fact.said_of)) == fact.counts:
            return
        target = next(target for target in self.plan.targets if target.id == fact.target)
        yield _leaves(fact, peek)
        moved = replace(fact, counts=now, county=peek(TARGET_PERSON, now).county or fact.county)
        yield _joins(target, moved, peek)

    def belonging(self, person_id: str, today: date, peek: Peek) -> Iterator[Event]:
        """Yield that a person now is, or no longer is, one of those a target in per cent is for."""
        person = peek(TARGET_PERSON, person_id)
        for target in self.plan.of_people:
            if target.until and target.until < today:
                continue
            before = peek(ONCE, once_id(target.id, STANDING, person_id)).home
            now = person.county if belongs(person, target, today.year) else ""
            if before != now:
                yield from _moves(target, STANDING, person_id, before, now)
                if window := target.window(today):
                    once = peek(ONCE, once_id(target.id, window.name, person_id))
                    yield from _moves(target, window.name, person_id, once.home, now if once.facts else "")

    def frozen(self, day: date, peek: Peek) -> Iterator[Event]:
        """Yield, at a window's last day, how many a target in per cent was for."""
        ending = [t for t in self.plan.of_people if (w := t.window(day)) is not None and w.last == day]
        for target in ending:
            for _, count in peek.every(TARGET_COUNT):
                if count.target == target.id and count.window == STANDING and count.whole:
                    name = target.window(day)
                    yield _whole(target, name.name if name else "", count.county, count.whole)


def _fact(target: Target, counter: Counter, message: Message, peek: Peek) -> Counted | None:
    """Return a fact as it would count, but for its window; None: of another place, or it names nothing to count."""
    event: Any = message.event
    said_of = getattr(event, "person_id", None) or ""
    person_id = owner(peek, said_of) if said_of else ""
    person = peek(TARGET_PERSON, person_id) if person_id else None
    county = getattr(event, "county", None) or (person.county if person else "")
    if not county or not target.covers(county):
        return None
    named = {
        "person": person_id,
        "village": getattr(event, "village", None) or (person.village if person else ""),
        "county": county,
        "organisation": getattr(event, "organisation_id", ""),
    }
    counts = named.get(counter.each, "")
    if counter.each in COUNT_ONCE and not counts:
        return None
    employment_id = getattr(event, "employment_id", None) or ""
    times = counter.times(event)
    return Counted(
        target.id,
        county=county,
        fact=message.id,
        topic=event.topic,
        counts=counts,
        said_of=said_of,
        employment_id=employment_id,
        times=times,
    )


def _joins(target: Target, fact: Counted, peek: Peek) -> TargetCounted:
    """Return that a fact counts; who counts once already does not count again."""
    home, distinct = "", 0
    if fact.counts:
        may_count = peek(ONCE, once_id(fact.target, STANDING, fact.counts)).home if target.whose else fact.county
        home = peek(ONCE, _once(fact)).home or may_count
        distinct = 1 if home and not peek(ONCE, _once(fact)).home else 0
    return _said(fact, home if distinct else fact.county, home, stands=True, times=fact.times, distinct=distinct)


def _leaves(fact: Counted, peek: Peek) -> TargetCounted:
    """Return that a fact no longer counts; who counts by another fact still does."""
    once = peek(ONCE, _once(fact))
    is_last = bool(fact.counts) and once.facts == 1
    distinct = -1 if is_last and once.home else 0
    county, home = (once.home, "") if distinct else (fact.county, "" if is_last else once.home)
    return _said(fact, county, home, stands=False, times=-fact.times, distinct=distinct)


def _once(fact: Counted) -> str:
    return once_id(fact.target, fact.window, fact.counts)


def _said(fact: Counted, county: str, home: str, *, stands: bool, times: int, distinct: int) -> TargetCounted:
    return TargetCounted(
        target=fact.target,
        window=fact.window,
        county=county,
        counts=fact.counts or None,
        home=home or None,
        fact=fact.fact,
        topic_of_fact=fact.topic,
        stands=stands,
        said_of=fact.said_of or None,
        employment_id=fact.employment_id or None,
        day=fact.day,
        times=times,
        distinct=distinct,
    )


def _moves(target: Target, window: str, person_id: str, before: str, now: str) -> Iterator[TargetCounted]:
    """Yield that a person belongs to whom a target is for, or counts for it, in another county; empty: in none."""
    for county, change in ((before, -1), (now, 1)):
        if county and before != now:
            whole, distinct = (change, 0) if window == STANDING else (0, change)
            yield TargetCounted(
                target=target.id,
                window=window,
                county=county,
                counts=person_id,
                home=now or None,
                whole=whole,
                distinct=distinct,
            )


def _whole(target: Target, window: str, county: str, whole: int) -> TargetCounted:
    return TargetCounted(target=target.id, window=window, county=county, whole=whole)
