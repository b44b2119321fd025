"""How often a coordinator is to call on a person, as documents set it; the plan itself names no number. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.events.finance import ParameterPublished
from shared.runner.core import Aggregate, Message

THE_CADENCES = "visits"
_EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Cadences:
    """Published numbers of days: parameter, county (empty: everywhere), first day as text, number (None: abolished)."""

    published: dict[str, dict[str, dict[str, int | None]]] = field(default_factory=dict)

    def days(self, parameter: str, county: str, day: date) -> int | None:
        """Return the number in force for a county on a day, its own before everybody's; None: none is."""
        places = self.published.get(parameter, {})
        own = _latest(places.get(county, {}), day)
        return _latest(places.get(_EVERYWHERE, {}), day) if own is None else own

    def next_due(self, parameter: str, county: str, last: date | None, day: date) -> date | None:
        """Return when the next visit is due after the last one, as far as a number is in force on a day."""
        days = self.days(parameter, county, day)
        return None if days is None or last is None else last + timedelta(days=days)


def cadences(parameters: Collection[str]) -> Aggregate[Cadences]:
    """Return the aggregate that remembers what was published under some names."""

    def concerns(message: Message) -> Iterable[str]:
        event = message.event
        return (THE_CADENCES,) if isinstance(event, ParameterPublished) and event.parameter in parameters else ()

    return Aggregate("casework_cadence", Cadences, lambda _: Cadences(), _evolve, concerns)


def _latest(values: Mapping[str, int | None], day: date) -> int | None:
    begun = [since for since in values if since <= day.isoformat()]
    return values[max(begun)] if begun else None


def _evolve(state: Cadences, message: Message) -> Cadences:
    match message.event:
        case ParameterPublished() as fact:
            places = state.published.get(fact.parameter, {})
            county = fact.county or _EVERYWHERE
            value = fact.value if isinstance(fact.value, int) else None
            values = places.get(county, {}) | {fact.valid_from.isoformat(): value}
            return Cadences(state.published | {fact.parameter: places | {county: values}})
        case _:
            return state
