"""How often a duty falls due whose cadence the text leaves open: what documents set, by county and day. Pure.

A county's own figure goes before the general one. A figure binds from its first day, but not before the day on which it
became known: nobody owed what nobody could know of.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.registry.domain.duties_periods import Interval
from shared.events.finance import ParameterPublished
from shared.runner.core import Aggregate, Message

PUBLISHED: Final = "published"
MOST_DAYS: Final = 3_660
_PREFIX: Final = "duty."
_EVERYWHERE: Final = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of days that a document set; None: it abolished the figure, or set one that cannot be meant.

    Args:
        since: From when it binds. `valid_from`, `dated`: first day and day of the document, which settle ties.
    """

    since: date
    valid_from: date
    dated: date
    days: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """By parameter and county (empty: everywhere)."""

    published: dict[str, dict[str, tuple[Figure, ...]]] = field(default_factory=dict)


def schedule(figures: Figures, parameter: str, county: str) -> tuple[Interval, ...]:
    """Return from when on a duty falls due every so many days in a county."""
    known = figures.published.get(parameter, {})
    local, general = known.get(county, ()), known.get(_EVERYWHERE, ())
    found: list[Interval] = []
    for since in sorted({each.since for each in (*local, *general)}):
        days = _in_force(local, since) or _in_force(general, since)
        if days != (found[-1].days if found else None):
            found.append(Interval(since, days))
    return tuple(found)


def _in_force(figures: Iterable[Figure], day: date) -> int | None:
    """Return the last of some figures, in order of their first days, that binds on a day."""
    begun = [each for each in figures if each.since <= day]
    return begun[-1].days if begun else None


def _concerns(message: Message) -> Iterable[str]:
    event = message.event
    return (PUBLISHED,) if isinstance(event, ParameterPublished) and event.parameter.startswith(_PREFIX) else ()


def _evolve(state: Figures, message: Message) -> Figures:
    fact = message.event
    if not isinstance(fact, ParameterPublished):
        return state
    days = fact.value if isinstance(fact.value, int) and 1 <= fact.value <= MOST_DAYS else None
    figure = Figure(max(fact.valid_from, message.known_on), fact.valid_from, fact.known_on, days)
    counties = state.published.get(fact.parameter, {})
    known = counties.get(fact.county or _EVERYWHERE, ())
    if any((each.valid_from, each.dated, each.days) == (figure.valid_from, figure.dated, days) for each in known):
        return state
    ordered = tuple(sorted((*known, figure), key=lambda each: (each.valid_from, each.dated)))
    counties = counties | {fact.county or _EVERYWHERE: ordered}
    return Figures(state.published | {fact.parameter: counties})


FIGURES = Aggregate("duty_figures", Figures, lambda _: Figures(), _evolve, _concerns)
