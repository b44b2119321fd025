"""A market of any size from a seed: counties, trades and skills as unequal as real ones are (Zipf)."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from services.matching.domain.distance import Spot
from services.matching.domain.household import HOUSEHOLDS, Household
from services.matching.domain.index.statuses import STATUSES
from services.matching.domain.market import MARKET, MARKET_ID, Market
from services.matching.domain.scene import Scene
from services.matching.domain.seeker import Seeker
from services.matching.domain.skill import SKILLS, Skill
from services.matching.domain.stability import STABILITIES, Stability
from services.matching.domain.vacancy import Vacancy
from services.matching.subscribers import MATCHING
from services.matching.weights import load_policy
from shared.runner.core import Walk
from shared.runner.resident import Resident
from shared.runner.workspace import Workspace

POLICY = load_policy()
TODAY = date(2020, 6, 15)
_COUNTIES, _TRADES, _SKILLS, _EMPLOYERS = 100, 240, 400, 5_000
EDUCATIONS = ("90", "81", "71", "71", "71", "61", "43", "31", "21")
_POSTS = ("ordinary",) * 7 + ("workshop", "public_welfare", "dispatch")
_HOME = Spot(2_400, 11_700)


@dataclass
class Held:
    """Committed states, as a runner holds them."""

    residents: dict[str, Resident] = field(default_factory=lambda: defaultdict(Resident))

    def find(self, kind: str, id_: str) -> Any | None:
        return self.every(kind).get(id_)

    def every(self, kind: str) -> Mapping[str, Any]:
        return self.residents[kind]

    def walk(self, _: Walk) -> list[str]:
        return []

    def scene(self) -> Scene:
        """Return the day as a decision finds it."""
        scene = POLICY.scene(TODAY, Workspace(MATCHING, self, {}))
        assert scene is not None
        return scene


class Maker:
    """Makes people and vacancies; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - the same seed makes the same market
        self._counties = _zipf(_COUNTIES, 0.9)
        self._trades = _zipf(_TRADES, 1.0)
        self._skills = _zipf(_SKILLS, 1.0)
        self._people = 0

    def seekers(self, number: int) -> Iterator[tuple[str, Seeker]]:
        for at in range(number):
            yield f"p{at:025}", self.seeker(at)

    def vacancies(self, number: int) -> Iterator[tuple[str, Vacancy]]:
        for at in range(number):
            yield f"V-{at:07}", self.vacancy()

    def seeker(self, at: int) -> Seeker:
        chance = self.chance
        county, spot = self._place()
        trades = [self._trade() for _ in range(chance.randint(1, 3))]
        goes = chance.random() < 0.3
        return Seeker(
            known_sequence=at + 1,
            looking=True,
            consented=True,
            status=STATUSES[min(len(STATUSES) - 1, int(chance.expovariate(0.45)))],
            born_on=date(1960, 1, 1) + timedelta(days=chance.randrange(44 * 365)),
            sex=chance.choice(("male", "female")),
            household=f"H{chance.randrange(1 + at // 3)}",
            without_work_since=TODAY - timedelta(days=chance.randrange(400)),
            county=county,
            township=f"{county}{chance.randrange(12):03}",
            spot=spot if goes or chance.random() < 0.3 else None,
            max_distance_km=chance.choice((10, 20, 30, 60)) if goes else None,
            education=chance.choice(EDUCATIONS),
            skills=self._able(trades, chance.randint(0, 6)),
            occupations=tuple(dict.fromkeys(trades)),
            wanted_wage_fen=100 * chance.randrange(1_800, 5_000, 100),
        )

    def vacancy(self) -> Vacancy:
        chance = self.chance
        county, spot = self._place()
        trade, wage = self._trade(), 100 * chance.randrange(2_000, 6_000, 100)
        picky = chance.random()
        return Vacancy(
            opened=True,
            uscc=f"U{chance.randrange(_EMPLOYERS)}",
            title=trade,
            post_kind=chance.choice(_POSTS),
            openings=chance.randint(1, 20),
            county=county,
            township=f"{county}{chance.randrange(12):03}",
            spot=spot if chance.random() < 0.7 else None,
            skills=self._able([trade], chance.randint(1, 4)),
            occupation=trade,
            education_min=chance.choice(EDUCATIONS[:6]) if picky < 0.4 else "",
            age_min=18 if picky < 0.5 else None,
            age_max=chance.choice((35, 45, 55)) if picky > 0.6 else None,
            wage_min_fen=wage,
            wage_max_fen=wage + 50_000,
            closes_on=TODAY + timedelta(days=chance.randrange(60)),
            reserved_for=("listed",) if chance.random() < 0.05 else (),
            fresh_on=TODAY - timedelta(days=chance.randrange(60)),
        )

    def _place(self) -> tuple[str, Spot]:
        chance = self.chance
        number = chance.choices(range(_COUNTIES), cum_weights=self._counties)[0]
        north, east = _HOME.north + 45 * (number // 10), _HOME.east + 45 * (number % 10)
        return f"35{number:04}", Spot(north + chance.randrange(45), east + chance.randrange(45))

    def _trade(self) -> str:
        number = self.chance.choices(range(_TRADES), cum_weights=self._trades)[0]
        return f"{1 + number % 6}{number % 23 + 10}{number % 7 + 10}{number:02}"[:7]

    def _able(self, trades: list[str], most: int) -> tuple[str, ...]:
        """Return skills: most of them of a trade's own ten, the others anything."""
        chance, found = self.chance, []
        for _ in range(most):
            number = chance.choices(range(_SKILLS), cum_weights=self._skills)[0]
            own = chance.random() < 0.7
            found.append(f"skill {(int(chance.choice(trades)) * 7 + number % 10) % _SKILLS if own else number}")
        return tuple(dict.fromkeys(found))


def around(states: Mapping[str, Any], held: Held) -> None:
    """Settle what rules and terms look at besides: skills, employers, households, the count of forms."""
    named: dict[str, int] = {}
    homes: dict[str, list[str]] = {}
    for id_, state in states.items():
        for skill in state.skills:
            named[skill] = named.get(skill, 0) + 1
        if isinstance(state, Seeker):
            homes.setdefault(state.household, []).append(id_)
    chance = random.Random(1)  # noqa: S311 - likewise
    held.residents[SKILLS.kind] = Resident({skill: Skill(count) for skill, count in named.items()})
    held.residents[MARKET.kind] = Resident({MARKET_ID: Market(forms=len(states))})
    held.residents[HOUSEHOLDS.kind] = Resident({home: Household(tuple(ids)) for home, ids in homes.items()})
    held.residents[STABILITIES.kind] = Resident(
        {
            f"U{number}": Stability(begun=chance.randrange(30), left_early=chance.randrange(9))
            for number in range(_EMPLOYERS)
        }
    )


def _zipf(number: int, exponent: float) -> list[float]:
    total, found = 0.0, []
    for rank in range(1, number + 1):
        total += rank**-exponent
        found.append(total)
    return found
