"""What one-to-one help and the watch over households go by: figures with their days, services, items of a checklist."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Who = Literal["asked", "every_poor_worker"]


@dataclass(frozen=True, slots=True)
class Title:
    """What something is called on a screen."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Days:
    """A number of days, by the day from which it holds."""

    values: tuple[tuple[date, int], ...]

    def on(self, day: date) -> int:
        """Return the number in force on a day; the first one also holds before its day."""
        begun = [days for since, days in self.values if since <= day]
        return begun[-1] if begun else self.values[0][1]


@dataclass(frozen=True, slots=True)
class VisitKind:
    """A kind of visit, and the parameter that says how often one is due."""

    title: Title
    parameter: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A service that is owed to every poor worker, and what shows that it was offered.

    Args:
        facts: Topics of facts. visits: Kinds of visits. measures: Words in a measure of the assistance plan.
    """

    code: str
    title: Title
    facts: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the checklist of a household, and the words by which a checklist may name it."""

    code: str
    title: Title
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class CasePolicy:
    """What one-to-one help goes by.

    Args:
        plan_grace: Days without a plan before anybody is told.
        certificate_lead: Days before the deadline from which somebody is told. who: Who is to have a certificate.
    """

    plan_grace: Days
    certificate_lead: Days
    deadline: date
    who: Who
    visits: Mapping[str, VisitKind]
    services: tuple[Offered, ...]

    def nears(self, day: date) -> bool:
        """Tell whether the deadline of certificates is near on a day, or over."""
        return day >= self.deadline - timedelta(days=self.certificate_lead.on(day))


@dataclass(frozen=True, slots=True)
class HouseholdPolicy:
    """What the watch over households goes by: items to meet, and the statuses of the roster that certify one."""

    items: tuple[Item, ...]
    certified: frozenset[str]

    def met(self, checklist: Mapping[str, object] | None) -> dict[str, bool]:
        """Return what a checklist says of the items, by code; anything but yes and no says nothing."""
        said = checklist or {}
        return {
            item.code: answer
            for item in self.items
            for name, answer in said.items()
            if name in item.names and isinstance(answer, bool)
        }

    def missing(self, met: Mapping[str, bool]) -> tuple[Item, ...]:
        """Return the items that are not said to be met."""
        return tuple(item for item in self.items if not met.get(item.code))
