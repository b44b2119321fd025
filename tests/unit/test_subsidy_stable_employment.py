from datetime import date

import pytest

from shared.events.employment import EmploymentCorrected
from tests.unit.test_subsidy_world import E1, E2, E3, P1, PINGHE, YUNXIAO, World, listed, workshop

SE = "stable-employment"
MARCH_1 = date(2018, 3, 1)
REWARD = "stable_employment.reward_fen"


def rewarding(opens_on: date = MARCH_1, **parameters: int) -> World:
    world = workshop(opens_on)
    world.parameter(REWARD, 100_000)
    for name, value in parameters.items():
        world.parameter(f"stable_employment.{name}", value)
    return world


def rewards(world: World) -> dict[tuple[str, str], int]:
    return {(payee, period): fen for (programme, payee, period), fen in world.sums().items() if programme == SE}


def reasons(world: World) -> dict[tuple[str, str], str]:
    return {(payee, period): reason for (name, payee, period), reason in world.refused.items() if name == SE}


class TestTheTerm:
    @pytest.mark.parametrize(
        ("starts_on", "complete_on"),
        [
            (date(2018, 3, 1), date(2019, 2, 28)),
            (date(2019, 3, 1), date(2020, 2, 29)),
            (date(2020, 2, 29), date(2021, 2, 28)),
            (date(2018, 1, 31), date(2019, 1, 30)),
        ],
    )
    def test_is_complete_at_the_close_of_the_day_before_the_same_day_number(
        self, starts_on: date, complete_on: date
    ) -> None:
        world = rewarding(starts_on)
        world.employed("J1", P1, E1, starts_on)
        world.close_until(date.fromordinal(complete_on.toordinal() - 1))

        assert rewards(world) == {}

        world.close(complete_on)

        assert [(line.claim.programme, line.posted_on) for line in world.posted] == [(SE, complete_on)]

    def test_is_posted_on_the_open_day_where_the_employment_becomes_known_late(self) -> None:
        world = rewarding(date(2019, 6, 10))
        world.employed("J1", P1, E1, MARCH_1)
        world.close_until(date(2019, 6, 10))

        assert world.lines == [(SE, E1, "2019-02", "2019-06", "1000.00")]

    def test_may_be_of_another_length_where_a_document_says_so(self) -> None:
        world = rewarding(months=6)
        world.employed("J1", P1, E1, MARCH_1)
        world.close_until(date(2018, 12, 31))

        assert rewards(world) == {(E1, "2018-08"): 100_000}

    def test_is_of_the_length_in_force_on_the_day_it_is_complete(self) -> None:
        world = rewarding()
        world.parameter("stable_employment.months", 6, date(2018, 10, 1))
        world.employed("J2", P1, E2, date(2018, 5, 1))
        world.close_until(date(2019, 12, 31))

        assert rewards(world) == {(E2, "2018-10"): 100_000}

    def test_that_gets_shorter_is_complete_at_once_for_who_has_worked_as_long_and_longer(self) -> None:
        world = rewarding()
        world.parameter("stable_employment.months", 6, date(2018, 10, 15))
        world.employed("J1", P1, E1, MARCH_1)  # six months were over in August, twelve are in February
        world.close_until(date(2018, 10, 14))
        assert rewards(world) == {}

        world.close_until(date(2019, 12, 31))

        assert [(line.claim.period, line.posted_on) for line in world.posted] == [("2018-10", date(2018, 10, 15))]

    def test_that_gets_shorter_is_not_complete_for_who_left_before(self) -> None:
        world = rewarding()
        world.parameter("stable_employment.months", 6, date(2018, 10, 15))
        world.employed("J1", P1, E1, MARCH_1)
        world.ended("J1", P1, date(2018, 10, 14))
        world.close_until(date(2019, 12, 31))

        assert rewards(world) == {}
        assert reasons(world) == {(E1, "2018-10"): "not_stable_long_enough"}

    def test_that_was_complete_before_it_gets_longer_stays_complete(self) -> None:
        world = rewarding()
        world.parameter("stable_employment.months", 24, date(2019, 3, 1))
        world.employed("J1", P1, E1, MARCH_1)
        world.employed("J2", P1, E2, date(2018, 3, 2))
        world.close_until(date(2019, 12, 31))
        assert rewards(world) == {(E1, "2019-02"): 100_000}

        world.close_until(date(2020, 3, 1))

        assert rewards(world) == {(E1, "2019-02"): 100_000, (E2, "2020-03"): 100_000}


class TestRunningOn:
    def test_employments_that_follow_each_other_without_a_day_off_run_on(self) -> None:
        world = rewarding()
        world.employed("J1", P1, E1, MARCH_1)
        world.ended("J1", P1, date(2018, 4, 30))
        world.employed("J2", P1, E1, date(2018, 5, 1))
        world.close_until(date(2019, 3, 31))

        assert rewards(world) == {(E1, "2019-02"): 100_000}

    @pytest.mark.parametrize(("back_on", "period"), [(date(2018, 5, 11), "2019-02"), (date(2018, 5, 12), "2019-05")])
    def test_a_gap_of_the_days_allowed_runs_on_and_a_longer_one_starts_anew(self, back_on: date, period: str) -> None:
        world = rewarding(max_gap_days=10)
        world.employed("J1", P1, E1, MARCH_1)
        world.ended("J1", P1, date(2018, 4, 30))
        world.employed("J2", P1, E1, back_on)
        world.close_until(date(2019, 6, 30))

        assert rewards(world) == {(E1, period): 100_000}

    def test_overlapping_employments_are_one(self) -> None:
        world = rewarding()
        world.employed("J1", P1, E1, MARCH_1)
        world.ended("J1", P1, date(2018, 12, 31))
        world.employed("J2", P1, E1, date(2018, 6, 1))
        world.ended("J2", P1, date(2019, 2, 28))
        world.close_until(date(2019, 3, 31))

        assert rewards(world) == {(E1, "2019-02"): 100_000}

    def test_another_employer_starts_anew(self) -> None:
        world = rewarding()
        world.employed("J1", P1, E1, MARCH_1)
        world.ended("J1", P1, date(2018, 8, 31))
        world.employed("J2", P1, E2, date(2018, 9, 1))
        world.close_until(date(2019, 8, 31))

        assert rewards(world) == {(E2, "2019-08"): 100_000}
        assert reasons(world) == {(E1, "2018-08"): "not_stable_long_enough"}

    def test_an_employment_that_closes_a_gap_later_is_taken_as_if_known_in_time(self) -> None:
        world = rewarding()
        world.employed("J1", P1, E1, MARCH_1)
        world.ended("J1", P1, date(2018, 4, 30))
        world.employed("J3", P1, E1, date(2018, 6, 1))
        world.close_until(date(2019, 3, 31))

        assert rewards(world) == {}

        world.employed("J2", P1, E1, date(2018, 5, 1))
        world.ended("J2", P1, date(2018, 5, 31))
        world.close_until(date(2019, 4, 1))

        assert world.lines == [(SE, E1, "2019-02", "2019-04", "1000.00")]
        assert reasons(world) == {}


class TestTheReward:
    def test_is_given_once_for_each_person_and_employer(self) -> None:
        world = rewarding()
        world.employed("J1", P1, E1, MARCH_1)
        world.ended("J1", P1, date(2019, 3, 31))
        world.employed("J2", P1, E1, date(2019, 5, 1))
        world.close_until(date(2020, 5, 31))

        assert rewards(world) == {(E1, "2019-02"): 100_000}
        assert reasons(world) == {(E1, "2020-04"): "already_granted"}

    def test_is_given_by_each_employer_that_keeps_the_person(self) -> None:
        world = rewarding()
        world.employed("J1", P1, E1, MARCH_1)
        world.employed("J2", P1, E2, MARCH_1)
        world.close_until(date(2019, 2, 28))

        assert rewards(world) == {(E1, "2019-02"): 100_000, (E2, "2019-02"): 100_000}

    def test_does_not_depend_on_premiums_or_the_kind_of_employer(self) -> None:
        world = rewarding()
        world.registered(E3, "cooperative", county=YUNXIAO)
        world.employed("J1", P1, E3, MARCH_1)
        world.close_until(date(2019, 2, 28))

        assert rewards(world) == {(E3, "2019-02"): 100_000}

    @pytest.mark.parametrize(("exits_on", "given"), [(date(2019, 2, 28), 0), (date(2019, 3, 1), 1)])
    def test_needs_the_status_on_the_day_of_completion(self, exits_on: date, given: int) -> None:
        world = rewarding()
        world.employed("J1", P1, E1, MARCH_1)
        world.fact(listed(P1, "exited", exits_on))
        world.close_until(date(2019, 3, 31))

        assert len(rewards(world)) == given
        assert (reasons(world) == {(E1, "2019-02"): "not_eligible_status"}) is not bool(given)

    def test_counts_a_countys_own_amount_from_the_day_of_completion(self) -> None:
        world = rewarding()
        world.registered(E3, county=PINGHE)
        world.parameter(REWARD, 150_000, date(2019, 2, 28), PINGHE)
        world.employed("J1", P1, E1, MARCH_1)
        world.employed("J2", P1, E3, MARCH_1)
        world.close_until(date(2019, 2, 28))

        assert rewards(world) == {(E1, "2019-02"): 100_000, (E3, "2019-02"): 150_000}

    def test_falls_back_to_the_general_amount_where_a_county_abolished_its_own(self) -> None:
        world = rewarding()
        world.parameter(REWARD, 150_000, date(2018, 1, 1), YUNXIAO)
        world.parameter(REWARD, None, date(2019, 1, 1), YUNXIAO)
        world.employed("J1", P1, E1, MARCH_1)
        world.close_until(date(2019, 2, 28))

        assert rewards(world) == {(E1, "2019-02"): 100_000}

    def test_is_refused_on_the_day_of_completion_where_no_document_sets_it(self) -> None:
        world = workshop(MARCH_1)
        world.employed("J1", P1, E1, MARCH_1)
        world.close_until(date(2019, 2, 27))

        assert reasons(world) == {}

        world.close(date(2019, 2, 28))

        assert reasons(world) == {(E1, "2019-02"): "parameter_unset"}

    def test_is_posted_when_the_amount_is_published_late(self) -> None:
        world = workshop(MARCH_1)
        world.employed("J1", P1, E1, MARCH_1)
        world.close_until(date(2019, 2, 28))
        world.parameter(REWARD, 100_000)
        world.close_until(date(2019, 3, 1))

        assert world.lines == [(SE, E1, "2019-02", "2019-03", "1000.00")]


class TestTakingBack:
    def completed(self) -> World:
        world = rewarding()
        world.employed("J1", P1, E1, MARCH_1)
        world.close_until(date(2019, 2, 28))
        return world

    def test_a_void_inside_the_term_takes_the_reward_back(self) -> None:
        world = self.completed()
        world.voided("J1", P1, date(2018, 10, 1))
        world.close_until(date(2019, 3, 1))

        assert world.lines[-1] == (SE, E1, "2019-02", "2019-03", "-1000.00")
        assert reasons(world) == {(E1, "2018-09"): "not_stable_long_enough"}
        assert world.balances(E1)["receivable"] == "1000.00"

    def test_a_void_after_the_term_leaves_the_reward(self) -> None:
        world = self.completed()
        world.voided("J1", P1, date(2019, 3, 1))
        world.close_until(date(2019, 3, 1))

        assert rewards(world) == {(E1, "2019-02"): 100_000}

    def test_a_later_first_day_takes_it_back_and_gives_it_when_the_term_is_complete(self) -> None:
        world = self.completed()
        world.fact(EmploymentCorrected(
            employment_id="J1", reason="wrong day", starts_on=date(2018, 4, 16), person_id=P1
        ))  # fmt: skip
        world.close_until(date(2019, 4, 30))

        assert world.lines == [
            (SE, E1, "2019-02", "2019-02", "1000.00"),
            (SE, E1, "2019-02", "2019-03", "-1000.00"),
            (SE, E1, "2019-04", "2019-04", "1000.00"),
        ]

    def test_is_said_of_an_employment_that_ended_early_once_its_last_day_is_over(self) -> None:
        world = rewarding()
        world.employed("J1", P1, E1, MARCH_1)
        world.ended("J1", P1, date(2018, 9, 30))
        world.close_until(date(2018, 9, 29))

        assert reasons(world) == {}

        world.close(date(2018, 9, 30))

        assert reasons(world) == {(E1, "2018-09"): "not_stable_long_enough"}
