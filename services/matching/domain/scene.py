"""What a rule or a term looks at besides the person and the vacancy: the day, the figures in force, the market."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from services.matching.domain.dated import Dated
from services.matching.domain.household import HOUSEHOLDS
from services.matching.domain.limits import Limits
from services.matching.domain.market import MARKET, MARKET_ID
from services.matching.domain.minimum_wage import WageFloors
from services.matching.domain.seeker import SEEKERS
from services.matching.domain.skill import SKILLS, rarity
from services.matching.domain.stability import STABILITIES, Stability
from services.matching.domain.weights import Weights
from shared.runner.core import Peek


@dataclass(frozen=True)
class Scene:
    """A day of the market.

    Args:
        weights_from, limits_from: First days of the entries in force.
        peek: The market as it is known now.
    """

    on: date
    weights_from: date
    weights: Weights
    limits_from: date
    limits: Limits
    floors: WageFloors
    peek: Peek
    _rarities: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def rarity(self, skill: str) -> int:
        """Return what a skill weighs among others, 1 to 10."""
        if skill not in self._rarities:
            self._rarities[skill] = rarity(self.peek(SKILLS, skill).named, self.forms)
        return self._rarities[skill]

    @cached_property
    def forms(self) -> int:
        """How many forms named any skill."""
        return self.peek(MARKET, MARKET_ID).forms

    @cached_property
    def minimum_wages(self) -> dict[str, int]:
        """The minimum wages that are known, in fen a month by county."""
        return self.floors.in_force(self.on)

    def stability(self, uscc: str) -> Stability:
        """Return what is known of an employer."""
        return self.peek(STABILITIES, uscc)

    def is_idle(self, household: str) -> bool:
        """Tell whether a household is known and nobody who belongs to it has work."""
        members = self.peek(HOUSEHOLDS, household).members if household else ()
        at_home = False
        for person in members:
            seeker = self.peek(SEEKERS, person)
            if seeker.household == household:
                if seeker.employments:
                    return False
                at_home = True
        return at_home

    def minimum_wage(self, county: str) -> int | None:
        """Return the minimum wage of a county in fen a month, None where none is known."""
        return self.minimum_wages.get(county)


@dataclass(frozen=True)
class Policy:
    """The dated figures that matching decides by."""

    weights: Dated[Weights]
    limits: Dated[Limits]
    floors: WageFloors

    def scene(self, on: date, peek: Peek) -> Scene | None:
        """Return a day of the market; None before the first figures, when nothing is offered."""
        weights, limits = self.weights.since(on), self.limits.since(on)
        if weights is None or limits is None:
            return None
        return Scene(on, *weights, *limits, self.floors, peek)

    def held_until(self, on: date) -> date | None:
        """Return until when a place is held that is accepted on a day."""
        limits = self.limits.on(on)
        return on + timedelta(days=limits.hold_days) if limits else None
