"""What each term of a score counts: dated figures, read from weights.yaml."""

from typing import Annotated, Self, get_args

from pydantic import Field, model_validator

from shared.events.contract import Model
from shared.events.types import Status

BEST_BP = 10_000

Weight = Annotated[int, Field(ge=0, le=BEST_BP)]
Span = Annotated[int, Field(ge=1, le=10_000)]


class Weights(Model):
    """What each term counts at most, in basis points of the best possible score; three spans say where it is nought.

    Args:
        skills: Every skill asked for is there; of a part, each counts by its rarity.
        occupation: The person wants this occupation; a related one counts by how many levels of the code agree.
        township: Home and post lie in one township, or at one point; `near_km` away the distance counts nothing.
        county: They lie in one county, but not in one township.
        wage: The post pays at least half as much again as the person wants; less counts in proportion.
        freshness: Opened or vacated today; after `fresh_days` it is nought.
        stability: Everyone the employer took stayed a year or is there still.
        waiting: Without work for `waiting_days` or longer; less counts in proportion.
        household: Nobody in the household is known to have work.
        need: By the person's status on the roster.
    """

    skills: Weight
    occupation: Weight
    township: Weight
    county: Weight
    near_km: Span
    wage: Weight
    freshness: Weight
    fresh_days: Span
    stability: Weight
    waiting: Weight
    waiting_days: Span
    household: Weight
    need: dict[Status, Weight]

    @property
    def best(self) -> dict[str, int]:
        """The most that each term can count."""
        alone = ("skills", "occupation", "wage", "freshness", "stability", "waiting", "household")
        most = {name: int(getattr(self, name)) for name in alone}
        return most | {"nearness": self.township, "need": max(self.need.values())}

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        if set(self.need) != set(get_args(Status)):
            raise ValueError(f"need names every status once: {', '.join(get_args(Status))}")
        if self.county > self.township:
            raise ValueError("the same county counts no more than the same township")
        best = sum(self.best.values())
        if best != BEST_BP:
            raise ValueError(f"the best possible score is {BEST_BP}, these weights make {best}")
        return self
