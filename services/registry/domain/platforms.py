"""Village platforms (村级劳动保障服务平台): rated by data, scored at the end of the year; people decide the grade.

A fact belongs to the platform of the village where the person lives, unless the officer who reports it is one of a
township, county or city. A refused fact belongs to the village that its source names, otherwise to its source alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.registry.domain.platforms_state import CORRECTED, EVERY, OFFICER, PLATFORM, REFUSED, Tally
from services.registry.domain.targets_people import TARGET_PERSON, owner
from shared.events.alerts import FactRejected
from shared.events.contract import Event
from shared.events.targets import PlatformAppraised, PlatformRated, PlatformRow
from shared.runner.core import Message, Peek, Walk

PARTS: Final = frozenset({"completeness", "timeliness", "correctness"})
_VILLAGE: Final = 12  # digits
_COUNTY: Final = 6
_ONE_DAY: Final = timedelta(days=1)
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Reported:
    """A fact that platforms report: the fields that a complete one has, and the field with its own day."""

    wanted: tuple[str, ...] = ()
    day: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """How platforms are rated since a day; see platforms.yaml."""

    since: date
    weights: Mapping[str, int]
    in_time_days: int
    source_prefix: str
    grades: tuple[tuple[int, str], ...]
    facts: Mapping[str, Reported]
    corrections: frozenset[str]

    def grade(self, score: int) -> str:
        """Return the grade that a score suggests."""
        return next(grade for least, grade in self.grades if score >= least)


def rows_of(tally: Tally, weights: Mapping[str, int]) -> list[PlatformRow]:
    """Return the parts of a score that the year's facts can show; what no fact shows has no row."""
    everything = tally.facts + tally.refused
    shares = {
        "completeness": (tally.present, tally.wanted),
        "timeliness": (tally.in_time, tally.timed),
        "correctness": (max(0, tally.facts - tally.wrong), everything),
    }
    return [
        PlatformRow(part=part, weight=weights[part], good=good, all=all_, points=weights[part] * good // all_)
        for part, (good, all_) in shares.items()
        if all_ and weights[part]
    ]


def score_of(rows: Iterable[PlatformRow]) -> int:
    """Return the score, 0 to 100: points over the weights of the parts that were shown; nil where none was."""
    listed = list(rows)
    weight = sum(row.weight for row in listed)
    good = sum(row.points for row in listed)
    return good * _PERCENT // weight if weight else 0


@dataclass(frozen=True, slots=True)
class Rating:
    """Decisions about platforms, under dated weights."""

    policy: tuple[Weights, ...]

    def on(self, day: date) -> Weights | None:
        """Return the weights that hold on a day."""
        held = [one for one in self.policy if one.since <= day]
        return held[-1] if held else None

    def rated(self, message: Message, peek: Peek) -> Iterator[Event]:
        """Yield what a fact says of a platform's work."""
        weights = self.on(message.known_on)
        if weights is None:
            return
        event: Any = message.event
        if isinstance(event, FactRejected):
            village = event.source.removeprefix(weights.source_prefix)
            if village != event.source and len(village) == _VILLAGE and village.isdigit():
                yield _rated(village, message, event.fact, wrong=REFUSED)
            return
        reported = weights.facts.get(event.topic)
        if reported is None and event.topic not in weights.corrections:
            return
        village = _village(event, peek)
        if village and reported is not None:
            lacks = [name for name in reported.wanted if getattr(event, name) in (None, "", [])]
            late = _late(event, reported, message.known_on, weights.in_time_days)
            yield _rated(village, message, event.topic, wanted=len(reported.wanted), lacks=lacks, late_days=late)
        elif village:
            yield _rated(village, message, event.topic, wrong=CORRECTED)

    def appraises(self, day: date) -> tuple[Walk, ...]:
        """Return all platforms at the last day of a year."""
        return (Walk(PLATFORM.kind, tag=EVERY),) if (day + _ONE_DAY).year != day.year else ()

    def appraised(self, village: str, day: date, peek: Peek) -> Iterator[Event]:
        """Yield a platform's score for the year that ends; one that reported nothing scores nil."""
        platform, weights = peek(PLATFORM, village), self.on(day)
        if weights is not None:
            rows = rows_of(platform.years.get(str(day.year), Tally()), weights.weights)
            score = score_of(rows)
            yield PlatformAppraised(
                village=village,
                county=platform.county,
                year=day.year,
                score=score,
                grade=weights.grade(score),
                rows=rows,
                weights_from=weights.since,
            )


def _village(event: Any, peek: Peek) -> str:
    """Return the village whose platform a fact belongs to; empty for none."""
    coordinator_id = getattr(event, "coordinator_id", None)
    if coordinator_id and peek(OFFICER, coordinator_id).role not in {"", "village"}:
        return ""
    village: str = getattr(event, "village", None) or peek(TARGET_PERSON, owner(peek, event.person_id)).village
    return village


def _late(event: Any, reported: Reported, known_on: date, in_time_days: int) -> int | None:
    if not reported.day:
        return None
    day: date = getattr(event, reported.day)
    return max(0, (known_on - day).days - in_time_days)


def _rated(
    village: str,
    message: Message,
    kind: str,
    *,
    wanted: int = 0,
    lacks: Iterable[str] = (),
    late_days: int | None = None,
    wrong: str | None = None,
) -> PlatformRated:
    missing = list(lacks)
    return PlatformRated(
        village=village,
        county=village[:_COUNTY],
        year=message.known_on.year,
        rates=message.id,
        kind=kind,
        wanted=wanted,
        present=wanted - len(missing),
        late_days=late_days,
        wrong=wrong,
        lacks=missing,
    )
