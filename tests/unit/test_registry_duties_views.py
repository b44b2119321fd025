"""The table of duties: what is owed on a day, by when, done when, shown by what, under which clause."""

from typing import Any

from services.registry.domain.duties_book import Book
from services.registry.domain.duties_parameters import Figures
from services.registry.duties_subscription import DUTIES, DUTY_LAW
from services.registry.duties_views import Wanted, listed, unset
from shared.ops.knowing import folded
from tests.support.duties import PERSON, Desk, day, done, paired, placed, suspended
from tests.support.facts import COUNTY
from tests.unit.test_registry_duties_others import appraised, figure, officer

EVERYTHING = Wanted(every=True)


def rows(desk: Desk, wanted: Wanted, on: str) -> list[dict[str, Any]]:
    books: dict[str, Book] = desk.memory.states("duty_book")
    return listed(DUTY_LAW, books, wanted, day(on))


def seen(desk: Desk, wanted: Wanted, on: str) -> list[tuple[str, str, str]]:
    return [(row["duty"], row["period"], row["status"]) for row in rows(desk, wanted, on)]


def secretary() -> Desk:
    desk = Desk()
    desk.tell(placed(), done("走访", "2018-01-03", evidence=["doc-1"]), done("走访", "2018-01-16"), ids=["a", "b", "c"])
    return desk


def test_an_open_duty_is_listed_by_the_day_on_which_it_is_due() -> None:
    found = rows(secretary(), Wanted(), "2018-01-10")
    assert [(row["duty"], row["due_on"]) for row in found[:3]] == [
        ("household_visit", "2018-01-15"), ("party_class", "2018-01-31"), ("party_activity", "2018-04-02"),
    ]  # fmt: skip
    assert {row["status"] for row in found} == {"open"}


def test_what_is_due_by_a_day_and_not_done_is_asked_for_by_that_day() -> None:
    desk = secretary()
    assert seen(desk, Wanted(due=day("2018-01-15")), "2018-01-10") == [("household_visit", "2018-W02", "open")]
    assert seen(desk, Wanted(due=day("2018-01-14")), "2018-01-10") == []


def test_what_is_overdue_is_so_from_the_day_behind_its_last() -> None:
    desk = secretary()
    assert seen(desk, Wanted(overdue=True), "2018-01-15") == []
    assert seen(desk, Wanted(overdue=True), "2018-01-16") == [("household_visit", "2018-W02", "overdue")]


def test_one_placement_shows_what_was_done_too_with_its_evidence_and_clause() -> None:
    (row,) = [row for row in rows(secretary(), Wanted(placement="J1"), "2018-01-10") if row["status"] == "fulfilled"]
    assert (row["period"], row["done_on"], row["evidence"]) == ("2018-W01", "2018-01-03", ["b", "doc-1"])
    assert (row["document"], row["clause"], row["rows"]) == ("关于精准扶贫干部人才工作方案", "1", ["Q1b"])
    assert row["moved_by"] == "中华人民共和国民法总则 203"


def test_a_day_gone_by_is_shown_as_it_was() -> None:
    desk = secretary()
    assert ("household_visit", "2018-W03", "fulfilled") in seen(desk, EVERYTHING, "2018-01-16")
    assert ("household_visit", "2018-W02", "open") in seen(desk, EVERYTHING, "2018-01-15")
    assert seen(desk, EVERYTHING, "2017-12-31") == []


def test_what_pay_rests_on_names_the_programme_and_its_reason() -> None:
    desk = Desk("2020-11-01")
    desk.tell(placed("dispatch", "2020-11-01"))
    (row,) = [row for row in rows(desk, Wanted(), "2020-12-01") if row["duty"] == "dispatch_assessment"]
    assert (row["pays"], row["reason"]) == ("dispatch-grant", "assessment_missing")


def test_what_rests_with_a_placement_says_so() -> None:
    desk = Desk()
    desk.tell(placed(), suspended("2018-03-20"))
    assert ("party_activity", "2018-Q1", "rests") in seen(desk, Wanted(), "2018-03-25")


def test_a_county_or_a_person_sees_its_own() -> None:
    desk = Desk()
    desk.tell(placed(), paired(), figure(30), officer("350628"), appraised(2018))
    assert {row["county"] for row in rows(desk, Wanted(county="350628"), "2018-03-01")} == {"350628"}
    assert {row["subject"] for row in rows(desk, Wanted(county=COUNTY), "2018-03-01")} == {
        "pair",
        "placement",
        "office",
    }
    assert {row["subject"] for row in rows(desk, Wanted(person=PERSON), "2018-03-01")} == {"pair", "placement"}


def test_a_duty_whose_cadence_no_document_sets_is_named_with_the_document_that_is_missing() -> None:
    desk = Desk()
    gaps = unset(DUTY_LAW.rulebook, Figures(), COUNTY, day("2018-03-01"))
    assert "follow_up" in {row["duty"] for row in gaps}
    assert all(row["missing"] and row["parameter"] for row in gaps)
    desk.tell(figure(30, county=COUNTY))
    figures: Figures = desk.memory.states("duty_figures")["published"]
    assert "follow_up" not in {row["duty"] for row in unset(DUTY_LAW.rulebook, figures, COUNTY, day("2018-03-01"))}
    assert "follow_up" in {row["duty"] for row in unset(DUTY_LAW.rulebook, figures, "350628", day("2018-03-01"))}


def test_what_was_known_on_a_day_is_folded_again_from_the_events_of_that_day() -> None:
    desk = Desk()
    desk.tell(placed())
    desk.close("2018-02-10")
    desk.tell(done("党课", "2018-02-06", period="2018-01"))
    heard = [
        m
        for m in desk.memory.emitted
        if m.known_on <= day("2018-02-10") and isinstance(m.event, DUTIES.listens + DUTIES.emits)
    ]
    books = folded(DUTY_LAW.book, heard)
    assert books["placement:J1"].said["party_class"]["2018-01"].status == "missed"
    assert folded(DUTY_LAW.book, desk.memory.emitted) == desk.memory.states("duty_book")
