"""The hard rules that the law or a document sets: working age, minimum wage, public posts, calls, blocks."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.matching.domain.fitting import OWN, PAIR_RULES, PERSON_RULES, RULES, why_not
from services.matching.domain.jobs import Job
from services.matching.domain.retirement import (
    MEN,
    WOMEN_IN_CADRES_POSTS,
    WOMEN_IN_WORKERS_POSTS,
    Group,
    delay_months,
    group_of,
    retires_on,
)
from services.matching.domain.seeker import Seeker
from services.matching.domain.stability import Stability
from services.matching.domain.vacancy import Vacancy
from services.matching.weights import load_wages
from services.matching.words import RULES as SAID
from shared.events.types import PostKind
from tests.support.market import USCC, scene

BEFORE, AFTER = date(2024, 12, 31), date(2025, 1, 1)
SEEKER = Seeker(looking=True, consented=True, status="none", born_on=date(1985, 2, 3), county="350622")
VACANCY = Vacancy(opened=True, uscc=USCC, title="保洁员", openings=1, county="350622", fresh_on=date(2018, 3, 1))


def reason(
    on: date, vacancy: dict[str, Any] | None = None, states: dict[Any, Any] | None = None, **seeker: Any
) -> str | None:
    return why_not(replace(SEEKER, **seeker), "V1", replace(VACANCY, **(vacancy or {})), scene(on, states))


def job(kind: PostKind, first: date, last: date | None) -> Job:
    return Job(f"J{first}", USCC, USCC, "", kind, first, last)


def test_every_rule_has_a_name_a_source_and_words() -> None:
    names = [rule.name for rule in RULES]
    sources = {rule.name: rule.source for rule in RULES} | PERSON_RULES | PAIR_RULES

    assert len(set(names)) == len(names)
    assert sources.keys() == SAID.keys()
    assert all(sources.values())
    assert sources["working_age"] != OWN


class TestRetirement:
    @pytest.mark.parametrize(
        ("group", "born_on", "months"),
        [
            (MEN, date(1964, 12, 31), 0),
            (MEN, date(1965, 1, 1), 1),
            (MEN, date(1965, 4, 30), 1),
            (MEN, date(1965, 5, 1), 2),
            (MEN, date(1976, 9, 1), 36),
            (MEN, date(1990, 1, 1), 36),
            (WOMEN_IN_CADRES_POSTS, date(1969, 12, 1), 0),
            (WOMEN_IN_CADRES_POSTS, date(1970, 1, 1), 1),
            (WOMEN_IN_CADRES_POSTS, date(1981, 9, 1), 36),
            (WOMEN_IN_WORKERS_POSTS, date(1974, 12, 1), 0),
            (WOMEN_IN_WORKERS_POSTS, date(1975, 2, 28), 1),
            (WOMEN_IN_WORKERS_POSTS, date(1975, 3, 1), 2),
            (WOMEN_IN_WORKERS_POSTS, date(1984, 11, 1), 60),
        ],
    )
    def test_is_put_off_by_cohorts_of_birth(self, group: Group, born_on: date, months: int) -> None:
        assert delay_months(born_on, group) == months

    def test_is_at_the_ages_of_1978_until_the_end_of_2024(self) -> None:
        born = date(1975, 6, 15)
        groups = (MEN, WOMEN_IN_CADRES_POSTS, WOMEN_IN_WORKERS_POSTS)

        assert [retires_on(born, group, BEFORE).year for group in groups] == [2035, 2030, 2025]
        assert [retires_on(born, group, AFTER) for group in groups] == [
            date(2038, 2, 15),
            date(2031, 11, 15),
            date(2025, 9, 15),
        ]

    def test_of_somebody_whose_sex_is_unknown_is_the_latest(self) -> None:
        assert group_of(None, cadre=False) == MEN


class TestWorkingAge:
    def test_ends_on_the_birthday_that_the_law_names(self) -> None:
        born = {"born_on": date(1958, 3, 1), "sex": "male"}

        assert reason(date(2018, 2, 28), **born) is None
        assert reason(date(2018, 3, 1), **born) == "working_age"

    def test_of_a_woman_is_longer_in_a_cadres_post(self) -> None:
        born = {"born_on": date(1966, 1, 1), "sex": "female"}

        assert reason(date(2018, 3, 1), **born) == "working_age"
        assert reason(date(2018, 3, 1), {"occupation": "2-06-01-01"}, **born) is None
        assert reason(date(2018, 3, 1), {"post_kind": "talent"}, **born) is None

    def test_has_no_upper_end_where_no_contract_of_employment_is_made(self) -> None:
        assert reason(date(2018, 3, 1), {"post_kind": "work_relief"}, born_on=date(1950, 1, 1)) is None

    def test_is_longer_from_2025(self) -> None:
        born = {"born_on": date(1965, 2, 1), "sex": "male"}

        assert reason(date(2025, 2, 1), **born) is None
        assert reason(date(2025, 3, 1), **born) == "working_age"


class TestMinimumWage:
    @pytest.mark.parametrize(
        ("county", "on", "fen"),
        [
            ("350622", date(2015, 6, 30), None),
            ("350622", date(2017, 6, 30), 123_000),
            ("350622", date(2017, 7, 1), 138_000),
            ("350602", date(2020, 1, 1), 172_000),
            ("350681", date(2020, 1, 1), 157_000),
            ("350604", date(2022, 4, 1), 181_000),
            ("350681", date(2022, 4, 1), 181_000),
            ("350604", date(2020, 1, 1), 157_000),
            ("110101", date(2020, 1, 1), None),
        ],
    )
    def test_is_known_by_county_and_day(self, county: str, on: date, fen: int | None) -> None:
        assert load_wages().floor(county, on) == fen

    def test_is_never_gone_below_in_an_offer(self) -> None:
        on = date(2018, 3, 1)

        assert reason(on, {"wage_min_fen": 137_999, "wage_max_fen": 200_000}) == "below_minimum_wage"
        assert reason(on, {"wage_max_fen": 137_999}) == "below_minimum_wage"
        assert reason(on, {"wage_min_fen": 138_000}) is None

    def test_does_not_bind_where_it_is_unknown_or_no_contract_is_made(self) -> None:
        low = {"wage_min_fen": 1_000}

        assert reason(date(2014, 3, 1), low) is None
        assert reason(date(2018, 3, 8), low | {"post_kind": "village_post"}) is None


class TestAPublicPost:
    PUBLIC: dict[str, Any] = {"post_kind": "public_welfare", "fresh_on": date(2018, 3, 1)}  # noqa: RUF012

    def test_is_kept_for_listed_people_for_a_week(self) -> None:
        assert reason(date(2018, 3, 7), self.PUBLIC) == "listed_first"
        assert reason(date(2018, 3, 7), self.PUBLIC, status="listed") is None
        assert reason(date(2018, 3, 8), self.PUBLIC) is None
        assert reason(date(2018, 3, 1), self.PUBLIC | {"widened": True}) is None
        assert reason(date(2018, 3, 1), {"post_kind": "ordinary"}) is None

    def test_is_had_for_three_years_in_all(self) -> None:
        two = (
            job("public_welfare", date(2013, 1, 1), date(2014, 12, 31)),
            job("public_welfare", date(2016, 1, 1), date(2016, 12, 29)),
        )
        later = self.PUBLIC | {"fresh_on": date(2018, 1, 1)}
        one_more = (*two, job("public_welfare", date(2017, 6, 1), date(2017, 6, 2)))

        assert reason(date(2018, 3, 1), later, jobs=two) is None
        assert reason(date(2018, 3, 1), later, jobs=one_more) == "term_used_up"
        assert reason(date(2018, 3, 1), jobs=one_more) is None

    def test_goes_on_to_retirement_for_who_began_it_in_the_last_five_years(self) -> None:
        jobs = (job("public_welfare", date(2013, 6, 1), date(2018, 1, 31)),)
        later = self.PUBLIC | {"fresh_on": date(2018, 1, 1)}
        on = date(2018, 3, 1)

        assert reason(on, later, jobs=jobs, born_on=date(1958, 5, 31), sex="male") is None
        assert reason(on, later, jobs=jobs, born_on=date(1958, 6, 2), sex="male") == "term_used_up"
        assert reason(on, later, jobs=jobs, born_on=None) == "working_age"


class TestCalls:
    CALL: dict[str, Any] = {"post_kind": "expert_service"}  # noqa: RUF012

    def test_on_an_expert_are_one_a_month_and_four_a_year(self) -> None:
        on = date(2018, 3, 1)
        last_month = (job("expert_service", date(2018, 2, 1), date(2018, 2, 3)),)
        older = (job("expert_service", date(2018, 1, 30), date(2018, 1, 31)),)
        four = tuple(job("dispatch", date(2017, month, 1), date(2017, month, 9)) for month in (4, 6, 8, 10))

        assert reason(on, self.CALL, jobs=last_month) == "called_too_often"
        assert reason(on, self.CALL, jobs=older) is None
        assert reason(on, self.CALL, jobs=four) == "called_too_often"
        assert reason(on, self.CALL, jobs=four[1:]) is None
        assert reason(on, jobs=last_month) is None

    def test_that_never_were_do_not_count(self) -> None:
        void = (job("expert_service", date(2018, 2, 20), date(2018, 2, 19)),)

        assert reason(date(2018, 3, 1), self.CALL, jobs=void) is None


class TestABlock:
    def test_keeps_an_employers_vacancies_from_everyone_on_its_days(self) -> None:
        blocked = {("stability", USCC): Stability(blocks=((date(2018, 1, 1), date(2018, 3, 1)),))}

        assert reason(date(2018, 3, 1), states=blocked) == "employer_blocked"
        assert reason(date(2018, 3, 2), states=blocked) is None
