"""What is remembered of village platforms: tallies by year, facts that cost points, refusals by source, officers."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from shared.events.alerts import FactRejected
from shared.events.people import CoordinatorRegistered
from shared.events.targets import PlatformRated
from shared.runner.core import Aggregate, Message

REFUSED: Final = "refused"
CORRECTED: Final = "corrected"
EVERY: Final = "platform"


@dataclass(frozen=True, slots=True)
class Tally:
    """A platform's year in figures: `present` of `wanted` fields, `in_time` of `timed` facts, `wrong` of all facts."""

    facts: int = 0
    wanted: int = 0
    present: int = 0
    timed: int = 0
    in_time: int = 0
    wrong: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Platform:
    """The platform of a village: its tallies by year."""

    county: str = ""
    years: dict[str, Tally] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fact that cost points: what it lacks, how late beyond time it was, why it is wrong."""

    village: str = ""
    year: int = 0
    kind: str = ""
    fact: str = ""
    known_on: date = date.min
    lacks: tuple[str, ...] = ()
    late_days: int = 0
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Refusals:
    """What was refused of a source in a year, by code."""

    codes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Officer:
    """Whether an officer is a village's own."""

    role: str = ""


def _platforms(message: Message) -> Iterable[str]:
    match message.event:
        case PlatformRated(village=village):
            return (village,)
        case CoordinatorRegistered(role="village", villages=villages):
            return tuple(villages)
        case _:
            return ()


def _evolve(platform: Platform, message: Message) -> Platform:
    match message.event:
        case PlatformRated() as said:
            year = str(said.year)
            added = _added(platform.years.get(year, Tally()), said)
            return Platform(said.county, platform.years | {year: added})
        case CoordinatorRegistered(county=county):
            return replace(platform, county=platform.county or county)
        case _:
            return platform


def _added(tally: Tally, said: PlatformRated) -> Tally:
    if said.wrong == REFUSED:
        return replace(tally, refused=tally.refused + 1)
    if said.wrong:
        return replace(tally, wrong=tally.wrong + 1)
    return replace(
        tally,
        facts=tally.facts + 1,
        wanted=tally.wanted + said.wanted,
        present=tally.present + said.present,
        timed=tally.timed + (said.late_days is not None),
        in_time=tally.in_time + (said.late_days == 0),
    )


PLATFORM = Aggregate("platform", Platform, lambda _: Platform(), _evolve, _platforms, tags=lambda _: (EVERY,))


def faults_of(village: str, year: int) -> str:
    """Return the tag of the facts that cost a platform points in a year."""
    return f"{village}|{year}"


def _faults(message: Message) -> Iterable[str]:
    match message.event:
        case PlatformRated() as said if said.lacks or said.late_days or said.wrong:
            return (f"{said.village}|{said.year}|{said.rates}",)
        case _:
            return ()


def _evolve_fault(fault: Fault, message: Message) -> Fault:
    match message.event:
        case PlatformRated() as said:
            lacks, late, wrong = tuple(said.lacks), said.late_days or 0, said.wrong or ""
            return Fault(said.village, said.year, said.kind, said.rates, message.known_on, lacks, late, wrong)
        case _:
            return fault


FAULT = Aggregate(
    "platform_fault",
    Fault,
    lambda _: Fault(),
    _evolve_fault,
    _faults,
    tags=lambda fault: (faults_of(fault.village, fault.year),),
)


def _sources(message: Message) -> Iterable[str]:
    said = message.event
    return (f"{said.source}|{message.known_on.year}",) if isinstance(said, FactRejected) else ()


def _evolve_refusals(refusals: Refusals, message: Message) -> Refusals:
    match message.event:
        case FactRejected(code=code):
            return Refusals(refusals.codes | {code: refusals.codes.get(code, 0) + 1})
        case _:
            return refusals


REFUSALS = Aggregate("platform_refusals", Refusals, lambda _: Refusals(), _evolve_refusals, _sources)


def _officers(message: Message) -> Iterable[str]:
    return (message.event.coordinator_id,) if isinstance(message.event, CoordinatorRegistered) else ()


def _evolve_officer(officer: Officer, message: Message) -> Officer:
    return Officer(message.event.role) if isinstance(message.event, CoordinatorRegistered) else officer


OFFICER = Aggregate("platform_officer", Officer, lambda _: Officer(), _evolve_officer, _officers)
