"""Watched households (防止返贫监测): what put one at risk, and which items of the checklist are met. Pure.

Of a checklist only yes and no for the known items are kept.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from services.registry.domain.casework_policy import HouseholdPolicy
from shared.events.people import HouseholdReleased, HouseholdRiskRaised, RosterEntry
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Risk:
    """What put a household at risk, since when, and what was last said of the items by their codes."""

    since: date
    met: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Household:
    """A household as the watch sees it.

    Args:
        county: Where it lives, as its members' entries on the roster say.
        risks: What puts it at risk now, by kind. released: the day of the last release of each kind.
    """

    county: str = ""
    risks: dict[str, Risk] = field(default_factory=dict)
    released: dict[str, date] = field(default_factory=dict)


def households(policy: HouseholdPolicy) -> Aggregate[Household]:
    """Return the aggregate of households, under the items to be met."""
    return Aggregate("casework_household", Household, lambda _: Household(), _evolving(policy), _concerns, tags=_tags)


def _tags(state: Household) -> Iterable[str]:
    place = (f"county:{state.county}",) if state.county else ()
    return (*place, "at_risk") if state.risks else place


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case RosterEntry() | HouseholdRiskRaised() | HouseholdReleased() as event:
            return (event.household_id,)
        case _:
            return ()


def _evolving(policy: HouseholdPolicy) -> Callable[[Household, Message], Household]:
    def evolve(state: Household, message: Message) -> Household:
        match message.event:
            case RosterEntry(county=county):
                return replace(state, county=county)
            case HouseholdRiskRaised() as raised:
                return replace(state, risks=state.risks | {raised.kind: _raised(state, raised, policy)})
            case HouseholdReleased() as released if released.kind in state.risks:
                return _released(state, released, policy)
            case _:
                return state

    return evolve


def _raised(state: Household, event: HouseholdRiskRaised, policy: HouseholdPolicy) -> Risk:
    before = state.risks.get(event.kind, Risk(event.date))
    return Risk(min(before.since, event.date), before.met | policy.met(event.checklist))


def _released(state: Household, event: HouseholdReleased, policy: HouseholdPolicy) -> Household:
    """End a risk if every item is met, else keep what was said of the items."""
    met, kind = policy.met(event.checklist), event.kind
    if policy.missing(met):
        return replace(state, risks=state.risks | {kind: replace(state.risks[kind], met=met)})
    others = {each: risk for each, risk in state.risks.items() if each != kind}
    return replace(state, risks=others, released=state.released | {kind: event.date})
