"""Placements: what is wrong is accepted, named by a task, and the task goes when its cause goes."""

from datetime import date

import pytest

from shared.events.placements import PlacementChecked
from tests.support.facts import offer
from tests.support.placing import Town, job, number, pseudonym, seeker

DISPATCH = {"contract_until": "2021-10-31"}


def dispatched(**said: str) -> Town:
    """Return a town in which a volunteer was posted on the second of November 2020."""
    town = Town()
    town.accept(seeker(1), job("J1", 1, "2020-11-02", **DISPATCH | said))
    return town


class TestAgreementAndArrival:
    def test_are_missed_at_the_closing_of_mid_november_and_not_before(self) -> None:
        town = dispatched()
        town.close("2020-11-14")
        assert town.open() == []
        town.close("2020-11-15")
        assert town.open() == ["agreement_missing J1", "arrival_missing J1"]
        assert town.details("arrival_missing")["clause"].endswith("五（一）")

    def test_that_come_in_time_leave_nothing_to_do(self) -> None:
        town = dispatched()
        town.say("agreement.signed", employment_id="J1", version="v1", date="2020-11-05", parties=["甲", "乙", "丙"])
        town.say("arrival.recorded", employment_id="J1", date="2020-11-10")
        town.close("2020-11-20")
        assert town.open() == []
        assert (town.placement().parties, town.placement().arrived_on) == (3, date(2020, 11, 10))

    def test_that_come_late_close_their_tasks(self) -> None:
        town = dispatched()
        town.close("2020-11-15")
        town.say("arrival.recorded", employment_id="J1", date="2020-11-20")
        assert town.open() == ["agreement_missing J1"]
        town.say("agreement.signed", employment_id="J1", version="v1", date="2020-11-21", parties=["甲", "乙", "丙"])
        assert town.open() == []

    def test_an_agreement_of_two_is_not_the_tripartite_one(self) -> None:
        town = dispatched()
        town.say("agreement.signed", employment_id="J1", version="v1", date="2020-11-05", parties=["甲", "乙"])
        town.close("2020-11-15")
        assert "agreement_missing J1" in town.open()
        town.say("agreement.signed", employment_id="J1", version="v2", date="2020-11-18", parties=["甲", "乙", "丙"])
        assert "agreement_missing J1" not in town.open()

    def test_who_begins_later_has_fifteen_days(self) -> None:
        town = Town("2021-02-28")
        town.accept(seeker(1), job("J1", 1, "2021-03-01", **DISPATCH))
        town.close("2021-03-15")
        assert town.open() == []
        town.close("2021-03-16")
        assert town.open() == ["agreement_missing J1", "arrival_missing J1"]

    def test_a_placement_reported_after_the_deadline_has_its_tasks_at_once(self) -> None:
        town = Town("2020-11-30")
        town.accept(seeker(1), job("J1", 1, "2020-11-02", **DISPATCH))
        assert town.open() == ["agreement_missing J1", "arrival_missing J1"]
        town.say("employment.ended", employment_id="J1", last_day="2020-11-20", reason="退出")
        assert town.open() == []


class TestTerms:
    def test_that_end_are_announced_thirty_days_before(self) -> None:
        town = Town("2021-08-30")
        town.accept(seeker(1), job("J1", 1, "2021-08-31", "public_welfare", contract_until="2021-12-31"))
        town.close("2021-11-30")
        assert town.open() == []
        town.close("2021-12-01")
        assert town.open() == ["term_ending J1/2021-12-31"]

    def test_that_are_extended_are_announced_again(self) -> None:
        town = Town("2021-11-30")
        town.accept(seeker(1), job("J1", 1, "2021-08-31", "public_welfare", contract_until="2021-12-31"))
        town.close("2021-12-05")
        town.say("placement.extended", employment_id="J1", date="2021-12-06", until="2022-03-31", reason="工作需要")
        assert town.open() == []
        town.close("2022-03-01")
        assert town.open() == ["term_ending J1/2022-03-31"]
        town.say("employment.ended", employment_id="J1", last_day="2022-03-31", reason="期满")
        assert town.open() == []

    def test_of_two_extensions_the_later_one_counts_whichever_is_heard_of_first(self) -> None:
        town = Town("2021-11-30")
        town.accept(seeker(1), job("J1", 1, "2021-08-31", "public_welfare", contract_until="2021-12-31"))
        town.say("placement.extended", employment_id="J1", date="2021-12-06", until="2022-06-30", reason="再延")
        town.say("placement.extended", employment_id="J1", date="2021-12-01", until="2022-03-31", reason="工作需要")
        assert town.placement().span == (date(2021, 8, 31), date(2022, 6, 30))

    def test_a_programme_gives_a_term_where_nobody_named_the_last_day(self) -> None:
        town = Town()
        town.accept(seeker(1), job("J1", 1, "2020-11-02"))
        assert town.placement().span == (date(2020, 11, 2), date(2021, 11, 1))


class TestOverlaps:
    def test_of_exclusive_placements_are_told_once_and_go_with_the_correction(self) -> None:
        town = Town("2018-02-28")
        town.accept(seeker(1), job("J1", 1, "2018-03-01", "public_welfare", contract_until="2018-12-31"))
        town.accept(job("J2", 1, "2018-12-31", "secondment"))
        assert town.open() == ["placement_overlap J1+J2"]
        assert town.details("placement_overlap")["other_post_kind"] == "secondment"
        town.say("employment.corrected", employment_id="J2", starts_on="2019-01-01", reason="录入错误")
        assert town.open() == []

    def test_are_none_where_one_of_the_two_is_not_exclusive_or_was_never_true(self) -> None:
        town = Town("2018-02-28")
        town.accept(seeker(1), job("J1", 1, "2018-03-01", "public_welfare"), job("J2", 1, "2018-04-01", "ordinary"))
        assert town.open() == []
        town.accept(job("J3", 1, "2018-05-01", "public_welfare"))
        assert town.open() == ["placement_overlap J1+J3"]
        town.say("employment.voided", employment_id="J1", effective_from="2018-03-01", reason="false_report")
        assert town.open() == []

    def test_are_found_however_the_two_became_known(self) -> None:
        town = Town("2018-02-28")
        town.accept(seeker(1), job("J2", 1, "2018-06-01", "secondment"))
        town.accept(job("J1", 1, "2018-03-01", "public_welfare"))
        assert town.open() == ["placement_overlap J1+J2"]
        town.say("employment.corrected", employment_id="J1", last_day="2018-05-31", reason="补录")
        assert town.open() == []

    def test_name_the_person_whose_coordinator_is_told(self) -> None:
        town = Town("2018-02-28")
        town.accept(seeker(1), seeker(2), job("J1", 1, "2018-03-01", "public_welfare"))
        town.accept(job("J2", 1, "2018-03-02", "public_welfare"), job("J3", 2, "2018-03-02", "public_welfare"))
        assert town.open() == ["placement_overlap J1+J2"]
        assert town.memory.states("placements_task").popitem()[1].person_id == pseudonym(1)


class TestVacancies:
    def test_with_more_hires_than_openings_are_told_until_places_or_people_change(self) -> None:
        town = Town("2018-02-28")
        town.accept(offer("vacancy.opened", "v1", openings=1))
        for n in (1, 2, 3):
            town.accept(seeker(n), job(f"J{n}", n, "2018-03-01", "workshop", vacancy_id="V1"))
        assert town.open() == ["vacancy_overfilled V1/3/1"]
        town.say("employment.ended", employment_id="J1", last_day="2018-03-02", reason="离职")
        assert town.open() == ["vacancy_overfilled V1/2/1"]
        town.say("vacancy.changed", vacancy_id="V1", openings=2)
        assert town.open() == []
        town.say("vacancy.closed", vacancy_id="V1", reason="招满", openings=1)
        assert town.open() == []

    def test_that_nobody_opened_are_nobodys_business(self) -> None:
        town = Town("2018-02-28")
        town.accept(seeker(1), job("J1", 1, "2018-03-01", "workshop", vacancy_id="V9"))
        assert town.open() == []
        town.accept(offer("vacancy.opened", "v9", vacancy_id="V9", openings=1))
        assert town.open() == []


class TestViolations:
    def test_stay_open_until_the_placement_is_resumed_or_ended(self) -> None:
        town = dispatched()
        town.say("violation.reported", employment_id="J1", date="2020-11-05", kind="空岗")
        assert town.open() == ["violation_open J1/2020-11-05/空岗"]
        town.say("placement.suspended", employment_id="J1", date="2020-11-06", reason="核查")
        assert len(town.open()) == 1
        town.say("placement.resumed", employment_id="J1", date="2020-11-04", reason="上次违规已处理")
        assert len(town.open()) == 1
        town.say("placement.resumed", employment_id="J1", date="2020-11-05", reason="当日处理完毕")
        assert town.open() == []
        town.say("violation.reported", employment_id="J1", date="2020-11-09", kind="旷工")
        town.say("employment.ended", employment_id="J1", last_day="2020-11-10", reason="解除")
        assert town.open() == []


class TestADay:
    def test_on_which_nothing_is_due_says_nothing(self) -> None:
        town = dispatched()
        before = len(town.memory.emitted)
        town.close("2020-11-10")
        said = {message.event.topic for message in town.memory.emitted[before:]}
        assert said == {"calendar.day_closed"}

    def test_on_which_a_task_opened_leaves_nothing_due_again(self) -> None:
        town = dispatched()
        town.close("2020-12-01")
        assert town.placement().due_on == date(2021, 10, 1)

    @pytest.mark.parametrize("fact", ["placement.suspended", "arrival.recorded"])
    def test_what_changes_no_answer_is_not_said_again(self, fact: str) -> None:
        town = dispatched()
        town.say(fact, employment_id="J1", date="2020-11-05", **({} if fact.startswith("a") else {"reason": "休整"}))
        assert len(town.events(PlacementChecked)) == 1

    def test_names_no_person_by_number(self) -> None:
        town = dispatched()
        assert number(1) not in "".join(str(message.event) for message in town.memory.emitted)
