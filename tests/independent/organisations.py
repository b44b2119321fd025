"""What employers, organisations and counties tell in the made-up year: reports, claims, appraisals, activities."""

import random
from datetime import date

from tests.independent.people import COUNTIES, FIRST, LAST, Year, day, told, with_people

FILINGS = ("village-fund", "seminar-grant", "service-expenses", "after-grant", "innovation-voucher")
ACTIVITIES = (("dispatch-training", 4), ("expert-expense", 4), ("expert-service", 6))
APPRAISALS = ("training_base", "village_platform", "talent_station", "agency")
GRADES = ("excellent", "qualified", "basic", "failed")
ACTIVE = ("350622", "350624", "350628", "350681", "350603", "370102", "370211", "371302", "621024", "350623")


def made(number: int, people: int) -> Year:
    """Return the year of so many people, its facts in order of the days."""
    chance = random.Random(number)  # noqa: S311 - repeatable chance, not a secret
    year = with_people(chance, people)
    for employer in year.employers:
        _headcounts(year, chance, employer["uscc"])
        _filings(year, chance, employer["uscc"])
    for n in range(max(people // 50, 20)):
        _appraisals(year, chance, f"O{n}")
    for county in ACTIVE:
        _activities(year, chance, county)
    year.facts.sort(key=lambda fact: fact[0])
    return year


def _headcounts(year: Year, chance: random.Random, uscc: str) -> None:
    for _ in range(chance.choice([0, 1, 1, 2])):
        start = chance.randint(1, 60)
        row = {"uscc": uscc, "at_start": start, "at_end": max(start + chance.randint(-5, 2), 0),
               "leavers": chance.randint(0, 2), "premium": chance.randint(0, 900_000),
               "average": chance.choice([None, None, start])}  # fmt: skip
        year.facts.append((day(chance, date(2018, 6, 1)), "headcount", row))


def _filings(year: Year, chance: random.Random, uscc: str) -> None:
    for programme in FILINGS:
        for _ in range(chance.choice([0, 0, 1, 1, 2])):
            on = day(chance)
            told(year, chance, "filing", {"uscc": uscc, "programme": programme, "on": on}, on)


def _appraisals(year: Year, chance: random.Random, organisation: str) -> None:
    row = {"organisation": organisation, "kind": chance.choice(APPRAISALS), "county": chance.choice(COUNTIES)}
    for of in (2016, 2017, 2018):
        for _ in range(chance.choice([0, 1, 1, 2])):
            told(year, chance, "appraisal", row | {"year": of, "grade": chance.choice(GRADES)}, day(chance))


def _activities(year: Year, chance: random.Random, county: str) -> None:
    for programme, most in ACTIVITIES:
        for _ in range(chance.randint(0, most) * 2):
            on = day(chance, date(2017, 6, 1), LAST)
            row = {"programme": programme, "county": county, "on": on, "heads": chance.randint(1, 30)}
            told(year, chance, "activity", row, max(on, FIRST))
