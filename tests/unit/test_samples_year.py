"""What the year's registry must come to is worked out from its facts by rules of its own, and read likewise."""

from datetime import date
from typing import Any

from samples.facts import Fact
from samples.year.registry import registry_figures
from shared.ops.demo_registry import missed, reached

DAY = date(2020, 11, 9)


def fact(kind: str, subject: str | None = None, /, **data: Any) -> Fact:
    return Fact(DAY, "office", kind, data, subject)


def snapshot(id_: str, *people: str, part: int = 1, parts: int = 1, county: str = "350622") -> Fact:
    entries = [{"id_number": each, "township": "T1", "labour_ability": each != "P9"} for each in people]
    return fact("roster.snapshot", id_, snapshot_id=id_, county=county, part=part, parts=parts, entries=entries)


def dispatched(job: str) -> list[Fact]:
    said = fact("employment.confirmed", job, post_kind="dispatch", starts_on="2020-11-09")
    return [said, fact("assessment.recorded", job), fact("duty.done", job, duty="半年总结", date="2021-06-29")]


def figures(*facts: Fact) -> dict[str, Any]:
    return registry_figures([*facts, *dispatched("D1")])


class TestExits:
    def test_wait_for_who_is_absent_from_the_last_whole_snapshot_until_answered(self) -> None:
        both = (snapshot("S1", "P1", "P2", "P3"), snapshot("S2", "P1"))
        assert figures(*both)["exits_waiting"] == 2
        answered = (fact("exit.confirmed", id_number="P2"), fact("exit.refused", id_number="P3"))
        assert figures(*both, *answered)["exits_waiting"] == 0

    def test_do_not_follow_from_a_snapshot_that_lacks_a_part_or_was_refused(self) -> None:
        lacking = snapshot("S2", "P1", part=1, parts=2)
        refused = (snapshot("S3", "P1"), fact("approval.refused", "S3", subject_id="S3"))
        assert figures(snapshot("S1", "P1", "P2"), lacking, *refused)["exits_waiting"] == 0


def test_who_can_work_is_taken_over_by_the_officer_of_the_same_township() -> None:
    officers = [fact("coordinator.registered", each, townships=["T1"]) for each in ("Y1", "Y2")]
    other = fact("coordinator.registered", "Y3", townships=["T3"])
    left = fact("coordinator.relieved", "Y1")
    people = snapshot("S1", "P1", "P2", "P9")
    assert figures(*officers, other, left, people)["taken_over"] == {"Y2": 2}


def test_duties_that_nobody_showed_are_missed() -> None:
    cadre = fact("employment.confirmed", "G1", post_kind="secondment", starts_on="2021-08-02")
    found = figures(cadre, *dispatched("D2")[:2], *dispatched("D3")[::2])["duties_missed"]
    weeks, months, quarters = 10, 2, 1  # from 2 August until 14 days before the end, those that are over
    assert found == {"D2": 1, "D3": 1, "G1": weeks + months + quarters}


def test_targets_count_what_was_held_while_the_plan_was_in_force() -> None:
    held = {"programme": "expert-service", "kind": "现场指导"}
    visits = [fact("activity.held", headcount=28, date=day, **held) for day in ("2020-11-24", "2021-08-17")]
    fund = fact("budget.granted", programme="village-fund", fiscal_year=2020, amount_fen=5)
    station = fact("appraisal.recorded", kind="talent_station", organisation_id="TS01")
    assert figures(*visits, fund, station, station)["targets"] == {
        "expert-visits": 28, "school-lectures": 0, "talent-stations": 1, "village-fund": 5,
    }  # fmt: skip


def test_the_collections_are_read_in_the_same_words() -> None:
    said = {"dispatch_summary": {"2021-H1": {"status": "missed"}, "2021-H2": {"status": "fulfilled"}}}
    books = [{"state": {"subject_id": job, "said": what}} for job, what in (("D1", said), ("D2", {}))]
    assert missed(books) == {"D1": 1}
    counts = [
        {"state": {"target": target, "window": window, "distinct": 1, "times": 28}}
        for target, window in (("expert-visits", "2020"), ("expert-visits", ""), ("other", "2020"))
    ]
    assert reached(counts, {"expert-visits": 0, "village-fund": 0}) == {"expert-visits": 29, "village-fund": 0}
