"""Who of the sample's people looks for work, and replies to messages."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from samples.facts import SMS_GATEWAY, Fact, chance, weekday
from samples.people import Person
from samples.places import COUNTY_SLUGS
from samples.trades import TRADES

REPLIES = ("Y", "N", "Y", "T", "Y", "N", "T", "N")

# Completed stages of GB/T 4658-2006: other, primary, junior high, senior high, 中专, 技校, 专科, bachelor.
_EDUCATION = {"90": 6, "81": 24, "71": 38, "61": 14, "41": 7, "47": 4, "31": 5, "21": 2}


@dataclass(frozen=True)
class Jobseeker:
    """A person who registered for work, the day of it and the form that was filled in."""

    person: Person
    registered_on: date
    form: dict[str, Any]


def make_jobseekers(seed: int, people: list[Person]) -> list[Jobseeker]:
    """Return the job seekers: most of those who are able to work and under 58."""
    luck = chance(seed, "jobseekers")
    able = [person for person in people if person.labour_ability and person.born > date(1960, 1, 1)]
    return [_jobseeker(luck, person) for person in able if luck.random() < 0.95]


def jobseeker_facts(jobseekers: list[Jobseeker]) -> list[Fact]:
    """Return the registrations, as the job centre of the person's county sends them."""
    return [
        Fact(
            seeker.registered_on,
            f"{COUNTY_SLUGS[seeker.person.county]}-job-centre",
            "jobseeker.registered",
            seeker.form,
        )
        for seeker in jobseekers
    ]


def reply_facts(seed: int, jobseekers: list[Jobseeker]) -> list[Fact]:
    """Return a few answers by SMS, each within days of the registration, while an offer is open."""
    luck = chance(seed, "replies")
    agreed = [seeker for seeker in jobseekers if seeker.form["sms_consent"]]
    return [
        _reply(seeker, weekday(seeker.registered_on + timedelta(days=luck.randrange(1, 5))), text)
        for seeker, text in zip(luck.sample(agreed, len(REPLIES)), REPLIES, strict=True)
    ]


def _reply(seeker: Jobseeker, day: date, text: str) -> Fact:
    received_at = f"{day.isoformat()}T08:10:00+08:00"
    data = {"from": seeker.person.phone, "text": text, "received_at": received_at}
    return Fact(day, SMS_GATEWAY, "sms.replied", data)


def _jobseeker(luck: random.Random, person: Person) -> Jobseeker:
    jobs = dict(luck.choice(list(trade.jobs.items())) for trade in luck.sample(TRADES, luck.choice((1, 1, 2))))
    skills = [skill for known in jobs.values() for skill in known]
    form = {
        "id_number": person.id_number,
        "name": person.name,
        "phone": person.phone,
        "county": person.county,
        "township": person.household.township.code,
        "education": luck.choices(list(_EDUCATION), list(_EDUCATION.values()))[0],
        "skills": list(dict.fromkeys(skills)),
        "occupations": list(jobs),
        "wanted_wage_fen": luck.randrange(22, 36) * 10_000,
        "max_distance_km": luck.choice((5, 10, 15, 20, 30, 50)),
        "household": person.household.household_id,
        "wants_training": luck.random() < 0.3,
        "wants_startup": luck.random() < 0.08,
        "sms_consent": person.number % 10 != 0,
    }
    # Half of them come in the first eight weeks, the rest by early summer.
    days = luck.randrange(7, 56) if luck.random() < 0.5 else luck.randrange(56, 170)
    return Jobseeker(person, weekday(date(2018, 1, 8) + timedelta(days=days)), form)
