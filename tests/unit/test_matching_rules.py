"""Who fits what: every hard rule."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from services.matching.domain.distance import Spot, is_within, spot_of
from services.matching.domain.fitting import age_on, education_rank, why_not
from services.matching.domain.refs import OfferRef
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy
from services.matching.domain.weights import Weights
from services.matching.weights import load_weights
from shared.events.people import Location
from tests.support.market import scene

DAY = date(2018, 3, 1)
SEEKER = Seeker(
    known_sequence=1,
    looking=True,
    consented=True,
    status="listed",
    born_on=date(1985, 2, 3),
    county="350622",
    township="350622100",
    education="71",
    skills=("平车缝纫",),
    occupations=("缝纫工",),
    wanted_wage_fen=250_000,
    phone_id="h",
)
VACANCY = Vacancy(
    opened=True,
    title="缝纫工",
    openings=1,
    county="350622",
    township="350622100",
    skills=("平车缝纫", "锁边"),
    wage_min_fen=260_000,
    wage_max_fen=310_000,
)
REFS = tuple(OfferRef(number, 1, f"o{number}", "p", "V1") for number in range(20))
YUNXIAO, ZHAOAN = Spot(2395, 11734), Spot(2371, 11718)  # the two county towns, 31 km apart


def weights() -> Weights:
    found = load_weights().on(DAY)
    assert found is not None
    return found


def reason(vacancy: dict[str, Any] | None = None, **seeker: Any) -> str | None:
    return why_not(replace(SEEKER, **seeker), "V1", replace(VACANCY, **(vacancy or {})), scene())


class TestHardRules:
    def test_nothing_keeps_these_two_apart(self) -> None:
        assert reason() is None

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"looking": False}, "not_looking"),
            ({"consented": False}, "no_consent"),
            ({"able": False}, "not_able"),
            ({"employments": ("J1",)}, "employed"),
            ({"offered": ("V1",)}, "already_offered"),
            ({"county": "350628"}, "too_far"),
            ({"wanted_wage_fen": 310_001}, "wage"),
            ({"born_on": None}, "working_age"),
            ({"accepted": (OfferRef(1, 1, "o", "p", "V9"),)}, "holds_a_place"),
            ({"offered_on": (DAY,) * 3}, "enough_today"),
            ({"offered_on": (date(2018, 2, 23),) * 6}, "enough_this_week"),
        ],
    )
    def test_a_person_is_kept_from_an_offer_for_a_named_reason(self, changes: dict[str, Any], expected: str) -> None:
        assert reason(**changes) == expected

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"opened": False}, "not_open"),
            ({"hired": 1}, "no_place"),
            ({"accepted": ("p",)}, "no_place"),
            ({"asked": 30}, "enough_asked"),
            ({"wage_min_fen": 137_999}, "below_minimum_wage"),
            ({"closes_on": date(2018, 2, 28)}, "not_open"),
            ({"openings": 2, "open": REFS}, "enough_candidates"),
            ({"reserved_for": ("monitored", "low_income")}, "reserved"),
            ({"education_min": "61"}, "education"),
            ({"age_min": 34}, "age"),
            ({"age_max": 32}, "age"),
        ],
    )
    def test_a_vacancy_is_kept_from_a_person_for_a_named_reason(self, changes: dict[str, Any], expected: str) -> None:
        assert reason(changes) == expected

    def test_bounds_are_inclusive(self) -> None:
        bounds = {"age_min": 33, "age_max": 33, "wage_max_fen": 250_000, "closes_on": DAY, "education_min": "71"}

        assert reason(bounds | {"reserved_for": ("listed",)}) is None

    def test_nobody_works_before_sixteen_whatever_the_vacancy_says(self) -> None:
        assert reason(born_on=date(2002, 3, 2)) == "working_age"
        assert reason(born_on=date(2002, 3, 1)) is None

    def test_a_vacancy_that_states_no_wage_is_kept_from_nobody(self) -> None:
        assert reason({"wage_min_fen": None, "wage_max_fen": None}) is None
        assert reason({"wage_max_fen": None}, wanted_wage_fen=260_001) == "wage"

    def test_whoever_both_have_a_place_go_by_the_way_the_person_would_go(self) -> None:
        near = {"spot": ZHAOAN, "county": "350624"}

        assert reason(near, spot=YUNXIAO, max_distance_km=32) is None
        assert reason(near, spot=YUNXIAO, max_distance_km=30) == "too_far"
        assert reason(near, spot=YUNXIAO) == "too_far"
        assert reason(near, max_distance_km=3_000) == "too_far"


class TestAge:
    def test_of_a_birthday_on_a_leap_day_counts_from_march(self) -> None:
        born = date(2000, 2, 29)

        assert [age_on(born, date(2018, 2, 28)), age_on(born, date(2018, 3, 1))] == [17, 18]


class TestEducation:
    def test_levels_rank_from_other_to_postgraduate(self) -> None:
        ranks = [education_rank(code) for code in ("90", "81", "71", "61", "31", "21", "11")]

        assert ranks == sorted(set(ranks))

    def test_vocational_and_general_upper_secondary_are_one_level(self) -> None:
        assert education_rank("41") == education_rank("47") == education_rank("61")

    def test_who_left_school_early_stands_between_two_levels(self) -> None:
        assert education_rank("81") < education_rank("73") < education_rank("71")


class TestDistance:
    def test_of_a_point_to_itself_is_nothing(self) -> None:
        assert is_within(YUNXIAO, YUNXIAO, km=0)

    def test_is_the_same_both_ways(self) -> None:
        assert is_within(YUNXIAO, ZHAOAN, km=32) == is_within(ZHAOAN, YUNXIAO, km=32)

    def test_goes_the_short_way_round(self) -> None:
        assert is_within(Spot(0, 17999), Spot(0, -17999), km=3)

    def test_a_degree_of_longitude_is_half_as_long_at_sixty_degrees(self) -> None:
        assert is_within(Spot(6000, 0), Spot(6000, 100), km=56)
        assert not is_within(Spot(6000, 0), Spot(6000, 100), km=55)

    def test_coordinates_become_hundredths_of_a_degree(self) -> None:
        assert spot_of(Location(lat=23.954, lon=117.336)) == Spot(2395, 11734)


class TestWeights:
    def test_before_the_first_dated_entry_there_are_none(self) -> None:
        assert load_weights().on(date(2012, 12, 31)) is None

    def test_that_do_not_add_up_are_refused(self) -> None:
        with pytest.raises(ValidationError, match="the best possible score is 10000, these weights make 9999"):
            Weights.model_validate(weights().model_dump() | {"skills": 2_999})

    def test_that_leave_a_status_out_are_refused(self) -> None:
        with pytest.raises(ValidationError, match="need names every status once"):
            Weights.model_validate(weights().model_dump() | {"need": {"listed": 800}})

    def test_that_prefer_the_county_to_the_township_are_refused(self) -> None:
        with pytest.raises(ValidationError, match="no more than the same township"):
            Weights.model_validate(weights().model_dump() | {"county": 1_501})
