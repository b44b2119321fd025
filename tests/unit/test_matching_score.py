"""How well two that fit go together: every term of the score."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.distance import Spot, kilometres
from services.matching.domain.household import Household
from services.matching.domain.market import MARKET_ID, Market
from services.matching.domain.occupation import levels_shared
from services.matching.domain.scoring import score_terms
from services.matching.domain.seeker import Seeker
from services.matching.domain.skill import Skill, rarity
from services.matching.domain.stability import Stability
from services.matching.domain.vacancy import Vacancy
from services.matching.domain.weights import BEST_BP, Weights
from shared.events.types import Sex, Status
from tests.support.market import scene

DAY = date(2018, 3, 1)
SEEKER = Seeker(
    known_sequence=1,
    status="listed",
    born_on=date(1985, 2, 3),
    household="H1",
    county="350622",
    township="350622100",
    skills=("平车缝纫",),
    occupations=("缝纫工",),
    wanted_wage_fen=250_000,
    without_work_since=date(2017, 1, 1),
)
VACANCY = Vacancy(
    uscc="91350622MA2XN0K4TC",
    title="缝纫工",
    openings=1,
    county="350622",
    township="350622100",
    skills=("平车缝纫", "锁边"),
    wage_min_fen=260_000,
    wage_max_fen=310_000,
    fresh_on=DAY,
)
AT_HOME = {("household", "H1"): Household(("p",)), ("seeker", "p"): SEEKER}
LASTING = {("stability", VACANCY.uscc): Stability(begun=10_000, left_early=0)}


def terms(vacancy: dict[str, Any] | None = None, states: dict[Any, Any] | None = None, **seeker: Any) -> dict[str, int]:
    return score_terms(replace(SEEKER, **seeker), replace(VACANCY, **(vacancy or {})), scene(DAY, states))


def test_no_score_is_above_the_best_possible_and_every_term_can_reach_its_weight() -> None:
    found = terms({"skills": (), "wage_max_fen": 375_000}, AT_HOME | LASTING)

    assert found | {"stability": 500} == scene(DAY).weights.best
    assert BEST_BP - 1 <= sum(found.values()) <= BEST_BP


class TestSkills:
    def test_that_nobody_counted_yet_weigh_the_same_and_their_share_is_rounded_down(self) -> None:
        assert terms()["skills"] == 1_500
        assert terms({"skills": ("平车缝纫", "锁边", "裁剪")})["skills"] == 1_000

    def test_weigh_the_more_the_rarer_they_are(self) -> None:
        counted = {
            ("market", MARKET_ID): Market(forms=100),
            ("skill", "平车缝纫"): Skill(60),
            ("skill", "锁边"): Skill(6),
        }

        assert terms(states=counted)["skills"] == 3_000 * 1 // (1 + 5)
        assert terms(states=counted, skills=("锁边",))["skills"] == 3_000 * 5 // (1 + 5)

    def test_that_are_not_asked_for_weigh_nothing(self) -> None:
        assert terms(skills=("平车缝纫", "绘画"))["skills"] == terms()["skills"]

    @pytest.mark.parametrize(
        ("named", "forms", "expected"), [(0, 0, 1), (60, 100, 1), (50, 100, 2), (6, 100, 5), (1, 10**6, 10)]
    )
    def test_grow_by_one_for_each_halving_of_their_share(self, named: int, forms: int, expected: int) -> None:
        assert rarity(named, forms) == expected


class TestOccupation:
    def test_takes_the_title_where_no_occupation_is_stated(self) -> None:
        assert [terms()["occupation"], terms({"occupation": "裁剪工"})["occupation"]] == [2_000, 0]

    @pytest.mark.parametrize(
        ("wanted", "had", "levels"),
        [
            ("6-31-01-02", "6310102", 4),
            ("6-31-01-02", "6-31-01-05", 3),
            ("6-31-01-02", "6-31-02-01", 2),
            ("63101", "60000", 1),
            ("63101", "63199", 2),
            ("63101", "40100", 0),
            ("63101", "63101", 4),
            ("63101", "缝纫工", 0),
            ("6", "63101", 1),
        ],
    )
    def test_is_as_close_as_the_codes_agree(self, wanted: str, had: str, levels: int) -> None:
        assert levels_shared(wanted, ["电工", had]) == levels

    def test_that_is_related_counts_in_proportion(self) -> None:
        assert terms({"occupation": "63102"}, occupations=("63101",))["occupation"] == 1_000


class TestNearness:
    def test_counts_a_township_more_than_a_county_and_a_county_more_than_nothing(self) -> None:
        places = [("350622", "350622100"), ("350622", "350622101"), ("350624", "350624100")]
        found = [terms({"county": county, "township": township})["nearness"] for county, township in places]

        assert found == [1_500, 750, 0]

    def test_counts_unknown_townships_as_different(self) -> None:
        assert terms({"township": ""}, township="")["nearness"] == 750

    def test_counts_the_distance_where_both_points_are_known(self) -> None:
        away = {"county": "350624", "township": "350624100"}
        near, far = away | {"spot": Spot(2395, 11740)}, away | {"spot": Spot(2371, 11718)}

        assert terms(near, spot=Spot(2395, 11734))["nearness"] == 1_500 * (30 - 6) // 30
        assert terms(far, spot=Spot(2395, 11734))["nearness"] == 0

    def test_is_measured_in_full_kilometres(self) -> None:
        assert [kilometres(Spot(0, 0), Spot(north, 0)) for north in (0, 1, 9, 90)] == [0, 1, 10, 100]


class TestWage:
    def test_counts_over_the_wanted_one_up_to_half_as_much_again(self) -> None:
        wages = [250_000, 310_000, 375_000, 900_000, None]
        found = [terms({"wage_min_fen": None, "wage_max_fen": wage})["wage"] for wage in wages]

        assert found == [0, 480, 1_000, 1_000, 0]
        assert terms(wanted_wage_fen=0)["wage"] == 0


class TestFreshness:
    @pytest.mark.parametrize(
        ("since", "expected"),
        [(DAY, 500), (date(2018, 2, 14), 250), (date(2017, 1, 1), 0), (None, 0), (date(2018, 3, 9), 500)],
    )
    def test_is_nought_after_thirty_days(self, since: date | None, expected: int) -> None:
        assert terms({"fresh_on": since})["freshness"] == expected


class TestStability:
    def test_is_the_half_for_an_employer_nobody_knows(self) -> None:
        assert terms()["stability"] == 250

    def test_is_the_share_that_lasted_a_year(self) -> None:
        half = {("stability", VACANCY.uscc): Stability(begun=8, left_early=6)}

        assert terms(states=half)["stability"] == 500 * 3 // 10


class TestNeed:
    @pytest.mark.parametrize("status", get_args(Status))
    def test_knows_every_status(self, status: Status) -> None:
        assert terms(status=status)["need"] == scene(DAY).weights.need[status]

    def test_grows_with_the_time_without_work_for_half_a_year(self) -> None:
        since = [None, DAY, date(2017, 12, 1), date(2017, 1, 1), date(2019, 1, 1)]

        assert [terms(without_work_since=day)["waiting"] for day in since] == [0, 0, 150, 300, 0]

    def test_counts_a_household_in_which_nobody_works(self) -> None:
        works = {("seeker", "q"): replace(SEEKER, employments=("J1",))}
        both = AT_HOME | {("household", "H1"): Household(("p", "q"))}
        moved = {("seeker", "q"): replace(SEEKER, employments=("J1",), household="H2")}

        assert [terms(states=states)["household"] for states in (AT_HOME, both | works, both | moved, {})] == [
            400,
            0,
            400,
            0,
        ]
        assert terms(states=AT_HOME, household="")["household"] == 0


@given(
    sex=st.sampled_from(["male", "female", None]),
    born_on=st.none() | st.dates(date(1940, 1, 1), date(2002, 1, 1)),
    able=st.booleans(),
    known_sequence=st.integers(1, 10**9),
    education=st.sampled_from(["", "71", "21"]),
)
def test_neither_sex_nor_age_nor_disability_nor_any_number_of_a_person_scores(
    sex: Sex | None, born_on: date | None, able: bool, known_sequence: int, education: str
) -> None:
    other = terms(sex=sex, born_on=born_on, able=able, known_sequence=known_sequence, education=education)

    assert other == terms()
    assert not {"sex", "disability", "age", "ethnicity"} & {*Weights.model_fields, *other}
