"""Three hundred people of the sample county, in households: nobody of them exists.

Identity numbers have valid check digits and the address code 350699. Zhangzhou (3506) never had a division 99, so no
number like these was ever issued. Phones lie in the block 1990000xxxx: `phonenumbers` takes it for a mainland mobile,
but knows no place for it, and public lists of number blocks (2021-06, 2023-02) do not hold it. China reserves no block
for fiction, so that it is not in use cannot be proved: never connect a real SMS gateway to the sample.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from samples.facts import Fact, chance, weekday
from samples.names import family_name, given_name
from samples.places import COUNTY_SLUGS, COUNTY_WEIGHTS, Township, townships
from shared.identity import make_id_number

PEOPLE = 300
UNASSIGNED_REGION = "350699"
PHONE_BLOCK = "1990000"
EXIT_DAY = date(2018, 12, 31)
EXITING_HOUSEHOLDS = 4

Status = Literal["listed", "exited", "low_income", "none"]


@dataclass(frozen=True)
class Household:
    """A household: all its members have one status and live in one township."""

    household_id: str
    status: Status
    status_from: date
    township: Township
    entered_on: date


@dataclass(frozen=True)
class Person:
    """One made-up person."""

    number: int
    id_number: str
    name: str
    born: date
    household: Household
    head: bool
    disability: bool
    labour_ability: bool

    @property
    def phone(self) -> str:
        """The person's own number in the sample's block."""
        return f"{PHONE_BLOCK}{self.number:04d}"

    @property
    def county(self) -> str:
        """County of residence."""
        return self.household.township.county


def make_people(seed: int, count: int = PEOPLE) -> list[Person]:
    """Return so many people, household by household; the first of them are the same whatever their number."""
    luck = chance(seed, "people")
    people: list[Person] = []
    for number in range(1, count + 1):
        members = list(_members(luck, _household(luck, number), len(people)))
        people += members[: count - len(people)]
        if len(people) == count:
            break
    return people


def roster_facts(people: list[Person]) -> list[Fact]:
    """Return everybody's first roster entry, then the entries of the households that left poverty in the year."""
    entries = [_entry(person, person.household.entered_on) for person in people]
    listed = [person.household for person in people if person.head and person.household.status == "listed"]
    leaving = {home.household_id for home in listed[:: len(listed) // EXITING_HOUSEHOLDS][:EXITING_HOUSEHOLDS]}
    exits = [_entry(person, date(2019, 1, 8), exited=True) for person in people if _at_home(person, leaving)]
    return entries + exits


def _at_home(person: Person, households: set[str]) -> bool:
    return person.household.household_id in households


def _entry(person: Person, at: date, *, exited: bool = False) -> Fact:
    home = person.household
    row = roster_row(person, "exited", EXIT_DAY) if exited else roster_row(person, home.status, home.status_from)
    return Fact(at, f"{COUNTY_SLUGS[person.county]}-poverty-office", "roster.entry", row)


def roster_row(person: Person, status: str, since: date) -> dict[str, Any]:
    """Return a person's row of the roster under a status and its first day."""
    home = person.household
    return {
        "id_number": person.id_number,
        "name": person.name,
        "household_id": home.household_id,
        "status": status,
        "status_from": since.isoformat(),
        "county": person.county,
        "township": home.township.code,
        "village": home.township.village,
        "head": person.head,
        "labour_ability": person.labour_ability,
        "disability": person.disability,
    }


def _household(luck: random.Random, number: int) -> Household:
    county = luck.choices(list(COUNTY_WEIGHTS), list(COUNTY_WEIGHTS.values()))[0]
    status: Status = luck.choices(("listed", "exited", "low_income", "none"), (74, 12, 8, 6))[0]
    first_days = {
        "listed": date(2014 + luck.randrange(3), 6, 30),
        "exited": date(2016 + luck.randrange(2), 12, 31),
        "low_income": date(2015 + luck.randrange(3), 1, 1),
        "none": date(2018, 1, 1),
    }
    return Household(
        household_id=f"H{number:04d}",
        status=status,
        status_from=first_days[status],
        township=luck.choice([place for place in townships() if place.county == county]),
        entered_on=weekday(date(2018, 1, 3) + timedelta(days=luck.randrange(8))),
    )


def _members(luck: random.Random, home: Household, known: int) -> Iterator[Person]:
    family, size = family_name(luck), luck.choice((1, 2, 2, 3, 3, 4))
    head_year = luck.randrange(1959, 1990)
    birth_years = [head_year, head_year + luck.randrange(-4, 5), *(head_year + luck.randrange(21, 31) for _ in "12")]
    for index, year in enumerate(birth_years[:size]):
        born = date(min(year, 2016), 1, 1) + timedelta(days=luck.randrange(365))
        male = (index == 0) if index < 2 else luck.random() < 0.5
        # The sequence is unique over five hundred people in a row, so that two of one birthday differ.
        sequence = (2 * (known + index) + (1 if male else 0)) % 1000
        disability = luck.random() < 0.05
        yield Person(
            number=known + index + 1,
            id_number=make_id_number(UNASSIGNED_REGION, born, sequence),
            name=(family_name(luck) if index == 1 else family) + given_name(luck, male=male),
            born=born,
            household=home,
            head=index == 0,
            disability=disability,
            labour_ability=not disability and date(1958, 7, 1) < born < date(2002, 1, 1),
        )
