"""Courses that a provider is paid for, and training days that a county is paid for."""

from datetime import date
from typing import Any

import pytest

from shared.events.employment import ActivityHeld, ProviderQualified, TrainingCompleted
from tests.unit.test_subsidy_world import P1, P2, YUNXIAO, World, listed

VT, DT = "vocational-training", "dispatch-training"
MARCH_1, MARCH_20 = date(2018, 3, 1), date(2018, 3, 20)


def trainee(provider_kind: str | None = "public_agency", **fields: Any) -> World:
    world = World(MARCH_1)
    world.fact(listed(P1, **fields))
    if provider_kind:
        world.fact(qualified(provider_kind))
    return world


def qualified(kind: str = "public_agency", valid_until: date | None = None) -> ProviderQualified:
    return ProviderQualified(
        provider_id="T1", name="云霄县公共就业服务中心", kind=kind, county=YUNXIAO, valid_until=valid_until
    )


def course(id_: str, started_on: date, finished_on: date, person: str = P1) -> TrainingCompleted:
    return TrainingCompleted(
        course_id=id_, provider_id="T1", person_id=person, started_on=started_on, finished_on=finished_on, days=5
    )


def taught(world: World, *courses: TrainingCompleted) -> World:
    for each in courses:
        world.fact(each)
    world.close_until(world.open_day)
    return world


MARCH = course("C1", date(2018, 3, 12), MARCH_20)


class TestACourse:
    def test_pays_the_provider_for_each_person_on_the_day_of_the_fact(self) -> None:
        world = trainee()
        world.fact(listed(P2))

        taught(world, MARCH, course("C1", date(2018, 3, 12), MARCH_20, P2))

        assert world.lines == [(VT, "T1", "2018-03", "2018-03", "350.00")] * 2

    def test_is_paid_once_a_year_the_year_of_its_last_day(self) -> None:
        turn = course("C3", date(2018, 12, 28), date(2019, 1, 3))
        world = taught(trainee(), MARCH, course("C2", date(2018, 10, 8), date(2018, 10, 12)), turn)

        assert [line[2] for line in world.lines] == ["2018-03", "2019-01"]
        assert world.refused == {(VT, "T1", "2018-10"): "once_a_year"}

    def test_of_the_same_month_as_a_paid_one_is_refused_beside_it(self) -> None:
        world = taught(trainee(), MARCH, course("C2", date(2018, 3, 22), date(2018, 3, 28)))

        assert [line[-1] for line in world.lines] == ["350.00"]
        assert world.refused == {(VT, "T1", "2018-03"): "once_a_year"}

    def test_that_is_refused_does_not_use_up_the_year(self) -> None:
        world = trainee()
        world.fact(listed(P1, "none", date(2018, 3, 1)))
        world.fact(listed(P1, "listed", date(2018, 4, 1)))

        taught(world, MARCH, course("C2", date(2018, 4, 2), date(2018, 4, 6)))

        assert [line[2] for line in world.lines] == ["2018-04"]
        assert world.refused == {(VT, "T1", "2018-03"): "not_eligible_status"}

    def test_that_becomes_known_late_takes_the_place_of_a_later_one(self) -> None:
        world = taught(trainee(), course("C2", date(2018, 4, 2), date(2018, 4, 6)))

        taught(world, MARCH)

        assert [line[2:] for line in world.lines] == [
            ("2018-04", "2018-03", "350.00"), ("2018-04", "2018-03", "-350.00"), ("2018-03", "2018-03", "350.00")
        ]  # fmt: skip

    def test_told_twice_is_paid_once(self) -> None:
        assert len(taught(trainee(), MARCH, MARCH).lines) == 1


class TestAProvider:
    @pytest.mark.parametrize(
        ("kind", "until", "paid"),
        [
            ("public_agency", None, True),
            ("provincial_key_technical_school", MARCH_20, True),
            ("county_training_base", date(2018, 3, 19), False),
            ("other", None, False),
        ],
    )
    def test_is_of_a_qualified_kind_and_its_term_is_not_past_on_the_last_day(
        self, kind: str, until: date | None, paid: bool
    ) -> None:
        world = trainee(None)
        world.fact(qualified(kind, until))

        taught(world, MARCH)

        assert bool(world.lines) is paid
        assert world.refused == ({} if paid else {(VT, "T1", "2018-03"): "provider_not_qualified"})

    def test_that_becomes_known_late_is_paid_for_the_courses_before(self) -> None:
        world = taught(trainee(None), MARCH)
        refused = world.refused
        world.fact(qualified())
        world.close_until(date(2018, 3, 2))

        assert refused == {(VT, "T1", "2018-03"): "provider_not_qualified"}
        assert [line[-1] for line in world.lines] == ["350.00"]

    def test_that_turns_out_unqualified_gives_the_money_back(self) -> None:
        world = taught(trainee(), MARCH)
        world.fact(qualified("other"))
        world.fact(qualified())  # repeats the first, so it changes nothing
        world.close_until(date(2018, 3, 2))

        assert [line[-1] for line in world.lines] == ["350.00", "-350.00"]


@pytest.mark.parametrize(
    ("born_on", "sex", "paid"),
    [
        (date(1958, 3, 12), "female", True),  # sixty on the first day of the course
        (date(1958, 3, 11), "female", False),
        (date(1940, 1, 1), "male", True),
    ],
)
def test_women_are_paid_for_up_to_and_including_the_birthday(born_on: date, sex: str, paid: bool) -> None:
    world = taught(trainee(born_on=born_on, sex=sex), MARCH)

    assert bool(world.lines) is paid
    assert world.refused == ({} if paid else {(VT, "T1", "2018-03"): "not_eligible_age"})


class TestTrainingDays:
    def held(self, *heads: int) -> World:
        world = World(date(2020, 11, 20))
        for number in heads:
            world.fact(ActivityHeld(
                programme=DT, date=date(2020, 11, 18), county="621024", kind="培训", headcount=number
            ))  # fmt: skip
        world.close_until(date(2020, 11, 20))
        return world

    def test_pay_the_county_a_line_for_each_activity(self) -> None:
        assert self.held(13, 5).lines == [
            (DT, "621024", "2020-11", "2020-11", "1560.00"), (DT, "621024", "2020-11", "2020-11", "600.00")
        ]  # fmt: skip

    def test_told_twice_are_paid_once(self) -> None:
        assert [line[-1] for line in self.held(13, 13).lines] == ["1560.00"]

    def test_are_worked_out_again_when_the_figure_changes(self) -> None:
        world = self.held(13)
        world.parameter("dispatch_training.person_day_fen", 10_000, county="621024")
        world.close_until(date(2020, 11, 21))

        assert [line[-1] for line in world.lines] == ["1560.00", "-260.00"]

    def test_accrue_nothing_without_a_figure(self) -> None:
        world = self.held(13)
        world.parameter("dispatch_training.person_day_fen", None)
        world.close_until(date(2020, 11, 21))

        assert [line[-1] for line in world.lines] == ["1560.00", "-1560.00"]
        assert world.refused == {(DT, "621024", "2020-11"): "parameter_unset"}
