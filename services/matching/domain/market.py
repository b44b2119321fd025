"""The market: how far the fold has come, which every offer states so that it can be checked later."""

from dataclasses import dataclass, replace
from datetime import date

from services.matching.domain.skill import names_skills
from shared.events.clock import DayClosed
from shared.runner.core import Aggregate, Message

MARKET_ID = "market"


@dataclass(frozen=True, slots=True)
class Market:
    """What matching knows of time.

    Args:
        sequence: Number of the latest upstream fact that was folded.
        closed_on: The last closed day; None before the first.
        forms: How many forms named a skill, which is what a skill's rarity is measured by.
    """

    sequence: int = 0
    closed_on: date | None = None
    forms: int = 0


def evolve(state: Market, message: Message) -> Market:
    """Return the market after any message; neither its number nor its day goes back."""
    named = bool(names_skills(message))
    state = replace(state, sequence=max(state.sequence, message.sequence), forms=state.forms + named)
    if not isinstance(message.event, DayClosed):
        return state
    return replace(state, closed_on=max(state.closed_on or date.min, message.event.date))


MARKET = Aggregate(
    kind="market",
    state=Market,
    initial=lambda _: Market(),
    evolve=evolve,
    concerns=lambda _: (MARKET_ID,),
    resident=True,
)
