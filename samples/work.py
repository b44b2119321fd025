"""A hundred and fifty employments: who started where and when, and who left again.

Every employed person is a job seeker of the sample and has one employment at a time. Ten people change to another
employer (half of them inside one month), two go on at the same employer under a new contract.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from samples.employers import LATE_EMPLOYER, Employer
from samples.facts import Fact, chance, month_end, month_of, weekday
from samples.jobseekers import Jobseeker
from samples.people import Person
from samples.places import COUNTY_SLUGS, PINGHE

EMPLOYMENTS, ENDED, CHANGES, RENEWALS = 150, 30, 10, 2
LATE_EMPLOYER_START = date(2018, 8, 1)

_REASONS = ("resigned", "contract_over", "moved_away", "family_care", "seasonal_work_over")


@dataclass(frozen=True)
class Employment:
    """One employment.

    Attributes:
        base_fen: The monthly wage, and the base of the premiums.
        renewed: It ended because a new contract with the same employer follows.
        keeps_last_month: The premium for the month of leaving is not given back; one paid by mistake for the month
            after it is.
    """

    number: int
    person: Person
    employer: Employer
    starts_on: date
    confirmed_on: date
    base_fen: int
    last_day: date | None = None
    ended_on: date | None = None
    renewed: bool = False
    keeps_last_month: bool = False

    @property
    def employment_id(self) -> str:
        """A neutral id; subject of the employment's facts."""
        return f"J{self.number:04d}"


def make_employments(seed: int, jobseekers: list[Jobseeker], employers: list[Employer]) -> list[Employment]:
    """Return the employments: first ones, then second ones of those who changed employer or renewed the contract."""
    luck = chance(seed, "work")
    seekers = luck.sample(jobseekers, EMPLOYMENTS - CHANGES - RENEWALS)
    late = employers[LATE_EMPLOYER]
    first = [_at_late_employer(luck, seekers[0], late)]
    first += [_first(luck, number, seeker, employers) for number, seeker in enumerate(seekers[1:], start=2)]
    return _with_ends(luck, first, employers)


def employment_facts(seed: int, employments: list[Employment], vacancies: list[Fact]) -> list[Fact]:
    """Return confirmations and ends, as the county of the workplace sends them."""
    luck = chance(seed, "contracts")
    confirmed = [_confirmed(luck, employment, vacancies) for employment in employments]
    ended = [
        _fact(employment, employment.ended_on, "employment.ended", {
            "employment_id": employment.employment_id,
            "last_day": employment.last_day.isoformat(),
            "reason": "contract_over" if employment.renewed else luck.choice(_REASONS),
        })
        for employment in employments
        if employment.last_day and employment.ended_on
    ]  # fmt: skip
    return confirmed + ended


def _at_late_employer(luck: random.Random, seeker: Jobseeker, employer: Employer) -> Employment:
    confirmed = employer.registered_on + timedelta(days=2)
    return Employment(1, seeker.person, employer, LATE_EMPLOYER_START, confirmed, _base(luck))


def _first(luck: random.Random, number: int, seeker: Jobseeker, employers: list[Employer]) -> Employment:
    near = [one for one in employers if one.county == seeker.person.county]
    employer = luck.choices(near, [4 if one.size == "large" else 1 for one in near])[0]
    wait = luck.randrange(3, 40) if luck.random() < 0.65 else luck.randrange(40, 300)
    earliest = max(seeker.registered_on, employer.registered_on) + timedelta(days=3)
    return _start(
        luck, number, seeker.person, employer, weekday(min(earliest + timedelta(days=wait), date(2019, 4, 1)))
    )


def _start(luck: random.Random, number: int, person: Person, employer: Employer, day: date) -> Employment:
    return Employment(number, person, employer, day, weekday(day + timedelta(days=luck.randrange(3))), _base(luck))


def _base(luck: random.Random) -> int:
    return luck.randrange(280_000, 355_000, 5_000)


def _with_ends(luck: random.Random, first: list[Employment], employers: list[Employer]) -> list[Employment]:
    can_end = [one for one in first[1:] if one.starts_on <= date(2018, 12, 3) and one.employer.kind != "cooperative"]
    in_pinghe = [one for one in can_end if one.employer.insured_county == PINGHE and one.starts_on < date(2018, 5, 1)]
    renewing = in_pinghe[:RENEWALS]
    leaving = luck.sample([one for one in can_end if one not in renewing], ENDED - RENEWALS)
    # Those who change employer come first; they are listed, so that two employers' claims to a month meet.
    leaving.sort(key=lambda one: (one.person.household.status != "listed", one.number))
    ends = {one.number: _ended(luck, one, keeps=index % 5 >= 3) for index, one in enumerate(leaving)}
    ends |= {one.number: _expired(one) for one in renewing}
    second = [
        _change(luck, len(first) + index, ends[one.number], employers, same_month=index % 2 == 0)
        for index, one in enumerate(leaving[:CHANGES], start=1)
    ]
    for one in renewing:
        number = len(first) + len(second) + 1
        start = _known(ends[one.number].last_day) + timedelta(days=1)
        second.append(replace(_start(luck, number, one.person, one.employer, start), base_fen=one.base_fen))
    return [ends.get(one.number, one) for one in first] + second


def _ended(luck: random.Random, one: Employment, *, keeps: bool) -> Employment:
    # The 8th to the 17th: late enough that some have paid the month, early enough to start elsewhere in it.
    month = one.starts_on.replace(day=1) + timedelta(days=31 * luck.randrange(2, 6))
    last_day = month.replace(day=luck.randrange(8, 18))
    ended_on = weekday(last_day + timedelta(days=luck.randrange(4)))
    return replace(one, last_day=last_day, ended_on=ended_on, keeps_last_month=keeps)


def _expired(one: Employment) -> Employment:
    last_day = month_end(month_of(one.starts_on + timedelta(days=150)))
    return replace(one, last_day=last_day, ended_on=last_day, renewed=True)


def _change(
    luck: random.Random, number: int, left: Employment, employers: list[Employer], *, same_month: bool
) -> Employment:
    others = [one for one in employers[:LATE_EMPLOYER] if one != left.employer and one.kind != "cooperative"]
    employer = luck.choice([one for one in others if one.county == left.person.county])
    last_day = _known(left.last_day)
    start = last_day + timedelta(days=2) if same_month else weekday(last_day + timedelta(days=luck.randrange(20, 40)))
    return _start(luck, number, left.person, employer, start)


def _known(day: date | None) -> date:
    if day is None:
        raise ValueError("the employment has not ended: only an ended one is followed by another")
    return day


def _confirmed(luck: random.Random, employment: Employment, vacancies: Iterable[Fact]) -> Fact:
    start, employer = employment.starts_on, employment.employer
    fitting = [
        fact.data["vacancy_id"]
        for fact in vacancies
        if fact.data["uscc"] == employer.uscc and fact.at <= start <= date.fromisoformat(fact.data["closes_on"])
    ]
    years = luck.choice((1, 2, 3))
    term_ends = start.replace(year=start.year + years) - timedelta(days=1)
    data: dict[str, Any] = {
        "employment_id": employment.employment_id,
        "id_number": employment.person.id_number,
        "uscc": employer.uscc,
        "starts_on": start.isoformat(),
        "post_kind": "workshop" if employer.kind == "workshop" else "ordinary",
        "contract_until": (_known(employment.last_day) if employment.renewed else term_ends).isoformat(),
        # At most one month in a contract of less than a year, two in one of less than three (劳动合同法 art. 19).
        "probation_months": 1 if employment.renewed else 2,
        "wage_fen": employment.base_fen,
        "county": employer.county,
    }
    if fitting:
        data["vacancy_id"] = fitting[0]
    return _fact(employment, employment.confirmed_on, "employment.confirmed", data)


def _fact(employment: Employment, at: date, kind: str, data: dict[str, Any]) -> Fact:
    return Fact(at, f"{COUNTY_SLUGS[employment.employer.county]}-hr", kind, data, employment.employment_id)
