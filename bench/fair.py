"""`python -m bench.fair`: one fair of many people and posts, timed part by part; people and posts by seeded chance."""

import argparse
import os
import random
import resource
import time
from datetime import date

from services.matching.domain.distance import Spot
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy
from services.matching.fair.comparing import compared
from services.matching.fair.hall import Hall, hall_of
from services.matching.fair.judging import judge_on
from services.matching.fair.pairs import pairs_of
from services.matching.fair.plans import blocking, greatest_total, stable

ON = date(2018, 3, 1)
COUNTIES = ("350622", "350624", "350628")
TRADES = [f"工种{number}" for number in range(60)]
STATUSES = ("listed", "low_income", "exited", "none", "none", "none")


def hall(people: int, posts: int, places: int, seed: int, *, one_county: bool) -> Hall:
    """Return a fair in which posts ask for two trades of sixty and people know three, as chance has it."""
    chance = random.Random(seed)  # noqa: S311 - seeded, so that every run is of the same fair
    counties = COUNTIES[:1] if one_county else COUNTIES
    seekers = [(f"p{number:05}", _seeker(chance, counties)) for number in range(people)]
    vacancies = [(f"V{number:05}", _vacancy(chance, counties, places)) for number in range(posts)]
    return hall_of(ON, seekers, vacancies)


def _seeker(chance: random.Random, counties: tuple[str, ...]) -> Seeker:
    county = chance.choice(counties)
    return Seeker(
        looking=True,
        consented=chance.random() < 0.9,
        status=chance.choice(STATUSES),
        born_on=date(chance.randint(1953, 2000), chance.randint(1, 12), 15),
        county=county,
        township=f"{county}{chance.randint(100, 109)}",
        spot=Spot(2_400 + chance.randint(-30, 30), 11_700 + chance.randint(-30, 30)),
        education=chance.choice(("81", "71", "71", "61", "31")),
        skills=tuple(chance.sample(TRADES, 3)),
        occupations=tuple(chance.sample(TRADES, 2)),
        wanted_wage_fen=chance.randint(15, 40) * 10_000,
        max_distance_km=chance.choice((None, 15, 30, 60)),
    )


def _vacancy(chance: random.Random, counties: tuple[str, ...], places: int) -> Vacancy:
    county, wage = chance.choice(counties), chance.randint(15, 40) * 10_000
    return Vacancy(
        opened=True,
        title=chance.choice(TRADES),
        openings=chance.randint(1, 2 * places - 1),
        county=county,
        township=f"{county}{chance.randint(100, 109)}",
        spot=Spot(2_400 + chance.randint(-30, 30), 11_700 + chance.randint(-30, 30)),
        skills=tuple(chance.sample(TRADES, 2)),
        education_min=chance.choice(("", "81", "71", "61")),
        age_max=chance.choice((None, 45, 50, 60)),
        wage_min_fen=wage,
        wage_max_fen=wage + chance.randint(0, 10) * 10_000,
        reserved_for=chance.choice(((), (), (), (), ("listed", "low_income"))),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.fair", description=__doc__)
    parser.add_argument("--people", type=int, default=5_000)
    parser.add_argument("--posts", type=int, default=2_000)
    parser.add_argument("--places", type=int, default=2, help="places of a post on average (%(default)s)")
    parser.add_argument("--seed", type=int, default=20180301)
    parser.add_argument("--one-county", action="store_true", help="one county instead of three: more pairs fit")
    chosen = parser.parse_args()
    held = hall(chosen.people, chosen.posts, chosen.places, chosen.seed, one_county=chosen.one_county)
    judge = judge_on(ON)
    print(f"load average: {os.getloadavg()[0]:.1f}", flush=True)
    pairs = _timed("pairs that fit", lambda: pairs_of(held, judge))
    print(f"  {len(pairs.guest)} pairs of {chosen.people * chosen.posts}, {int(pairs.places.sum())} places")
    two = _timed("pairs that fit, in two processes", lambda: pairs_of(held, judge, 2))
    assert (two.score == pairs.score).all()
    plan = _timed("greatest total", lambda: greatest_total(pairs))
    other = _timed("stable", lambda: stable(pairs))
    _timed("blocking pairs", lambda: (blocking(pairs, plan), blocking(pairs, other)))
    found = _timed("the whole answer, all of this again", lambda: compared(held, judge))
    print(f"  plans: {found['plans']}")
    print(f"  price of stability: {found['stability_price_bp']} bp, {found['stability_price_people']} people")
    print(f"  fit nothing: {len(found['fits_nothing'])} people, {len(found['fits_nobody'])} posts")
    own, others = (
        resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"peak memory {own} MB, of the largest other process {others} MB")
    print(f"load average at the end: {os.getloadavg()[0]:.1f}")


def _timed(name, work):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    began, spent = time.perf_counter(), _processor()
    result = work()
    print(f"{name:40} {time.perf_counter() - began:7.2f} s, processor {_processor() - spent:7.2f} s", flush=True)
    return result


def _processor() -> float:
    """Return the seconds of processor that this process, and those it started and that ended, have used."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main()
