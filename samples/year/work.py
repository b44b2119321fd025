"""Job seekers, employers, vacancies, hires, premiums and public posts of the year.

From July on, premiums of Zhao'an are not reported any more: the silent feed. One vacancy gets more hires than it has
places, and one person on a public post is confirmed in an internship that overlaps it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from samples.employers import LATE_EMPLOYER, Employer, employer_facts, make_employers
from samples.facts import Fact, chance, month_of, weekday
from samples.jobseekers import make_jobseekers
from samples.people import Person
from samples.places import YUNXIAO, ZHAOAN
from samples.year.days import FIRST_DAY, LAST_DAY, MONTHS, on, source

SEEKERS, HIRES, PUBLIC_POSTS, VACANCIES = 700, 420, 20, 80
SILENT_FROM = date(2021, 7, 1)
_PENSION_BP, _MEDICAL_BP, _UNEMPLOYMENT_BP = 1_600, 800, 50


@dataclass(frozen=True)
class Hire:
    """One employment of the year."""

    employment_id: str
    person: Person
    employer: Employer
    starts_on: date
    post_kind: str
    wage_fen: int
    vacancy_id: str | None = None
    last_day: date | None = None


def employers_of(seed: int) -> list[Employer]:
    """Return the sample's employers, registered when the year begins."""
    return [replace(one, registered_on=date(2020, 11, 3)) for one in make_employers(seed)[:LATE_EMPLOYER]]


def seeker_facts(seed: int, people: list[Person]) -> tuple[list[Fact], list[tuple[Person, date]]]:
    """Return the registrations, and who registered when."""
    luck = chance(seed, "year-seekers")
    chosen = luck.sample(make_jobseekers(seed, people), SEEKERS)
    days = [weekday(date(2020, 11, 5) + timedelta(days=int(240 * luck.random() ** 2))) for _ in chosen]
    facts = [
        Fact(day, source(seeker.person.county, "job-centre"), "jobseeker.registered", seeker.form)
        for seeker, day in zip(chosen, days, strict=True)
    ]
    return facts, [(seeker.person, day) for seeker, day in zip(chosen, days, strict=True)]


def vacancy_facts(seed: int, employers: list[Employer]) -> list[Fact]:
    """Return the vacancies, in the order in which they open."""
    luck = chance(seed, "year-vacancies")
    days = sorted(weekday(date(2020, 11, 4) + timedelta(days=luck.randrange(290))) for _ in range(VACANCIES))
    return [_vacancy(luck, number, day, luck.choice(employers)) for number, day in enumerate(days, start=1)]


def hires_of(
    seed: int, seekers: list[tuple[Person, date]], employers: list[Employer], vacancies: list[Fact]
) -> list[Hire]:
    """Return who is hired where; the last of them hold public posts in Yunxiao."""
    luck = chance(seed, "year-hires")
    hired = luck.sample([one for one in seekers if one[1] < date(2021, 8, 1)], HIRES)
    hires = [_hire(luck, number, seeker, employers, vacancies) for number, seeker in enumerate(hired, start=1)]
    left = [person for person, day in seekers if person.county == YUNXIAO and (person, day) not in hired]
    owner = next(one for one in employers if one.county == YUNXIAO and one.kind == "enterprise")
    posts = [
        Hire(f"Q{number:03d}", person, owner, date(2020, 12, 1), "public_welfare", 157_000)
        for number, person in enumerate(left[:PUBLIC_POSTS], start=1)
    ]
    overlapping = Hire("Q900", posts[0].person, owner, date(2021, 3, 1), "internship", 157_000)
    return [*hires, *posts, overlapping]


def hire_facts(hires: list[Hire]) -> list[Fact]:
    """Return confirmations and ends."""
    return [fact for hire in hires for fact in _told(hire)]


def premium_facts(hires: list[Hire]) -> list[Fact]:
    """Return what employers paid each month, as each county's agency reports it."""
    return [fact for hire in hires if hire.post_kind in {"ordinary", "workshop"} for fact in _premiums(hire)]


def registration_facts(employers: list[Employer]) -> list[Fact]:
    """Return the employers' registrations."""
    return employer_facts(employers)


def attendance_facts(hires: list[Hire]) -> list[Fact]:
    """Return the monthly attendance of the public posts."""
    posts = [hire for hire in hires if hire.post_kind == "public_welfare"]
    return [
        _attendance(hire, month, day)
        for hire in posts
        for month, following in pairwise(MONTHS[1:])
        for day in (on(following, 5),)
    ]


def _vacancy(luck: random.Random, number: int, day: date, employer: Employer) -> Fact:
    job, skills = luck.choice(list(employer.trade.jobs.items()))
    wage = luck.randrange(26, 36) * 10_000
    data: dict[str, Any] = {
        "vacancy_id": f"W{number:03d}",
        "uscc": employer.uscc,
        "title": job,
        "post_kind": "workshop" if employer.kind == "workshop" else "ordinary",
        "openings": luck.choice((4, 6, 8, 12)),
        "county": employer.county,
        "township": employer.township.code,
        "occupation": job,
        "skills": list(skills),
        "education_min": luck.choice(("90", "81", "71")),
        "age_min": 18,
        "age_max": 59,
        "wage_min_fen": wage,
        "wage_max_fen": wage + 60_000,
        "closes_on": (day + timedelta(days=60)).isoformat(),
    }
    return Fact(day, source(employer.county, "job-centre"), "vacancy.opened", data, data["vacancy_id"])


def _hire(
    luck: random.Random, number: int, seeker: tuple[Person, date], employers: list[Employer], vacancies: list[Fact]
) -> Hire:
    person, registered = seeker
    employer = luck.choice([one for one in employers if one.county == person.county])
    start = weekday(registered + timedelta(days=luck.randrange(4, 60)))
    kind = "workshop" if employer.kind == "workshop" else "ordinary"
    fitting = [v.data["vacancy_id"] for v in vacancies if v.data["uscc"] == employer.uscc and v.at <= start]
    ends = start + timedelta(days=luck.randrange(70, 200)) if luck.random() < 0.15 else None
    return Hire(
        employment_id=f"K{number:03d}",
        person=person,
        employer=employer,
        starts_on=start,
        post_kind=kind,
        wage_fen=luck.randrange(280_000, 355_000, 5_000),
        vacancy_id=fitting[0] if fitting and luck.random() < 0.6 else None,
        last_day=ends if ends and ends < LAST_DAY - timedelta(days=5) else None,
    )


def _told(hire: Hire) -> Iterator[Fact]:
    office = source(hire.employer.county, "hr")
    data: dict[str, Any] = {
        "employment_id": hire.employment_id,
        "id_number": hire.person.id_number,
        "uscc": hire.employer.uscc,
        "starts_on": hire.starts_on.isoformat(),
        "post_kind": hire.post_kind,
        "wage_fen": hire.wage_fen,
        "county": hire.employer.county,
    }
    if hire.vacancy_id:
        data["vacancy_id"] = hire.vacancy_id
    if hire.post_kind == "public_welfare":
        data["contract_until"] = "2021-11-30"
    confirmed = weekday(hire.starts_on + timedelta(days=1))
    yield Fact(confirmed, office, "employment.confirmed", data, hire.employment_id)
    if hire.last_day:
        ended = {"employment_id": hire.employment_id, "last_day": hire.last_day.isoformat(), "reason": "resigned"}
        yield Fact(weekday(hire.last_day + timedelta(days=1)), office, "employment.ended", ended, hire.employment_id)


def _premiums(hire: Hire) -> Iterator[Fact]:
    agency = source(hire.employer.insured_county, "social-insurance")
    for month in MONTHS:
        paid_on = on(month, 14 + hire.employer.number % 8)
        worked = hire.starts_on.replace(day=1) < month <= (hire.last_day or LAST_DAY)
        is_silent = hire.employer.insured_county == ZHAOAN and month >= SILENT_FROM
        if not worked or is_silent or paid_on < FIRST_DAY:
            continue
        data = {
            "uscc": hire.employer.uscc,
            "id_number": hire.person.id_number,
            "period": month_of(month),
            "paid_on": paid_on.isoformat(),
            "pension_fen": hire.wage_fen * _PENSION_BP // 10_000,
            "medical_fen": hire.wage_fen * _MEDICAL_BP // 10_000,
            "unemployment_fen": hire.wage_fen * _UNEMPLOYMENT_BP // 10_000,
        }
        yield Fact(paid_on, agency, "premium.paid", data)


def _attendance(hire: Hire, month: date, day: date) -> Fact:
    data = {
        "employment_id": hire.employment_id,
        "period": month_of(month),
        "working_days": 21,
        "attended_days": 21 if hire.employment_id != "Q005" else 18,
    }
    return Fact(day, source(hire.employer.county, "hr"), "attendance.recorded", data, hire.employment_id)
