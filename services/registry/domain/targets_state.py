"""What was counted: one figure a target, county and window; the facts behind it, and who counts once, each their own.

All of it folds `target.counted` alone, so that it is the same whenever it is folded again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from services.registry.domain.targets_plan import STANDING, Target, Window
from shared.events.contract import Fact
from shared.events.targets import TargetCounted
from shared.events.types import is_person_id
from shared.runner.core import Aggregate, Message, Peek


@dataclass(frozen=True, slots=True)
class Count:
    """How far a target is reached in a county and window.

    Args:
        distinct: How many count once (people, villages ...). times: Heads, fen or facts that add up.
        whole: How many the target is for: as of now where the window is `STANDING`, else as of the window's end.
    """

    target: str = ""
    window: str = ""
    county: str = ""
    distinct: int = 0
    times: int = 0
    whole: int = 0

    @property
    def reached(self) -> int:
        """Return what counts."""
        return self.distinct + self.times


@dataclass(frozen=True, slots=True)
class Counted:
    """A fact that counts towards a target; forgotten when it no longer does."""

    target: str = ""
    window: str = ""
    county: str = ""
    fact: str = ""
    topic: str = ""
    day: date = date.min
    counts: str = ""
    said_of: str = ""
    employment_id: str = ""
    times: int = 0


@dataclass(frozen=True, slots=True)
class Once:
    """Somebody or something that counts once a window.

    Args:
        facts: How many facts say so. home: The county in which it counts; empty: it does not.
    """

    facts: int = 0
    home: str = ""


def count_id(target: str, window: str, county: str) -> str:
    """Return the id of a count."""
    return f"{target}|{window}|{county}"


def counted_id(target: str, window: str, fact: str) -> str:
    """Return the id of a fact that counts."""
    return f"{target}|{window}|{fact}"


def once_id(target: str, window: str, counts: str) -> str:
    """Return the id of what counts once."""
    return f"{target}|{window}|{counts}"


def facts_of(target: str, window: str) -> str:
    """Return the tag of the facts that count towards a target in a window."""
    return f"of:{target}|{window}"


def said_of(person_id: str) -> str:
    """Return the tag of the facts that name a person."""
    return f"person:{person_id}"


def counts_for(person_id: str) -> str:
    """Return the tag of the facts by which a person counts."""
    return f"counts:{person_id}"


def of_employment(employment_id: str) -> str:
    """Return the tag of the facts about an employment."""
    return f"employment:{employment_id}"


def counts_of(peek: Peek, target: Target, window: Window) -> Iterator[tuple[str, Count]]:
    """Yield the counts of a window by county, with whom the target is for as of now, or of the window's end."""
    every = [count for _, count in peek.every(TARGET_COUNT) if count.target == target.id]
    yield from merged(every, window.name)


def merged(counts: Iterable[Count], window: str) -> Iterator[tuple[str, Count]]:
    """Yield the counts of a window by county; a window that is not over has whom the target is for now."""
    found: dict[str, Count] = {}
    standing = {}
    for count in counts:
        if count.window == window:
            found[count.county] = count
        elif count.window == STANDING:
            standing[count.county] = count
    frozen = any(count.whole for count in found.values())
    for county in sorted(found.keys() | standing.keys()):
        count = found.get(county, Count(county=county, window=window))
        whole = count.whole if frozen else standing.get(county, Count()).whole
        yield county, replace(count, whole=whole)


def _count_ids(message: Message) -> Iterable[str]:
    match message.event:
        case TargetCounted() as said if said.distinct or said.times or said.whole:
            return (count_id(said.target, said.window, said.county),)
        case _:
            return ()


def _evolve_count(count: Count, message: Message) -> Count:
    match message.event:
        case TargetCounted() as said:
            return Count(
                said.target,
                said.window,
                said.county,
                count.distinct + said.distinct,
                count.times + said.times,
                count.whole + said.whole,
            )
        case _:
            return count


TARGET_COUNT = Aggregate(
    "target_count",
    Count,
    lambda _: Count(),
    _evolve_count,
    _count_ids,
    tags=lambda count: (count.target,),
    resident=True,
)


def _fact_ids(message: Message) -> Iterable[str]:
    match message.event:
        case TargetCounted(fact=str(fact)) as said:
            return (counted_id(said.target, said.window, fact),)
        case _:
            return ()


def _evolve_fact(before: Counted, message: Message) -> Counted:
    match message.event:
        case TargetCounted(stands=False):
            return Counted()
        case TargetCounted() as said:
            return Counted(
                said.target,
                said.window,
                said.county,
                said.fact or "",
                said.topic_of_fact or "",
                said.day or date.min,
                said.counts or "",
                said.said_of or "",
                said.employment_id or "",
                said.times,
            )
        case _:
            return before


def _fact_tags(fact: Counted) -> tuple[str, ...]:
    people = {said_of(fact.said_of)} if fact.said_of else set()
    people |= {counts_for(fact.counts)} if is_person_id(fact.counts) else set()
    jobs = {of_employment(fact.employment_id)} if fact.employment_id else set()
    return (facts_of(fact.target, fact.window), *sorted(people | jobs))


COUNTED = Aggregate(
    "target_fact",
    Counted,
    lambda _: Counted(),
    _evolve_fact,
    _fact_ids,
    tags=_fact_tags,
    keep=lambda fact: bool(fact.fact),
)


def _once_ids(message: Message) -> Iterable[str]:
    match message.event:
        case TargetCounted(counts=str(counts)) as said:
            return (once_id(said.target, said.window, counts),)
        case _:
            return ()


def _evolve_once(once: Once, message: Message) -> Once:
    match message.event:
        case TargetCounted() as said:
            facts = once.facts + (0 if said.fact is None else 1 if said.stands else -1)
            return Once(facts, said.home or "")
        case _:
            return once


ONCE = Aggregate(
    "target_once",
    Once,
    lambda _: Once(),
    _evolve_once,
    _once_ids,
    keep=lambda once: bool(once.facts or once.home),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A county from which facts come: targets of other places give no alert here."""

    seen: bool = False


def _counties(message: Message) -> Iterable[str]:
    county = getattr(message.event, "county", None)
    return (county,) if county and isinstance(message.event, Fact) else ()


TARGET_COUNTY = Aggregate(
    "target_county", Seen, lambda _: Seen(), lambda _, __: Seen(seen=True), _counties, resident=True
)
