"""Statuses of a person as they were told: by whom, from which day, known since when; and what sources disagree on."""

from datetime import date, timedelta

from shared.events.roster import SnapshotTaken
from shared.events.tasks import TaskClosed
from tests.support.facts import FIRST_CLOSED, closing, id_number
from tests.support.rosters import entry, listed, pseudonym, rows, snapshot, tasks, told
from tests.support.world import accepted


class TestTwoSources:
    def test_that_disagree_on_one_day_stand_side_by_side_and_open_a_task(self) -> None:
        registry = accepted([entry(1), entry(1, "e-2", by_source="zhaoan-hr", status="low_income")])
        person = listed(registry)[pseudonym(1)]
        assert person.says(date(2016, 1, 1)) == {"yunxiao-hr": "listed", "zhaoan-hr": "low_income"}
        assert tasks(registry) == [("status_disputed", f"{pseudonym(1)}/2016-01-01")]

    def test_that_agree_again_close_it(self) -> None:
        registry = accepted([entry(1), entry(1, "e-2", by_source="zhaoan-hr", status="low_income")])
        registry.tell(entry(1, "e-3", by_source="zhaoan-hr"))
        assert tasks(registry) == []
        assert [event.kind for event in registry.events(TaskClosed)].count("status_disputed") == 1

    def test_may_say_two_things_of_two_days(self) -> None:
        registry = accepted([entry(1), entry(1, "e-2", by_source="b", status="exited", status_from="2018-01-01")])
        assert tasks(registry) == []

    def test_are_counted_in_the_report_of_a_snapshot_month_after_month_without_flipping_the_status(self) -> None:
        registry = accepted([*snapshot("S2", [rows([1])]), entry(1, "e-2", by_source="b", status="low_income")])
        registry.tell(*snapshot("S3", [rows([1])], as_of="2018-03-02"))
        assert registry.events(SnapshotTaken)[-1].conflicts == 1
        assert told(registry)[-1] == (pseudonym(1), "low_income")


class TestTheHistoryOfAPerson:
    def test_says_of_each_day_the_status_as_far_as_it_was_known(self) -> None:
        registry = accepted([entry(1), closing(FIRST_CLOSED + timedelta(days=1))])
        registry.tell(entry(1, "e-2", status="exited", status_from="2017-06-01"))
        person = listed(registry)[pseudonym(1)]
        assert [t.status if (t := person.status_on(day)) else None for day in (date(2015, 1, 1), date(2018, 1, 1))] == [
            None,
            "exited",
        ]
        (then,) = [person.status_on(date(2018, 1, 1), known_by=FIRST_CLOSED + timedelta(days=1))]
        assert (then.status, then.source) == ("listed", "yunxiao-hr")

    def test_has_the_county_of_the_roster_not_that_of_the_id_number(self) -> None:
        place = {"county": "350624", "township": "350624100", "village": "350624100201"}
        registry = accepted([entry(1, **place)])
        assert id_number(1).startswith("350622")
        assert listed(registry)[pseudonym(1)].county == "350624"
        assert registry.memory.states("person")[pseudonym(1)].county == "350624"
