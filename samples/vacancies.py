"""A hundred and twenty vacancies of the sample employers, opened over the eighteen months."""

import random
from datetime import date, timedelta
from typing import Any

from samples.employers import Employer
from samples.facts import Fact, chance, weekday
from samples.places import COUNTY_SLUGS

VACANCIES = 120
_LAST_OPENING = date(2019, 5, 31)


def vacancy_facts(seed: int, employers: list[Employer]) -> list[Fact]:
    """Return three vacancies an employer, in the order in which they open."""
    luck = chance(seed, "vacancies")
    openings = [
        (_opens_on(luck, employer), employer) for employer in employers for _ in range(VACANCIES // len(employers))
    ]
    openings.sort(key=lambda opening: (opening[0], opening[1].number))
    return [_vacancy(luck, number, *opening) for number, opening in enumerate(openings, start=1)]


def _opens_on(luck: random.Random, employer: Employer) -> date:
    first = employer.registered_on + timedelta(days=1)
    return weekday(first + timedelta(days=int((_LAST_OPENING - first).days * luck.random() ** 2)))


def _vacancy(luck: random.Random, number: int, day: date, employer: Employer) -> Fact:
    job, skills = luck.choice(list(employer.trade.jobs.items()))
    wage = luck.randrange(24, 34) * 10_000
    data: dict[str, Any] = {
        "vacancy_id": f"V{number:04d}",
        "uscc": employer.uscc,
        "title": job,
        "post_kind": "workshop" if employer.kind == "workshop" else "ordinary",
        "openings": luck.choice((1, 2, 3, 5, 8)),
        "county": employer.county,
        "township": employer.township.code,
        "occupation": job,
        "skills": list(skills),
        "education_min": luck.choice(("90", "81", "81", "71", "71", "61")),
        "age_min": 18,
        "age_max": luck.choice((45, 50, 55, 59)),
        "wage_min_fen": wage,
        "wage_max_fen": wage + luck.randrange(3, 12) * 10_000,
        "closes_on": (day + timedelta(days=luck.choice((30, 45, 60, 90)))).isoformat(),
    }
    return Fact(day, f"{COUNTY_SLUGS[employer.county]}-job-centre", "vacancy.opened", data, data["vacancy_id"])
