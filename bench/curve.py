"""`python -m bench.matching --curve`: what it costs to look for people, by how many of them one filter leaves out."""

import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bench.market import EDUCATIONS, TODAY, Held, Maker, around
from services.matching.domain.index.seekers import SeekerIndex
from services.matching.domain.index.statuses import STATUSES
from services.matching.domain.ranking import best_seekers
from services.matching.domain.seeker import SEEKERS
from services.matching.domain.vacancy import VACANCIES, Vacancy
from shared.runner.resident import Resident
from shared.runner.tuning import spare_the_collector

MOST = 50
_ASKING, _ROUNDS = 60, 3
_TARGETS = (0.0, 0.5, 0.9, 0.99)
Change = dict[str, Any]

# Nothing but the county leaves anybody out: a post without a contract has no upper age, nobody wants more than it pays.
_OPEN: Change = {
    "post_kind": "village_post", "county": "350000", "spot": None, "education_min": "", "age_min": None,
    "age_max": None, "wage_min_fen": 1_000_000, "wage_max_fen": 1_000_000, "reserved_for": (),
    "fresh_on": TODAY - timedelta(days=30),
}  # fmt: skip


def _filters() -> Iterator[tuple[str, list[Change]]]:
    """Yield each filter with what a vacancy may ask by it, nothing first."""
    yield "age", [{}, *({"age_max": age} for age in range(16, 61))]
    yield "education", [{}, *({"education_min": code} for code in sorted(set(EDUCATIONS)))]
    yield "wage", [{}, *({"wage_min_fen": None, "wage_max_fen": 100 * yuan} for yuan in range(1_800, 5_000, 100))]
    yield "status", [{}, *({"reserved_for": STATUSES[at:]} for at in range(1, len(STATUSES)))]
    together = [(age, 100 * yuan) for age in range(20, 61, 4) for yuan in range(1_800, 5_000, 400)]
    yield "age and wage", [{}, *({"age_max": a, "wage_min_fen": None, "wage_max_fen": w} for a, w in together)]
    yield "county", [{"county": f"35{number:04}"} for number in range(100)]


@dataclass
class Curve:
    """A market of people, and vacancies that ask for them."""

    held: Held
    asking: list[Vacancy]
    index: SeekerIndex

    @classmethod
    def of(cls, seekers: int, seed: int) -> "Curve":
        maker, held = Maker(seed), Held()
        people = dict(maker.seekers(seekers))
        held.residents[SEEKERS.kind] = Resident(people)
        around(people, held)
        asking = [replace(maker.vacancy(), **_OPEN) for _ in range(_ASKING)]
        curve = cls(held, asking, held.residents[SEEKERS.kind].view(SeekerIndex))
        spare_the_collector()
        return curve

    def left(self, change: Change) -> int:
        """Return how many people the filters leave."""
        vacancy = replace(self.asking[0], **change)
        query = self.index.query(vacancy, self.held.scene(), ())
        return len(query.fitting(self.index.shelves.table, self.index.shelves.near(vacancy.county, vacancy.spot, None)))

    def cost_ms(self, change: Change) -> tuple[float, float]:
        """Return the median of wall and of processor time."""
        asking = {f"W{at}": replace(vacancy, **change) for at, vacancy in enumerate(self.asking)}
        self.held.residents[VACANCIES.kind] = Resident(asking)
        rounds = [[self._once(id_) for id_ in asking] for _ in range(_ROUNDS)]
        medians = [[statistics.median(each) for each in zip(*turn, strict=True)] for turn in rounds]
        wall, spent = (statistics.median(each) for each in zip(*medians, strict=True))
        return wall, spent

    def _once(self, id_: str) -> tuple[float, float]:
        wall, spent = time.perf_counter(), time.thread_time()
        best_seekers(id_, MOST, self.held.scene())
        return 1e3 * (time.perf_counter() - wall), 1e3 * (time.thread_time() - spent)


def run(seekers: int, seed: int) -> list[dict[str, Any]]:
    """Measure, print and return what each filter costs at 0, 50, 90 and 99 per cent left out, or the nearest it can."""
    curve, found = Curve.of(seekers, seed), []
    print(f"load average {os.getloadavg()[0]:.1f}; top {MOST} of {seekers} people, seed {seed}", flush=True)
    print("filter        left out   people left   wall p50   processor p50 (ms)   ns a person left   of none left out")
    for name, changes in _filters():
        counts = [curve.left(change) for change in changes]
        whole, first = seekers if name == "county" else counts[0], 0.0
        for target in _TARGETS:
            at = min(range(len(changes)), key=lambda at: abs(1 - counts[at] / whole - target))
            wall, spent = curve.cost_ms(changes[at])
            first = first or spent
            out = 1 - counts[at] / whole
            nanos, part = 1e6 * spent / max(1, counts[at]), spent / first
            print(
                f"{name:12} {out:9.1%} {counts[at]:13} {wall:10.2f} {spent:20.2f} {nanos:18.0f} {part:18.2f}",
                flush=True,
            )
            found.append({"filter": name, "out": out, "left": counts[at], "wall_ms": wall, "processor_ms": spent})
    print(f"load average {os.getloadavg()[0]:.1f}")
    return found
