"""The yearly grades of an organisation: station, training base, village platform, agency."""

from dataclasses import dataclass, field
from datetime import date

from services.subsidy.domain.premiums import mark_of
from shared.events.employment import AppraisalRecorded


@dataclass(frozen=True, slots=True)
class Appraisal:
    """A grade of a year; `arrived_on` is the day whose values count, because the fact has none of its own."""

    kind: str
    year: int
    grade: str
    county: str
    arrived_on: date


@dataclass(frozen=True, slots=True)
class Appraisals:
    """The latest appraisal of each kind and year, `<kind>|<year>`; `marks`: all, so that a repeat changes nothing."""

    latest: dict[str, Appraisal] = field(default_factory=dict)
    marks: tuple[str, ...] = ()


def with_appraisal(known: Appraisals, fact: AppraisalRecorded, arrived_on: date) -> Appraisals:
    """Return the appraisals with one more; a second one of the same year replaces the first."""
    mark = mark_of(fact)
    if mark in known.marks:
        return known
    appraisal = Appraisal(fact.kind, fact.year, fact.grade, fact.county, arrived_on)
    return Appraisals(known.latest | {f"{fact.kind}|{fact.year}": appraisal}, (*known.marks, mark))


def counties_of(known: Appraisals) -> set[str]:
    """Return the counties whose figures can matter to an organisation."""
    return {appraisal.county for appraisal in known.latest.values()}
