"""Recruiting with public notice: application, check, review, list, notice, decision, posting, arrival."""

from datetime import date
from typing import Any

import pytest

from shared.events.placements import RoundDecided, RoundProposed
from tests.support.placing import HESHUI, Town, job, number, pseudonym, seeker

ROUND = "dispatch-quota-r1"


def applied(*people: int, **said: Any) -> Town:
    """Return a town in which people applied on the first of November 2020, a Sunday."""
    town = Town()
    for n in people:
        town.accept(seeker(n, **said))
        apply(town, n)
    return town


def apply(town: Town, n: int, day: str = "2020-11-01", id_: str = "") -> None:
    """Let a person apply."""
    town.say(
        "application.received", application_id=id_ or f"A{n}", programme="dispatch-quota", id_number=number(n), date=day
    )


def review(town: Town, id_: str, decision: str = "同意") -> None:
    """Let the office review an application."""
    town.say("application.reviewed", application_id=id_, decision=decision, by="sanqu-office")


def decide(town: Town, fact: str = "approval.given", hash_: str = "", day: str = "2020-11-16") -> RoundDecided:
    """Let the party group decide on the list, and return what it came to."""
    proposed = town.round().proposed
    content = hash_ or (proposed.content_hash if proposed else "0" * 64)
    town.say(fact, subject_id=ROUND, content_hash=content, by="leader-1", date=day)
    last: RoundDecided = town.events(RoundDecided)[-1]
    return last


def noticed(*people: int) -> Town:
    """Return a town whose list was noticed to its end: closed on the 4th, noticed from there to the 9th."""
    town = applied(*people)
    for n in people:
        review(town, f"A{n}")
    town.close("2020-11-09")
    return town


class TestTheCheck:
    def test_records_the_answer_of_every_gate_that_an_application_can_be_asked(self) -> None:
        town = applied(1)
        check = town.application().check
        assert check is not None
        assert {each.gate: each.answer for each in check.answers} == dict.fromkeys(
            ("age", "education", "speciality"), "passed"
        )
        assert (check.round_id, check.round_closes_on) == (ROUND, date(2020, 11, 4))

    def test_is_made_again_when_more_is_known(self) -> None:
        town = applied(1, education="61")
        town.say("jobseeker.updated", id_number=number(1), education="31")
        check = town.application().check
        assert check is not None
        assert [each.answer for each in check.answers] == ["passed"] * 3

    def test_leaves_programmes_alone_that_recruit_otherwise(self) -> None:
        town = Town()
        town.accept(seeker(1))
        town.say(
            "application.received", application_id="A1", programme="internship", id_number=number(1), date="2020-11-01"
        )
        review(town, "A1")
        town.close("2020-12-31")
        assert town.application().check is None
        assert town.open() == []


class TestTheReview:
    def test_that_is_not_made_within_three_working_days_is_told_and_holds_the_list(self) -> None:
        town = applied(1, 2)
        review(town, "A1")
        town.close("2020-11-06")
        assert town.open() == ["recruiting_waits application/A2/review"]
        town.close("2020-11-12")
        assert town.round().proposed is None
        review(town, "A2", "不同意")
        assert town.open() == []
        assert town.round().proposed is not None

    def test_in_words_that_nobody_knows_is_no_review(self) -> None:
        town = applied(1)
        review(town, "A1", "再议")
        town.close("2020-11-06")
        assert town.open() == ["recruiting_waits application/A1/review"]
        review(town, "A1", "通过")
        assert town.open() == []

    def test_of_an_application_heard_of_later_counts(self) -> None:
        town = Town()
        town.accept(seeker(1))
        review(town, "A1")
        apply(town, 1)
        assert town.application().is_approved


class TestTheList:
    def test_holds_who_was_approved_and_is_noticed_for_three_working_days(self) -> None:
        town = applied(1, 2, 3)
        review(town, "A1")
        review(town, "A2", "不同意")
        review(town, "A3")
        town.close("2020-11-03")
        assert town.events(RoundProposed) == []
        town.close("2020-11-04")
        (proposed,) = town.events(RoundProposed)
        assert (proposed.application_ids, proposed.person_ids) == (["A1", "A3"], [pseudonym(1), pseudonym(3)])
        assert (proposed.notice_from, proposed.notice_until) == (date(2020, 11, 4), date(2020, 11, 9))

    def test_takes_nobody_who_applies_after_it_closed(self) -> None:
        town = noticed(1)
        town.accept(seeker(2))
        apply(town, 2, "2020-11-14")
        check = town.application("A2").check
        assert check is not None
        assert check.round_id == "dispatch-quota-r2"

    def test_with_nobody_on_it_waits_for_no_decision(self) -> None:
        town = applied(1)
        review(town, "A1", "不合格")
        town.close("2020-12-31")
        assert town.open() == []


class TestTheDecision:
    def test_before_the_notice_ends_has_no_effect_and_says_so(self) -> None:
        town = applied(1)
        assert decide(town).reason == "not_proposed"
        review(town, "A1")
        town.close("2020-11-08")
        assert decide(town).reason == "notice_running"
        town.close("2020-11-09")
        assert decide(town).decision == "approved"

    def test_on_another_list_has_no_effect(self) -> None:
        assert decide(noticed(1), hash_="1" * 64).reason == "content_differs"

    def test_that_nobody_makes_is_told_three_working_days_after_the_notice(self) -> None:
        town = noticed(1)
        town.close("2020-11-11")
        assert town.open() == []
        town.close("2020-11-12")
        assert town.open() == [f"recruiting_waits round/{ROUND}/decision"]
        decide(town)
        assert town.open() == []

    def test_against_the_list_ends_the_round(self) -> None:
        town = noticed(1, 2)
        assert decide(town, "approval.refused").application_ids == ["A1", "A2"]
        town.close("2020-12-31")
        assert town.open() == []
        assert decide(town).reason == "already_decided"
        assert town.application().decided == "refused"


class TestAnObjection:
    def test_to_one_application_keeps_it_out_of_the_decision_until_it_is_cleared(self) -> None:
        town = noticed(1, 2)
        town.say("notice.objected", notice_id="A1", date="2020-11-12", reason="学历不实")
        assert town.open() == ["recruiting_waits application/A1/objection"]
        said = decide(town)
        assert (said.application_ids, said.held_ids) == (["A2"], ["A1"])
        town.say("notice.cleared", notice_id="A1", date="2020-11-17")
        assert town.open() == ["recruiting_waits application/A1/decision"]
        assert decide(town).application_ids == ["A1"]
        assert town.open() == []

    def test_to_the_list_blocks_the_decision_and_says_so(self) -> None:
        town = noticed(1)
        town.say("notice.objected", notice_id=ROUND, date="2020-11-12")
        assert decide(town).reason == "objection_open"
        assert town.open() == [f"recruiting_waits round/{ROUND}/objection"]
        town.close("2020-11-30")
        assert town.open() == [f"recruiting_waits round/{ROUND}/objection"]
        town.say("notice.cleared", notice_id=ROUND, date="2020-11-30")
        assert town.open() == [f"recruiting_waits round/{ROUND}/decision"]
        assert decide(town).decision == "approved"

    def test_to_everybody_on_the_list_leaves_nobody_to_decide_on(self) -> None:
        town = noticed(1)
        town.say("notice.objected", notice_id="A1", date="2020-11-12")
        said = decide(town)
        assert (said.reason, said.held_ids) == ("objection_open", ["A1"])

    def test_cleared_on_a_later_day_is_cleared_whichever_is_heard_of_first(self) -> None:
        town = noticed(1)
        town.say("notice.cleared", notice_id="A1", date="2020-11-12")
        town.say("notice.objected", notice_id="A1", date="2020-11-11")
        assert not town.application().objection.is_open

    def test_to_a_notice_of_something_else_is_nobodys_application(self) -> None:
        town = Town()
        town.say("notice.objected", notice_id="R-2020-11", date="2020-11-01")
        assert town.memory.states("application") == {}


class TestThePosting:
    def test_is_due_by_mid_november_as_the_plan_says(self) -> None:
        assert decide(noticed(1), day="2020-11-10").posting_by == date(2020, 11, 15)

    def test_is_told_when_it_does_not_follow_and_then_the_placement_has_its_own_deadlines(self) -> None:
        town = noticed(1)
        assert decide(town, day="2020-11-16").posting_by == date(2020, 12, 1)
        town.close("2020-12-01")
        assert town.open() == ["recruiting_waits application/A1/posting"]
        town.accept(job("J1", 1, "2020-12-02", contract_until="2021-10-31", county=HESHUI))
        assert town.open() == []
        assert town.application().employment_id == "J1"
        town.close("2020-12-17")
        assert town.open() == ["agreement_missing J1", "arrival_missing J1"]

    def test_that_is_undone_is_awaited_again(self) -> None:
        town = noticed(1)
        decide(town)
        town.accept(job("J1", 1, "2020-11-20", contract_until="2021-10-31"))
        town.say("employment.voided", employment_id="J1", effective_from="2020-11-20", reason="withdrawn_by_employer")
        assert town.application().employment_id is None
        town.close("2020-12-01")
        assert town.open() == ["recruiting_waits application/A1/posting"]

    def test_settles_by_the_review_what_registry_could_not_know(self) -> None:
        town = applied(1, skills=[])
        review(town, "A1")
        town.accept(job("J1", 1, "2020-11-20", contract_until="2021-10-31"))
        check = town.placement().check
        assert check is not None
        assert [each.evidence for each in check.answers if each.gate == "speciality"] == ["资格审查 A1"]
        assert set(town.answers().values()) == {"passed"}

    def test_does_not_settle_a_gate_that_failed(self) -> None:
        town = applied(1, education="61")
        review(town, "A1")
        town.accept(job("J1", 1, "2020-11-20", contract_until="2021-10-31"))
        assert town.open("gate_failed") == ["gate_failed J1/education/failed"]

    @pytest.mark.parametrize("starts_on", ["2020-10-01"])
    def test_before_the_application_is_not_its_posting(self, starts_on: str) -> None:
        town = applied(1)
        town.accept(job("J1", 1, starts_on, contract_until="2021-09-30"))
        assert town.application().employment_id is None
