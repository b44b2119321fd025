"""A person's file at the desk: made of events, in whatever order they were told."""

from datetime import date
from typing import Any

from services.notify.domain.casefile import CASE_FILE, CaseFile
from services.notify.domain.unclaimed import UNCLAIMED
from shared.events.casework import PairEnded
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    ExitConfirmed,
    JobseekerRegistered,
    JobseekerUpdated,
    JobseekerWithdrawn,
    PairAssigned,
    PlanAgreed,
    RosterEntry,
    VisitRecorded,
)
from shared.events.takeup import EmployerUnclaimed, EntitlementUnclaimed, Missing
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Message
from tests.support.facts import COUNTY, TOWNSHIP, USCC, VILLAGE

PERSON, OTHER = "p" + "a" * 25, "p" + "b" * 25
DAY = date(2018, 3, 5)
HIRED = EmploymentConfirmed(
    employment_id="J1", person_id=PERSON, uscc=USCC, starts_on=date(2018, 3, 1), post_kind="workshop"
)
WAITS = {"task_id": "t-1", "kind": "exit_waits", "matter": PERSON, "person_id": PERSON}


def message(event: Event) -> Message:
    return Message("m", "", event, 7, DAY, "c")


def after(*events: Event) -> CaseFile:
    state = CaseFile()
    for event in events:
        assert list(CASE_FILE.concerns(message(event))) == [PERSON]
        state = CASE_FILE.evolve(state, message(event))
    return state


def listed(since: date = date(2016, 1, 1), **said: Any) -> RosterEntry:
    named = {"household_id": "H-1", "status": "listed", "county": COUNTY, "township": TOWNSHIP, "village": VILLAGE}
    return RosterEntry(person_id=PERSON, status_from=since, **(named | said))


def seeks(**said: Any) -> JobseekerRegistered:
    known = {"county": COUNTY, "education": "71", "skills": [], "occupations": [], "sms_consent": True}
    return JobseekerRegistered(person_id=PERSON, phone_id="h" + "a" * 25, **(known | said))


def test_a_person_lives_where_the_roster_says() -> None:
    case = after(seeks(county="350624"), listed(), seeks(county="350624"))
    assert (case.area, case.status, case.household_id, case.seeks) == (VILLAGE, "listed", "H-1", True)


def test_who_is_not_on_the_roster_lives_where_the_job_seeker_says() -> None:
    assert after(seeks(township=TOWNSHIP)).area == TOWNSHIP
    assert after(seeks(township=TOWNSHIP), JobseekerUpdated(person_id=PERSON, wants_training=True)).area == TOWNSHIP
    moved = JobseekerUpdated(person_id=PERSON, county="350624", township="350624100")
    assert after(seeks(township=TOWNSHIP), moved).area == "350624100"
    assert after(listed(status="none"), seeks(county="350624")).area == "350624"


def test_an_area_bears_the_code_that_its_county_has_today() -> None:
    assert after(listed(county="350681", township="350681100", village="350681100201")).area == "350604100201"


def test_an_entry_of_before_changes_nothing_of_what_holds_now() -> None:
    now = listed(date(2018, 1, 1), status="exited")
    assert after(now, listed(date(2016, 1, 1), village="350622100299")) == after(now)


def test_a_confirmed_exit_is_the_status_from_its_day_on() -> None:
    left = ExitConfirmed(person_id=PERSON, date=DAY, by="u-1")
    assert (after(listed(), left).status, after(listed(), left).status_from) == ("exited", DAY)


def test_who_looks_after_a_person_is_known_until_the_pair_ends() -> None:
    pair = PairAssigned(person_id=PERSON, coordinator_id="C1", county=COUNTY, load=1)
    over = PairEnded(person_id=PERSON, coordinator_id="C1", county=COUNTY, load=0, reason="out_of_reach")
    assert (after(pair).coordinator_id, after(pair).area) == ("C1", COUNTY)
    assert after(pair, over).coordinator_id is None


def test_the_last_visit_and_plan_count_in_whatever_order_they_are_told() -> None:
    visits = [
        VisitRecorded(person_id=PERSON, coordinator_id="C1", date=date(2018, 3, n), kind="survey") for n in (9, 2)
    ]
    plan = PlanAgreed(person_id=PERSON, coordinator_id="C1", date=DAY, measures=[])
    case = after(*visits, plan)
    assert (case.visited_on, case.planned_on) == (date(2018, 3, 9), DAY)


def test_an_exit_is_proposed_as_long_as_its_task_is_open() -> None:
    opened = TaskOpened(**WAITS, opened_on=DAY, details={"snapshot_id": "S1"})
    assert after(opened).exit_proposed == "S1"
    assert after(opened, TaskClosed(**WAITS)).exit_proposed == ""


def test_an_employment_is_what_was_said_of_it_last() -> None:
    ended = EmploymentEnded(employment_id="J1", person_id=PERSON, uscc=USCC, last_day=date(2018, 9, 30), reason="")
    moved = EmploymentCorrected(employment_id="J1", person_id=PERSON, starts_on=date(2018, 3, 3), reason="")
    false = EmploymentVoided(
        employment_id="J1", person_id=PERSON, uscc=USCC, effective_from=date(2018, 3, 1), reason="false_report"
    )
    later = false.model_copy(update={"effective_from": date(2018, 5, 1)})
    assert after(HIRED, moved).jobs["J1"].starts_on == date(2018, 3, 3)
    assert after(HIRED, ended).running(date(2018, 10, 1)) == {}
    assert list(after(HIRED, ended).running(date(2018, 9, 30))) == ["J1"]
    assert after(HIRED, later).jobs["J1"].last_day == date(2018, 4, 30)
    assert after(HIRED, false).jobs == {}


def test_only_the_last_twenty_employments_are_shown() -> None:
    many = [
        HIRED.model_copy(update={"employment_id": f"J{n}", "starts_on": date(2018, 1, 1 + n)}) for n in range(25, 0, -1)
    ]
    assert set(after(*many).jobs) == {f"J{n}" for n in range(6, 26)}


def test_who_looks_for_no_work_any_more_does_not_seek() -> None:
    assert not after(seeks(), JobseekerWithdrawn(person_id=PERSON, reason="")).seeks


def test_a_record_that_is_another_persons_says_whose() -> None:
    merged = PersonMerged(person_id=PERSON, into_person_id=OTHER, date=DAY, doc_no="x", reason="")
    split = PersonSplit(person_id=PERSON, from_person_id=OTHER, date=DAY, doc_no="x", reason="")
    assert after(merged).merged_into == OTHER
    assert after(merged, split).merged_into == ""


def test_what_is_missing_is_kept_until_nothing_is() -> None:
    missing = Missing(
        programme="social-insurance", payee=USCC, reason="not_paid", awaits="premium.paid", since="2018-03",
        until="2018-04", periods=2,
    )  # fmt: skip
    said = EntitlementUnclaimed(person_id=PERSON, county=COUNTY, as_of=DAY, missing=[missing])
    known = UNCLAIMED.evolve(UNCLAIMED.initial(PERSON), message(said))
    assert (known.missing, UNCLAIMED.keep(known)) == ((missing,), True)
    filled = UNCLAIMED.evolve(known, message(said.model_copy(update={"missing": []})))
    assert not UNCLAIMED.keep(filled)
    employer = EmployerUnclaimed(uscc=USCC, county=COUNTY, as_of=DAY, missing=[missing])
    assert list(UNCLAIMED.concerns(message(employer))) == [USCC]
