"""What programmes are called, and the targets with their values that the deployment is shipped with beside notify.

Targets are public texts turned into dated data, kept by the service that decides on them. They are read as data, by
their file: no code of another service runs here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from services.notify.domain.rules import Language, Said
from services.notify.phrasebook import load_phrasebook
from shared.strict_yaml import StrictYaml

_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class Target:
    """A value to be reached, as registry's targets.yaml states it.

    Args:
        unit: `percent`: what counts is a share; `fen`: it is money. value: None where the document gives none.
        every: `year`, or `span` from `since` to `until`; without `until` there is no deadline.
        scope: Codes of counties or their beginnings; none: everywhere. per_county: the value is each county's.
    """

    id: str
    title: Said
    unit: str
    value: int | None
    every: str
    since: date
    until: date | None
    scope: tuple[str, ...]
    per_county: bool
    document: str
    clause: str

    def window(self, day: date) -> tuple[str, date, date | None]:
        """Return name, first and last day of the window of a day, or of the one nearest to it."""
        if self.every == "span":
            name = f"{self.since.year}-{self.until.year}" if self.until else str(self.since.year)
            return name, self.since, self.until
        year = min(max(day.year, self.since.year), self.until.year if self.until else day.year)
        return str(year), date(year, 1, 1), date(year, 12, 31)

    def pace(self, day: date) -> int | None:
        """Return what should be reached when a day is over: the value's share of the days gone, rounded down."""
        _, first, last = self.window(day)
        if self.value is None or last is None:
            return None
        days = (last - first).days + 1
        return self.value * max(0, min((day - first).days + 1, days)) // days

    def is_for(self, areas: tuple[str, ...]) -> bool:
        """Tell whether the value is that of an area looked at, and not of a larger one."""
        if self.per_county:
            return all(len(area) == 6 for area in areas)  # noqa: PLR2004 - digits of a county
        return bool(self.scope) and all(any(part.startswith(area) for area in areas) for part in self.scope)

    def covers(self, areas: tuple[str, ...]) -> bool:
        """Tell whether an area looked at lies in its scope, or holds some of it."""
        parts = self.scope or areas
        return any(area.startswith(part) or part.startswith(area) for area in areas for part in parts)


def reached(target: Target, count: int, whole: int) -> int | None:
    """Return how far a target is, in its unit; None where it is a share of nobody."""
    if target.unit != "percent":
        return count
    return count * _HUNDRED // whole if whole else None


@cache
def targets() -> tuple[Target, ...]:
    """Return the targets towards which facts count, in the order of their file.

    Raises:
        ConfigurationError: The file cannot be read; it names the line.
    """
    name = "targets.yaml"
    stated = StrictYaml(name, files("services.registry").joinpath(name).read_text("utf-8")).value["targets"]
    return tuple(_target(each) for each in stated if each.get("counters"))


def titled(programme: str, language: Language) -> str:
    """Return what a programme is called; its name where it is not known here."""
    said = load_phrasebook().words["programme"].get(programme)
    return said.in_(language) if said else programme


def _target(stated: Mapping[str, Any]) -> Target:
    return Target(
        id=stated["id"],
        title=Said(**stated["title"]),
        unit=stated["unit"],
        value=stated["value"],
        every=stated["every"],
        since=stated["since"],
        until=stated.get("until"),
        scope=tuple(stated["scope"]),
        per_county=bool(stated.get("per_county")),
        document=stated["document"],
        clause=str(stated["clause"]),
    )
