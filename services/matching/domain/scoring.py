"""How well a person and a vacancy that fit go together: a sum of named terms, in basis points of the best possible.

Exact: integers only. What is unknown scores nothing. Neither sex nor disability nor any number of a person scores.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Self, get_args

from pydantic import Field, model_validator

from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy
from shared.events.contract import Model
from shared.events.types import Status

BEST_BP = 10_000

Weight = Annotated[int, Field(ge=0, le=BEST_BP)]


class Weights(Model):
    """What each term counts at most, in basis points.

    Args:
        skills: Every skill asked for is there; a part of them counts in proportion.
        occupation: The person wants this occupation.
        township: Home and post lie in one township.
        county: They lie in one county, but not in one township.
        wage: The post pays at least half as much again as the person wants; less counts in proportion.
        need: By the person's status on the roster.
    """

    skills: Weight
    occupation: Weight
    township: Weight
    county: Weight
    wage: Weight
    need: dict[Status, Weight]

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        if set(self.need) != set(get_args(Status)):
            raise ValueError(f"need names every status once: {', '.join(get_args(Status))}")
        if self.county > self.township:
            raise ValueError("the same county counts no more than the same township")
        best = self.skills + self.occupation + self.township + self.wage + max(self.need.values())
        if best != BEST_BP:
            raise ValueError(f"the best possible score is {BEST_BP}, these weights make {best}")
        return self


@dataclass(frozen=True)
class WeightTable:
    """Dated weights, in order of the day from which they hold."""

    entries: tuple[tuple[date, Weights], ...]

    def on(self, day: date) -> Weights | None:
        """Return the weights in force on a day; None before the first, when nothing is offered."""
        return next((weights for start, weights in reversed(self.entries) if start <= day), None)


def score_terms(seeker: Seeker, vacancy: Vacancy, weights: Weights) -> dict[str, int]:
    """Return the terms of the score, all of them, also those that are nought."""
    return {
        "skills": _skills(seeker, vacancy, weights),
        "occupation": weights.occupation if (vacancy.occupation or vacancy.title) in seeker.occupations else 0,
        "nearness": _nearness(seeker, vacancy, weights),
        "wage": _wage(seeker, vacancy, weights),
        "need": weights.need[seeker.status],
    }


def _skills(seeker: Seeker, vacancy: Vacancy, weights: Weights) -> int:
    asked = set(vacancy.skills)
    return weights.skills * len(asked.intersection(seeker.skills)) // len(asked) if asked else weights.skills


def _nearness(seeker: Seeker, vacancy: Vacancy, weights: Weights) -> int:
    if vacancy.township and seeker.township == vacancy.township:
        return weights.township
    return weights.county if seeker.county == vacancy.county else 0


def _wage(seeker: Seeker, vacancy: Vacancy, weights: Weights) -> int:
    if vacancy.best_wage_fen is None or not seeker.wanted_wage_fen:
        return 0
    over = vacancy.best_wage_fen - seeker.wanted_wage_fen
    return max(0, min(weights.wage, weights.wage * 2 * over // seeker.wanted_wage_fen))
