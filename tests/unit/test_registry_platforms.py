"""Village platforms are rated by their data: complete, in time, correct; the score is explained row by row."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.platforms import rows_of, score_of
from services.registry.domain.platforms_state import Platform, Tally
from services.registry.platforms_file import load_rating
from shared.events.employment import AppraisalRecorded
from shared.events.targets import PlatformAppraised
from tests.support.counting import closed
from tests.support.facts import COUNTY, VILLAGE, Offer, id_number, offer
from tests.support.world import Registry, accepted

OTHER = "350622101200"
FULL: dict[str, Any] = {
    "wanted_wage_fen": 300_000, "max_distance_km": 20, "household": "H-1", "wants_training": True,
    "wants_startup": False,
}  # fmt: skip


def officer(role: str = "village", **changed: Any) -> Offer:
    return offer("coordinator.registered", f"o-{role}-{len(changed)}", role=role, **changed)


def visit(id_: str, day: str, **changed: Any) -> Offer:
    return offer("visit.recorded", id_, date=day, **changed)


def tally(registry: Registry, village: str = VILLAGE) -> Tally:
    platform: Platform = registry.memory.states("platform")[village]
    return platform.years["2018"]


class TestRating:
    def test_a_job_seeker_s_form_is_as_complete_as_its_wanted_fields(self) -> None:
        registry = accepted([offer("jobseeker.registered", "j-1", **FULL)])
        assert (tally(registry).wanted, tally(registry).present) == (10, 10)
        registry = accepted([offer("jobseeker.registered", "j-1", location=None, **(FULL | {"household": None}))])
        assert (tally(registry).wanted, tally(registry).present) == (10, 8)
        (fault,) = registry.memory.states("platform_fault").values()
        assert (fault.kind, fault.lacks) == ("jobseeker.registered", ("location", "household"))

    def test_a_visit_is_in_time_within_ten_days_of_its_own_day(self) -> None:
        registry = accepted([officer(), offer("roster.entry", "r-1"), visit("v-1", "2018-03-01")])
        closed(registry, date(2018, 3, 12))
        registry.tell(visit("v-2", "2018-03-03"), visit("v-3", "2018-03-02"))
        assert (tally(registry).timed, tally(registry).in_time) == (3, 2)
        (fault,) = registry.memory.states("platform_fault").values()
        assert (fault.late_days, fault.known_on) == (1, date(2018, 3, 13))

    def test_a_record_that_was_a_second_one_of_a_person_was_wrong(self) -> None:
        people = [offer("roster.entry", f"r-{n}", id_number=id_number(n)) for n in (1, 2)]
        registry = accepted([officer(), *people, visit("v-1", "2018-03-01")])
        registry.tell(offer("person.merged", "m-1"))
        assert (tally(registry).facts, tally(registry).wrong) == (1, 1)

    def test_a_refused_fact_is_its_village_s_where_its_source_names_one(self) -> None:
        registry = Registry()
        registry.tell(offer("visit.recorded", "v-1", by_source=f"vp-{VILLAGE}", kind="walk"))
        registry.tell(offer("visit.recorded", "v-2", kind="walk"))
        assert tally(registry).refused == 1
        refusals = registry.memory.states("platform_refusals")
        assert {source: sum(found.codes.values()) for source, found in refusals.items()} == {
            f"vp-{VILLAGE}|2018": 1,
            "yunxiao-hr|2018": 1,
        }

    def test_what_a_township_s_officer_reports_is_no_platform_s_work(self) -> None:
        registry = accepted([officer("township"), offer("roster.entry", "r-1"), visit("v-1", "2018-03-01")])
        assert registry.memory.states("platform") == {}


class TestTheYear:
    def test_a_platform_is_scored_when_the_year_is_over_and_nobody_is_paid_for_it(self) -> None:
        registry = accepted([officer(villages=[VILLAGE, OTHER]), offer("jobseeker.registered", "j-1", **FULL)])
        registry.tell(visit("v-1", "2018-03-01"))
        closed(registry, date(2018, 12, 31))
        found = {said.village: said for said in registry.events(PlatformAppraised)}
        assert {village: (said.score, said.grade) for village, said in found.items()} == {
            VILLAGE: (100, "优秀"),
            OTHER: (0, "不合格"),
        }
        assert [(row.part, row.weight, row.good, row.all, row.points) for row in found[VILLAGE].rows] == [
            ("completeness", 40, 10, 10, 40),
            ("timeliness", 30, 1, 1, 30),
            ("correctness", 30, 2, 2, 30),
        ]
        assert registry.events(AppraisalRecorded) == []
        assert found[VILLAGE].county == COUNTY

    def test_a_platform_without_faults_gets_everything_and_one_with_no_facts_nothing(self) -> None:
        weights = load_rating()[-1].weights
        assert score_of(rows_of(Tally(facts=3, wanted=4, present=4), weights)) == 100
        assert score_of(rows_of(Tally(), weights)) == 0

    @given(st.lists(st.integers(0, 50), min_size=6, max_size=6))
    def test_a_score_is_between_nil_and_a_hundred_and_a_fault_never_lifts_it(self, figures: list[int]) -> None:
        present, lacking, in_time, late, facts, wrong = figures
        clean = Tally(facts, present + lacking, present + lacking, in_time + late, in_time + late)
        faulty = Tally(facts, present + lacking, present, in_time + late, in_time, wrong)
        weights = load_rating()[-1].weights
        assert 0 <= score_of(rows_of(faulty, weights)) <= score_of(rows_of(clean, weights)) <= 100

    def test_every_score_has_a_grade(self) -> None:
        assert [load_rating()[-1].grade(score) for score in (100, 90, 89, 75, 60, 59, 0)] == [
            *("优秀", "优秀", "良好", "良好", "合格", "不合格", "不合格")
        ]
