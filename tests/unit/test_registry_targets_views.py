"""Targets and platforms as the commands show them."""

from datetime import date
from typing import Any

from services.registry.domain.platforms import Rating
from services.registry.domain.targets_state import COUNTED, ONCE, TARGET_COUNT
from services.registry.platforms_file import load_rating
from services.registry.platforms_views import fault_rows, refusal_rows, scores
from services.registry.targets_file import load_targets
from services.registry.targets_views import facts_rows, recounted, rows_of
from shared.ops.knowing import folded
from tests.support.counting import HESHUI, HUANXIAN, activity, course, entry
from tests.support.facts import VILLAGE, offer
from tests.support.world import Registry, accepted

PLAN, TRANSFER = load_targets(), "labour-transfer-training"
END_OF_MARCH = date(2018, 3, 31)


def counted() -> Registry:
    return accepted([entry(1), course(1, 1), activity("a-1", 1_000), activity("a-2", 500, county=HUANXIAN)])


def row(registry: Registry, target: str, **asked: Any) -> dict[str, Any]:
    counts = registry.memory.states("target_count").values()
    day = asked.pop("day", END_OF_MARCH)
    (found,) = [row for row in rows_of(PLAN, counts, day, **asked) if row["target"] == target]
    return found


class TestTargets:
    def test_a_row_says_value_deadline_reached_pace_forecast_and_clause(self) -> None:
        found = row(counted(), TRANSFER)
        assert (found["value"], found["reached"], found["deadline"]) == (550_000, 1_501, date(2018, 12, 31))
        assert (found["counted_once"], found["added_up"]) == (1, 1_500)
        assert (found["pace"], found["forecast"]) == (550_000 * 90 // 365, 1_501 * 365 // 90)
        assert (found["status"], found["clause"]) == ("behind", "关于精准扶贫干部人才工作方案 6")

    def test_a_county_s_row_has_what_it_brought_and_no_pace_of_its_own(self) -> None:
        found = row(counted(), TRANSFER, county=HUANXIAN)
        assert (found["reached"], found["pace"], found["status"]) == (500, None, "part")

    def test_what_no_fact_can_count_is_not_measured_and_never_nil(self) -> None:
        found = row(counted(), "two-later-schooling")
        assert (found["reached"], found["status"]) == (None, "not_measured")
        assert "enrolment.recorded" in found["missing"]

    def test_a_value_that_the_document_does_not_give_stays_unset(self) -> None:
        found = row(counted(), "grassroots-graduates", day=date(2021, 1, 31))
        assert (found["value"], found["pace"], found["status"]) == (None, None, "value_unset")

    def test_a_share_of_nobody_is_no_figure(self) -> None:
        assert row(counted(), "yearly-training")["status"] == "nobody"

    def test_what_was_short_at_its_deadline_was_missed(self) -> None:
        assert row(counted(), TRANSFER, day=date(2019, 2, 1), year="2018")["status"] == "missed"

    def test_each_key_county_has_a_row_where_the_value_is_each_county_s(self) -> None:
        stations = [found for found in rows_of(PLAN, [], END_OF_MARCH) if found["target"] == "talent-stations"]
        assert [found["county"] for found in stations] == ["350622", "350624", "350628"]

    def test_what_is_due_as_one_whole_is_not_behind_before_its_day(self) -> None:
        stations = [found for found in rows_of(PLAN, [], END_OF_MARCH) if found["target"] == "talent-stations"]
        assert {(found["pace"], found["status"]) for found in stations} == {(0, "on_pace")}
        late = [found for found in rows_of(PLAN, [], date(2020, 12, 31)) if found["target"] == "talent-stations"]
        assert {found["status"] for found in late} == {"missed"}

    def test_a_rotation_of_counties_names_those_it_has_not_reached(self) -> None:
        said = {"programme": "cadre-training", "kind": "轮训", "date": "2017-05-01"}
        found = row(accepted([activity("a-1", **said)]), "cadre-round", day=date(2017, 6, 30))
        assert (found["reached"], found["value"], len(found["uncovered"])) == (1, 8, 7)
        assert HESHUI not in found["uncovered"]
        assert row(counted(), "rural-talent-villages")["uncovered"] is None

    def test_a_year_shows_the_targets_of_that_year_alone(self) -> None:
        shown = {found["target"] for found in rows_of(PLAN, [], END_OF_MARCH, year="2018")}
        assert {"labour-transfer-training", "new-leaders"} <= shown
        assert not {"secretary-round", "expert-activities"} & shown

    def test_as_of_a_day_counts_the_facts_up_to_their_own_day(self) -> None:
        states = counted().memory.states
        args = (states("target_count").values(), states("target_fact").values(), states("target_once"))
        on_the_day = {c.county: (c.distinct, c.times) for c in recounted(*args, date(2018, 3, 20)) if c.times}
        later = {c.county: (c.distinct, c.times) for c in recounted(*args, date(2018, 4, 10)) if c.times}
        assert on_the_day == {HESHUI: (0, 1_000), HUANXIAN: (0, 500)}
        assert later == {HESHUI: (1, 1_000), HUANXIAN: (0, 500)}

    def test_the_facts_behind_a_figure_are_listed_by_day_and_county(self) -> None:
        facts = list(counted().memory.states("target_fact").values())
        assert [found["fact"] for found in facts_rows(facts, county=HESHUI)] == ["activity.held", "training.completed"]
        assert facts_rows(facts, as_of=date(2018, 1, 1)) == []

    def test_what_was_known_is_folded_again_from_the_events(self) -> None:
        registry = counted()
        for aggregate in (TARGET_COUNT, COUNTED, ONCE):
            assert folded(aggregate, registry.memory.emitted) == registry.memory.states(aggregate.kind)


class TestPlatforms:
    def registry(self) -> Registry:
        registry = accepted([offer("jobseeker.registered", "j-1", location=None)])
        registry.tell(offer("visit.recorded", "v-1", kind="walk"))
        return registry

    def test_a_score_says_each_part_and_why(self) -> None:
        (found,) = scores(self.registry().memory.states("platform"), Rating(load_rating()), 2018, END_OF_MARCH)
        assert (found["village"], found["final"], found["timeliness"]) == (VILLAGE, False, "-")
        assert [part["because"] for part in found["parts"]] == [
            "应填字段 10 个，已填 4 个",
            "事实（含退回）1 条，正确 1 条",
        ]
        assert found["score"] == (40 * 4 // 10 + 30) * 100 // 70

    def test_the_facts_that_cost_points_are_named_with_what_they_lack(self) -> None:
        (fault,) = fault_rows(self.registry().memory.states("platform_fault").values())
        assert fault["fact"] == "jobseeker.registered"
        assert fault["lacks"].startswith("location、wanted_wage_fen")

    def test_refusals_are_listed_by_source_and_code(self) -> None:
        found = self.registry().memory.states("platform_refusals")
        (refused,) = refusal_rows(found, 2018, source="*")
        assert (refused["source"], refused["refused"]) == ("yunxiao-hr", 1)
        assert refusal_rows(found, 2018, source="elsewhere") == []
