"""Gates: who may be placed, asked on the first day; what registry cannot know is unknown, never guessed."""

from datetime import date
from typing import Any

import pytest

from services.registry.domain.placements_gates import Age, Scene
from services.registry.domain.placements_people import Candidate
from tests.support.facts import OTHER_USCC, offer
from tests.support.placing import BORN, Town, job, number, seeker

SECRETARY = {"programme": "first-secretary", "sender_kind": "government", "grassroots_months": 12}


def placed(starts_on: str, kind: str, *, born: date = BORN, person: dict[str, Any] | None = None, **said: Any) -> Town:
    """Return a town in which the first person was placed."""
    town = Town("2014-12-31")
    town.accept(seeker(1, born, **(person or {})), job("J1", 1, starts_on, kind, born=born, **said))
    return town


class TestAge:
    @pytest.mark.parametrize(
        ("born", "answer"),
        [(date(2002, 11, 1), "passed"), (date(2002, 11, 2), "failed"), (date(2002, 10, 31), "passed")],
    )
    def test_is_asked_on_the_first_day_and_a_birthday_completes_a_year(self, born: date, answer: str) -> None:
        assert placed("2020-11-01", "dispatch", born=born).answers()["age"] == answer

    @pytest.mark.parametrize(("born", "answer"), [(date(1981, 3, 1), "passed"), (date(1980, 3, 1), "failed")])
    def test_of_a_first_secretary_is_at_most_35(self, born: date, answer: str) -> None:
        assert placed("2016-03-01", "secondment", born=born, **SECRETARY).answers()["age"] == answer

    def test_is_unknown_of_a_person_whose_day_of_birth_no_fact_gave(self) -> None:
        answer, evidence = Age(name="age", at_least=18).answer(Scene(Candidate(), date(2020, 11, 1)))
        assert (answer, evidence) == ("unknown", "出生日期（登记的身份证件）")


class TestEducation:
    @pytest.mark.parametrize(
        ("code", "answer"),
        [("31", "passed"), ("41", "passed"), ("49", "unknown"), ("33", "unknown"), ("61", "failed"), ("71", "failed")],
    )
    def test_of_dispatched_workers_is_at_least_secondary_vocational(self, code: str, answer: str) -> None:
        assert placed("2020-11-01", "dispatch", person={"education": code}).answers()["education"] == answer

    @pytest.mark.parametrize(("code", "answer"), [("11", "passed"), ("10", "unknown"), ("14", "failed")])
    def test_of_a_phd_in_a_firm_is_a_doctorate(self, code: str, answer: str) -> None:
        said = {"programme": "phd-to-firms", "contract_until": "2021-10-31"}
        answers = placed("2020-11-01", "secondment", person={"education": code}, **said).answers()
        assert answers == {"education": answer, "term": "passed"}

    def test_that_is_learnt_later_settles_the_gate(self) -> None:
        town = placed("2020-11-01", "dispatch", person={"education": "61"})
        assert "gate_failed J1/education/failed" in town.open()
        town.say("jobseeker.updated", id_number=number(1), education="31")
        assert town.answers()["education"] == "passed"
        assert town.open("gate_failed") == []


class TestSpeciality:
    def test_is_told_by_the_skills_and_unknown_without_them(self) -> None:
        assert placed("2020-11-01", "dispatch").answers()["speciality"] == "passed"
        town = placed("2020-11-01", "dispatch", person={"skills": ["平车缝纫"]})
        assert town.answers()["speciality"] == "unknown"
        assert town.details("gate_failed")["missing"] == "（缺：专长证明（登记的技能））"
        assert town.details("gate_failed")["clause"].endswith("四（二）")


class TestFirstSecretaries:
    def test_who_meet_everything_leave_nothing_to_do(self) -> None:
        town = placed("2016-03-01", "secondment", **SECRETARY)
        assert set(town.answers().values()) == {"passed"}
        assert town.open() == []

    @pytest.mark.parametrize("sender", ["school", "hospital"])
    def test_do_not_come_from_schools_or_hospitals(self, sender: str) -> None:
        assert placed("2016-03-01", "secondment", **SECRETARY | {"sender_kind": sender}).answers()["sender"] == "failed"

    def test_with_two_years_at_the_grass_roots_need_proof_of_a_single_experience(self) -> None:
        town = placed("2016-03-01", "secondment", **SECRETARY | {"grassroots_months": 24})
        assert town.open() == ["gate_failed J1/grassroots/unknown"]
        assert "经历单一" in town.details("gate_failed")["missing"]

    def test_of_whom_nothing_was_said_have_unknown_gates_until_a_correction_says_it(self) -> None:
        town = placed("2016-03-01", "secondment", programme="first-secretary")
        assert town.open() == ["gate_failed J1/grassroots/unknown", "gate_failed J1/sender/unknown"]
        town.say(
            "employment.corrected", employment_id="J1", reason="补录", sender_kind="government", grassroots_months=3,
            sender_uscc=OTHER_USCC,
        )  # fmt: skip
        assert town.open() == []
        assert town.placement().sender_uscc == OTHER_USCC

    def test_serve_a_year_and_only_in_the_years_of_the_plan(self) -> None:
        late = placed("2018-03-01", "secondment", **SECRETARY)
        assert late.answers()["period"] == "failed"
        long = placed("2016-03-01", "secondment", **SECRETARY, contract_until="2017-03-01")
        assert long.answers()["term"] == "failed"
        assert placed("2016-03-01", "secondment", **SECRETARY).placement().check.until == date(2017, 2, 28)  # type: ignore[union-attr]


class TestTitles:
    @pytest.mark.parametrize(
        ("programme", "level", "answer"),
        [
            ("township-deputy", "senior", "passed"),
            ("township-deputy", "junior", "failed"),
            ("township-deputy", None, "unknown"),
            ("specialist-exchange", "middle", "passed"),
            ("specialist-exchange", "junior", "unknown"),
        ],
    )
    def test_are_asked_as_the_programme_asks_them(self, programme: str, level: str | None, answer: str) -> None:
        said = {"programme": programme, "title_level": level, "sender_kind": "school"}
        told = {name: value for name, value in said.items() if value is not None}
        assert placed("2016-03-01", "secondment", **told).answers()["title"] == answer


class TestOtherGates:
    def test_of_a_village_post_are_status_and_labour_ability(self) -> None:
        town = Town("2018-12-31")
        roster = {"id_number": number(1), "labour_ability": False, "status": "listed"}
        town.accept(offer("roster.entry", "r1", **roster), job("J1", 1, "2019-01-10", "village_post"))
        assert town.open() == ["gate_failed J1/labour_ability/failed"]
        town.accept(offer("roster.entry", "r2", **roster | {"status": "none", "status_from": "2019-01-01"}))
        assert town.answers() == {"status": "failed", "labour_ability": "failed"}

    def test_of_an_internship_is_a_graduation_that_is_recorded(self) -> None:
        town = placed("2018-07-01", "internship")
        assert town.open() == ["gate_failed J1/graduation/unknown"]
        town.say("graduation.recorded", id_number=number(1), school_kind="college", graduated_on="2018-06-30")
        assert town.open() == []

    def test_of_a_commissioned_trainee_is_a_term_of_five_years(self) -> None:
        said = {"programme": "commissioned-service"}
        short = placed("2018-03-01", "talent", **said, contract_until="2023-02-27")
        assert short.answers()["term"] == "failed"
        assert placed("2018-03-01", "talent", **said, contract_until="2023-02-28").answers()["term"] == "passed"
        assert placed("2018-03-01", "talent", **said).answers()["term"] == "unknown"

    def test_a_kind_that_its_programme_does_not_know_fails_and_an_ordinary_job_is_asked_nothing(self) -> None:
        assert placed("2016-03-01", "internship", **SECRETARY).answers()["post_kind"] == "failed"
        plain = placed("2016-03-01", "ordinary")
        assert plain.placement().check is None
        assert plain.open() == []

    def test_that_failed_are_settled_by_the_end_of_the_placement_or_by_its_undoing(self) -> None:
        for fact, said in (
            ("employment.ended", {"last_day": "2016-04-01"}),
            ("employment.voided", {"effective_from": "2016-03-01"}),
        ):
            town = placed("2016-03-01", "secondment", **SECRETARY | {"sender_kind": "school"})
            assert town.open() == ["gate_failed J1/sender/failed"]
            town.say(fact, employment_id="J1", reason="不符合条件", **said)
            assert town.open() == []
