"""The statutory retirement age: the upper limit of working age, by the law in force on a day.

Until 2024-12-31: men 60, women in workers' posts 50, women in cadres' posts 55 (国发〔1978〕104号). From 2025-01-01 it
rises over fifteen years to 63, 55 and 58: a month later for each four (workers' posts: two) months of birth after the
first cohort (全国人大常委会关于实施渐进式延迟法定退休年龄的决定, 2024-09-13).

The law itself tells men from women here. That is the only use matching makes of sex: a hard legal limit, never a score.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from shared.calendar import add_months
from shared.events.types import Sex

RAISED_FROM = date(2025, 1, 1)
_YEAR = 12


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Whom one retirement age holds for.

    Args:
        years: The age before 2025.
        first_born: The first month of birth whose age is raised: who would have retired in January 2025.
        step: Months of birth that share one month of delay.
        most: The greatest delay in months.
    """

    years: int
    first_born: date
    step: int
    most: int


MEN = Group(years=60, first_born=date(1965, 1, 1), step=4, most=36)
WOMEN_IN_WORKERS_POSTS = Group(years=50, first_born=date(1975, 1, 1), step=2, most=60)
WOMEN_IN_CADRES_POSTS = Group(years=55, first_born=date(1970, 1, 1), step=4, most=36)


def group_of(sex: Sex | None, *, cadre: bool) -> Group:
    """Return whom a person counts among in a cadre's or a worker's post; of unknown sex, whoever may work longest."""
    if sex == "female":
        return WOMEN_IN_CADRES_POSTS if cadre else WOMEN_IN_WORKERS_POSTS
    return MEN


def delay_months(born_on: date, group: Group) -> int:
    """Return by how many months the law of 2025 puts a person's retirement off."""
    cohort = (born_on.year - group.first_born.year) * _YEAR + born_on.month - group.first_born.month
    return 0 if cohort < 0 else min(group.most, cohort // group.step + 1)


@lru_cache(maxsize=16_384)
def retires_on(born_on: date, group: Group, on: date) -> date:
    """Return the day on which a person reaches retirement age, by the law in force on a day."""
    delay = delay_months(born_on, group) if on >= RAISED_FROM else 0
    return add_months(born_on, group.years * _YEAR + delay)
