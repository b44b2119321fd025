"""Feeds that fall silent, villages that nobody lives in, and coordinators of places outside their county."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.policies import load_feeds, load_manners
from shared.events.clock import DayClosed
from shared.events.tasks import TaskClosed, TaskOpened
from shared.places import codes_of, county_on, county_today, lies_in, same_county
from tests.support.facts import FIRST_CLOSED, VILLAGE, closing, id_number, offer
from tests.support.rosters import entry
from tests.support.world import Registry, accepted


def closed(registry: Registry, days: int, since: date = FIRST_CLOSED) -> Registry:
    registry.tell(*(closing(since + timedelta(days=n)) for n in range(1, days + 1)))
    return registry


def opened(registry: Registry, kind: str) -> list[Any]:
    return [task for task in registry.events(TaskOpened) if task.kind == kind]


class TestAFeed:
    def test_that_is_silent_beyond_its_promise_names_who_rests_on_it(self) -> None:
        registry = closed(accepted([entry(1), entry(2)]), 60)
        (task,) = opened(registry, "feed_silent")
        assert (task.matter, task.county, task.opened_on) == ("roster/350622", "350622", date(2018, 4, 12))
        assert (task.details["feed"], task.details["since"], task.details["people"]) == ("roster", "2018-03-02", "2")
        assert "social-insurance" in task.details["programmes"].split(", ")

    def test_that_speaks_again_closes_it(self) -> None:
        registry = closed(accepted([entry(1)]), 60)
        registry.tell(entry(2))
        assert [task.matter for task in registry.events(TaskClosed)] == ["roster/350622"]
        assert len(opened(closed(registry, 60, FIRST_CLOSED + timedelta(days=60)), "feed_silent")) == 2

    def test_has_its_own_silence_in_each_county(self) -> None:
        place = {"county": "350624", "township": "350624100", "village": "350624100201"}
        registry = closed(closed(accepted([entry(1)]), 30), 0)
        registry.tell(entry(2, **place))
        closed(registry, 20, FIRST_CLOSED + timedelta(days=30))
        assert [task.matter for task in opened(registry, "feed_silent")] == ["roster/350622"]

    def test_of_premiums_counts_the_people_of_the_last_months(self) -> None:
        work = [offer("employer.registered", "e-1"), entry(1), entry(2)]
        paid = [offer("premium.paid", f"m-{n}", id_number=id_number(n)) for n in (1, 2)]
        registry = closed(accepted([*work, *paid, offer("premium.corrected", "k-1")]), 60)
        (task,) = [task for task in opened(registry, "feed_silent") if task.details["feed"] == "premiums"]
        assert task.details["people"] == "2"

    def test_of_attendance_counts_from_its_first_arrival(self) -> None:
        work = [offer("employer.registered", "e-1"), entry(1), offer("employment.confirmed", "c-1")]
        registry = closed(accepted(work), 60)
        assert [task.details["feed"] for task in opened(registry, "feed_silent")] == ["roster"]
        registry.tell(offer("attendance.recorded", "a-1"))
        closed(registry, 60, FIRST_CLOSED + timedelta(days=60))
        assert [task.details["feed"] for task in opened(registry, "feed_silent")] == ["roster", "attendance"]

    def test_is_promised_otherwise_by_a_document_for_one_county(self) -> None:
        said = {"parameter": "feed.roster.days", "value": 5, "county": "350622", "valid_from": "2018-01-01"}
        registry = closed(accepted([offer("parameter.published", "p-1", **said), entry(1)]), 20)
        assert [task.opened_on for task in opened(registry, "feed_silent")] == [date(2018, 3, 17)]

    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ({"parameter": "feed.rooster.days", "value": 5}, "unknown_feed"),
            ({"parameter": "feed.roster.days", "value": 0}, "bad_value"),
            ({"parameter": "feed.roster.days", "value": "monthly"}, "bad_value"),
        ],
    )
    def test_is_not_promised_by_what_is_no_promise(self, said: dict[str, Any], code: str) -> None:
        (answer,) = Registry().tell(offer("parameter.published", "p-1", **said))
        assert answer.code == code

    def test_is_looked_at_on_no_day_on_which_none_is_due(self) -> None:
        registry = closed(accepted([entry(1)]), 60)
        before = registry.memory.states("feed")
        assert {type(m.event) for m in registry.after(closing(FIRST_CLOSED + timedelta(days=61)))} == {DayClosed}
        assert registry.memory.states("feed") == before


class TestTheDataFiles:
    def test_cite_clauses_that_the_register_has(self) -> None:
        assert {name: (feed.cadence.days, feed.cadence.source) for name, feed in load_feeds().items()} == {
            "roster": (31, "house"),
            "premiums": (31, "house"),
            "attendance": (31, "text"),
        }

    def test_say_how_careful_the_exchange_is(self) -> None:
        assert (load_manners().shrink_percent, load_manners().patience_days) == (20, 3)


class TestACoordinator:
    @pytest.mark.parametrize(
        ("said", "code", "path"),
        [
            ({"villages": [VILLAGE, "350624100201"]}, "village_outside_county", "data.villages.1"),
            ({"townships": ["350624100"]}, "township_outside_county", "data.townships.0"),
        ],
    )
    def test_of_a_place_outside_the_county_is_refused(self, said: dict[str, Any], code: str, path: str) -> None:
        (answer,) = Registry().tell(offer("coordinator.registered", "o-1", **said))
        assert (answer.outcome, answer.code, answer.path) == ("rejected", code, path)

    def test_of_the_city_may_have_places_in_all_its_counties(self) -> None:
        area = {"townships": [], "villages": ["350622100201", "350604100201"]}
        accepted([offer("coordinator.registered", "o-1", county="350600", role="city", **area)])

    def test_of_a_county_that_changed_its_code_may_be_named_by_either(self) -> None:
        area = {"county": "350604", "townships": ["350681100"], "villages": ["350604100201"]}
        accepted([offer("coordinator.registered", "o-1", **area)])

    def test_takes_the_people_of_the_county_under_either_code(self) -> None:
        old = {"county": "350681", "township": "350681100", "village": "350681100201"}
        area = {"county": "350604", "townships": [], "villages": [], "role": "county"}
        registry = accepted([entry(1, **old), offer("coordinator.registered", "o-1", **area)])
        assert registry.memory.states("coordinator")["C1"].load == 1


class TestAVillage:
    def test_in_which_nobody_is_registered_opens_a_task_until_somebody_is(self) -> None:
        registry = accepted([offer("coordinator.registered", "o-1")])
        (task,) = opened(registry, "village_unknown")
        assert (task.county, task.details) == ("350622", {"coordinator_id": "C1", "village": VILLAGE})
        registry.tell(entry(1))
        assert [task.kind for task in registry.events(TaskClosed)] == ["village_unknown"]

    def test_where_somebody_is_registered_already_opens_none(self) -> None:
        registry = accepted([offer("jobseeker.registered", "j-1"), offer("coordinator.registered", "o-1")])
        assert opened(registry, "village_unknown") == []

    @pytest.mark.parametrize(
        "after", [offer("coordinator.relieved", "l-1"), offer("coordinator.registered", "o-2", villages=[])]
    )
    def test_that_is_nobodys_any_more_closes_it(self, after: Any) -> None:
        registry = accepted([offer("coordinator.registered", "o-1"), after])
        assert [task.kind for task in registry.events(TaskClosed)] == ["village_unknown"]


class TestTheCodeOfACounty:
    def test_changed_in_2021_for_longhai_and_changtai(self) -> None:
        days = (date(2020, 12, 31), date(2021, 1, 1))
        assert [county_on("350681", day) for day in days] == ["350681", "350604"]
        assert [county_on("350605", day) for day in days] == ["350625", "350605"]

    def test_means_the_same_county_before_and_after(self) -> None:
        assert same_county("350681", "350604")
        assert same_county("350625", "350605")
        assert not same_county("350604", "350605")
        assert codes_of("350604") == ("350604", "350621", "350681")

    def test_that_is_in_no_table_is_itself(self) -> None:
        assert (county_today("621024"), county_on("621024", FIRST_CLOSED)) == ("621024", "621024")

    def test_tells_where_a_village_lies(self) -> None:
        assert lies_in("350681100201", "350604")
        assert lies_in("350604100201", "350600")
        assert not lies_in("350622100201", "350604")
