"""Whatever the order and the days on which facts arrive, the same money is due in the end."""

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.employment import (
    AssessmentRecorded,
    AttendanceRecorded,
    EmploymentCorrected,
    GraduationRecorded,
    GrantClaimed,
    ProviderQualified,
    TrainingCompleted,
)
from shared.events.premiums import PensionContributed
from tests.unit.test_subsidy_world import E1, E2, P1, P2, P3, World, listed

Step = Callable[[World], None]
MARCH_1, THE_END = date(2018, 3, 1), date(2020, 6, 30)
steady = settings(deadline=None, derandomize=True, max_examples=25)


def course(id_: str, started_on: date, finished_on: date) -> TrainingCompleted:
    return TrainingCompleted(
        course_id=id_, provider_id="T1", person_id=P1, started_on=started_on, finished_on=finished_on, days=5
    )


STEPS: list[Step] = [
    lambda w: w.fact(listed(P1, "listed", date(2016, 1, 1), born_on=date(1963, 1, 1), sex="male")),
    lambda w: w.fact(listed(P1, "exited", date(2018, 8, 15))),
    lambda w: w.fact(listed(P1, "listed", date(2018, 11, 2))),
    lambda w: w.fact(listed(P2)),
    lambda w: w.employed("J1", P1, E1, MARCH_1),
    lambda w: w.ended("J1", P1, date(2018, 6, 15)),
    lambda w: w.employed("J2", P1, E2, date(2018, 6, 11)),
    lambda w: w.employed("J3", P2, E1, date(2018, 4, 1)),
    lambda w: w.fact(EmploymentCorrected(employment_id="J3", reason="day", starts_on=date(2018, 5, 1), person_id=P2)),
    lambda w: w.voided("J2", P1, date(2019, 10, 1)),
    lambda w: w.paid(P1, E1, "2018-05", date(2018, 5, 15)),
    lambda w: w.paid(P1, E1, "2018-06", date(2018, 6, 14)),
    lambda w: w.refunded(P1, E1, "2018-06", date(2018, 7, 1), 70_000),
    lambda w: w.corrected(P1, E1, "2018-05", date(2018, 6, 1), 80_000),
    lambda w: w.paid(P1, E2, "2018-06", date(2018, 6, 20)),
    lambda w: w.paid(P1, E2, "2018-09", date(2018, 9, 20)),
    lambda w: w.paid(P1, E2, "2018-12", date(2018, 12, 20)),
    lambda w: w.paid(P1, E2, "2018-12", date(2018, 12, 20)),
    lambda w: w.paid(P2, E1, "2018-04", date(2018, 4, 15)),
    lambda w: w.paid(P2, E1, "2018-05", date(2018, 5, 15)),
    lambda w: w.parameter("social_insurance.max_months", 3),
    lambda w: w.parameter("social_insurance.ratio_percent", 50, date(2018, 12, 1)),
    lambda w: w.parameter("stable_employment.reward_fen", 100_000),
    lambda w: w.parameter("stable_post.ratio_sme_percent", 50),
    lambda w: w.parameter("stable_post.worker_share_percent", 100, date(2018, 5, 31)),
    lambda w: w.fact(listed(P3, "low_income")),
    lambda w: w.fact(ProviderQualified(provider_id="T1", name="某技校", kind="public_agency", county="350622")),
    lambda w: w.fact(course("C1", date(2018, 3, 12), date(2018, 3, 20))),
    lambda w: w.fact(course("C2", date(2018, 6, 11), date(2018, 6, 15))),
    lambda w: w.fact(GraduationRecorded(person_id=P3, school_kind="college", graduated_on=date(2018, 6, 30))),
    lambda w: w.fact(GrantClaimed(programme="graduate-grant", person_id=P3, claimed_on=date(2018, 5, 3))),
    lambda w: w.fact(GrantClaimed(programme="graduate-grant", person_id=P3, claimed_on=date(2018, 11, 12))),
    lambda w: w.parameter("resident_pension.lowest_tier_fen", 10_000),
    lambda w: w.fact(PensionContributed(person_id=P3, year=2018, paid_on=date(2018, 6, 20), own_fen=45_000)),
    lambda w: w.employed("J4", P3, E1, date(2018, 6, 17), "talent"),
    lambda w: w.ended("J4", P3, date(2018, 8, 12)),
    lambda w: w.employed("J5", P3, E1, date(2018, 9, 1), "dispatch"),
    lambda w: w.parameter("dispatch_grant.quarter_fen", 500_000),
    lambda w: w.parameter("dispatch_grant.factor_basic_percent", 80),
    lambda w: w.fact(AttendanceRecorded(
        employment_id="J5", period="2018-Q3", working_days=62, attended_days=60, person_id=P3
    )),
    lambda w: w.fact(AssessmentRecorded(employment_id="J5", period="2018-Q3", grade="basic", person_id=P3)),
]  # fmt: skip


def told(steps: list[Step], days: list[int]) -> World:
    world = World(MARCH_1)
    world.registered(E1)
    world.registered(E2)
    for step, day in zip(steps, days, strict=True):
        world.close_until(MARCH_1 + timedelta(days=day))
        step(world)
    world.close_until(THE_END)
    return world


def test_the_facts_come_to_this() -> None:
    assert told(STEPS, [0] * len(STEPS)).sums() == {
        ("social-insurance", E1, "2018-05"): 80_000 + 74_200,
        ("social-insurance", E1, "2018-06"): 4_200,
        ("social-insurance", E2, "2018-12"): 37_100,
        ("stable-employment", E1, "2019-04"): 100_000,
        ("stable-employment", E2, "2019-06"): 100_000,
        ("stable-post", E1, "2018-05"): 2_909,
        ("stable-post", E1, "2018-06"): 80,
        ("stable-post", E2, "2018-06"): 1_400,
        ("stable-post", E2, "2018-09"): 1_400,
        ("stable-post", E2, "2018-12"): 1_400,
        ("vocational-training", "T1", "2018-03"): 35_000,
        ("graduate-grant", P3, "2018-05"): 200_000,
        ("resident-pension", P3, "2018"): 5_000,
        ("talent-allowance", P3, "2018-06"): 93_333,
        ("talent-allowance", P3, "2018-07"): 200_000,
        ("talent-allowance", P3, "2018-08"): 77_419,
        ("dispatch-grant", P3, "2018-Q3"): 387_097,
    }


@steady
@given(st.permutations(STEPS), st.lists(st.integers(0, 700), min_size=len(STEPS), max_size=len(STEPS)))
def test_any_order_and_any_days_of_arrival_give_the_same_sums(steps: list[Step], days: list[int]) -> None:
    expected = told(STEPS, [0] * len(STEPS))

    world = told(steps, sorted(days))

    assert world.sums() == expected.sums()
    assert world.refused == expected.refused
    assert sum(account.balance_fen for account in world.memory.states("account").values()) == 0
