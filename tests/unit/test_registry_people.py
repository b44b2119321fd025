"""Who is paired with whom, and how days are closed."""

from datetime import date
from typing import Any

import pytest

from shared.events.alerts import FactRejected
from shared.events.clock import DayClosed
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected
from shared.events.people import PairAssigned, RosterEntry
from shared.events.premiums import EmployerPremiumRecorded
from shared.runner.core import Message
from tests.support.facts import EXAMPLES, OTHER_USCC, TOWNSHIP, USCC, VILLAGE, Offer, closing, id_number, offer
from tests.support.world import Registry, accepted

ELSEWHERE = {"township": "350622101", "village": "350622101200"}


def officer(id_: str, **area: Any) -> Offer:
    return offer("coordinator.registered", f"o-{id_}", coordinator_id=id_, **area)


def resident(number: int, **said: Any) -> Offer:
    return offer("roster.entry", f"r-{number}-{len(said)}", id_number=id_number(number), **said)


def pairs(registry: Registry) -> list[tuple[str, int]]:
    return [(pair.coordinator_id, pair.load) for pair in registry.events(PairAssigned)]


class TestPairs:
    def test_a_new_person_is_given_the_officer_of_the_village(self) -> None:
        registry = accepted(
            [officer("far", villages=[], townships=[TOWNSHIP], role="township"), officer("near"), resident(1)]
        )
        assert pairs(registry) == [("near", 1)]

    def test_of_two_who_are_equally_near_the_one_with_fewer_people(self) -> None:
        registry = accepted([officer("b"), officer("a"), *(resident(n) for n in range(1, 6))])
        assert pairs(registry) == [("b", 1), ("a", 1), ("b", 2), ("a", 2), ("b", 3)]

    def test_a_county_officer_takes_whom_nobody_nearer_does(self) -> None:
        county = officer("county", villages=[], townships=[], role="county")
        registry = accepted([officer("near"), county, resident(1, **ELSEWHERE)])
        assert pairs(registry) == [("county", 1)]

    def test_who_cannot_work_is_not_paired(self) -> None:
        assert pairs(accepted([officer("near"), resident(1, labour_ability=False)])) == []

    def test_who_has_an_officer_keeps_that_one(self) -> None:
        registry = accepted([officer("near"), resident(1), officer("new"), resident(1, head=True)])
        assert pairs(registry) == [("near", 1)]

    def test_an_officer_who_left_takes_nobody(self) -> None:
        left = offer("coordinator.relieved", "l-1", coordinator_id="near")
        assert pairs(accepted([officer("near"), left, resident(1)])) == []

    def test_a_job_seeker_is_paired_like_anybody(self) -> None:
        assert pairs(accepted([officer("near"), offer("jobseeker.registered", "j-1")])) == [("near", 1)]

    def test_a_snapshot_spreads_its_people_over_the_officers(self) -> None:
        entries = [EXAMPLES["roster.entry"] | {"id_number": id_number(n)} for n in range(1, 6)]
        registry = accepted([officer("b"), officer("a"), offer("roster.snapshot", "s-1", entries=entries)])
        assert pairs(registry) == [("b", 1), ("a", 1), ("b", 2), ("a", 2), ("b", 3)]

    def test_a_person_who_stands_twice_in_a_snapshot_is_paired_once(self) -> None:
        entries = [EXAMPLES["roster.entry"]] * 2
        assert pairs(accepted([officer("near"), offer("roster.snapshot", "s-1", entries=entries)])) == [("near", 1)]

    def test_a_snapshot_says_of_each_person_what_an_entry_says(self) -> None:
        entry = EXAMPLES["roster.entry"]
        by_snapshot = accepted([offer("roster.snapshot", "s-1", entries=[entry])]).events(RosterEntry)
        assert [e.person_id for e in by_snapshot] == [e.person_id for e in accepted([resident(1)]).events(RosterEntry)]


class TestANewOfficer:
    def test_takes_on_the_people_of_the_area_who_have_none(self) -> None:
        registry = accepted([*(resident(n) for n in range(1, 8)), resident(8, **ELSEWHERE)])
        emitted = registry.after(officer("near"))
        paired = [m.event.person_id for m in emitted if isinstance(m.event, PairAssigned)]
        assert len(paired) == 7
        assert paired == sorted(paired)
        assert pairs(registry) == [("near", n) for n in range(1, 8)]

    def test_leaves_the_others_theirs(self) -> None:
        registry = accepted([officer("first"), resident(1), officer("second")])
        assert pairs(registry) == [("first", 1)]

    def test_of_another_county_takes_nobody(self) -> None:
        registry = accepted([resident(1), officer("far", county="350624", townships=[], villages=["350624100201"])])
        assert pairs(registry) == []

    def test_who_gets_a_wider_area_takes_on_the_rest(self) -> None:
        registry = accepted([officer("o"), resident(1, **ELSEWHERE)])
        assert pairs(registry) == []
        wider = offer("coordinator.registered", "o-wider", coordinator_id="o", villages=[VILLAGE, ELSEWHERE["village"]])
        registry.tell(wider)
        assert pairs(registry) == [("o", 1)]


class TestDays:
    def test_are_closed_one_by_one(self) -> None:
        registry = Registry()
        said = registry.tell(closing(date(2018, 3, 2)), closing(date(2018, 3, 4)), closing(date(2018, 3, 3)))
        assert [d.code for d in said] == ["", "day_out_of_order", ""]

    def test_are_closed_once_whoever_says_so(self) -> None:
        registry = Registry()
        again = offer("calendar.day_closed", "another-clock", {"date": "2018-03-01"}, by_source="zhaoan-hr")
        assert [d.code for d in registry.tell(again)] == ["day_already_closed"]
        assert len({event.date for event in registry.events(DayClosed)}) == 1

    def test_what_is_decided_at_the_closing_of_a_day_is_known_on_it(self) -> None:
        registry = Registry()
        (closed, *_) = registry.after(closing(date(2018, 3, 2)))
        assert (closed.known_on, closed.sequence) == (date(2018, 3, 2), 2)

    def test_a_fact_is_known_on_the_open_day(self) -> None:
        registry = Registry()
        registry.tell(closing(date(2018, 3, 2)))
        assert known(registry.after(resident(1))) == {date(2018, 3, 3)}


class TestNumbers:
    def test_of_accepted_facts_have_no_gaps(self) -> None:
        registry = Registry()
        registry.tell(resident(1), resident(2), offer("exit.confirmed", "g-1", date="nonsense"), resident(3))
        facts = [m.sequence for m in registry.memory.emitted if isinstance(m.event, RosterEntry)]
        assert facts == [2, 3, 4]

    def test_are_inherited_by_what_a_fact_causes(self) -> None:
        registry = accepted([officer("near")])
        assert len({m.sequence for m in registry.after(resident(1))}) == 1


class TestWork:
    def test_a_confirmed_employment_carries_what_is_known_of_the_employer(self) -> None:
        (confirmed,) = accepted(WORK).events(EmploymentConfirmed)
        assert (confirmed.employer_kind, confirmed.employer_size, confirmed.insured_county) == (
            "workshop",
            "sme",
            "350622",
        )

    def test_the_same_employment_under_another_id_says_nothing_new(self) -> None:
        registry = accepted(WORK)
        assert registry.after(offer("employment.confirmed", "c-2")) == []

    def test_another_start_of_the_same_employment_is_refused(self) -> None:
        (said,) = accepted(WORK).tell(offer("employment.confirmed", "c-2", starts_on="2018-04-01"))
        assert (said.outcome, said.code, said.path) == ("rejected", "already_exists", "data.employment_id")

    def test_a_correction_to_another_employer_carries_that_employer(self) -> None:
        other = offer("employer.registered", "e-2", uscc=OTHER_USCC, kind="cooperative")
        moved = offer("employment.corrected", "k-1", uscc=OTHER_USCC)
        (corrected,) = accepted([*WORK, other, moved]).events(EmploymentCorrected)
        assert (corrected.uscc, corrected.employer_kind) == (OTHER_USCC, "cooperative")

    def test_a_premium_is_told_to_the_employers_side_too(self) -> None:
        registry = accepted([*WORK, offer("premium.paid", "m-1"), offer("premium.refunded", "m-2")])
        copies = registry.events(EmployerPremiumRecorded)
        assert [(c.uscc, c.kind, c.date, c.unemployment_fen) for c in copies] == [
            (USCC, "paid", date(2018, 3, 28), 1_400),
            (USCC, "refunded", date(2018, 5, 28), 1_400),
        ]

    @pytest.mark.parametrize("fact", ["arrival.recorded", "attendance.recorded", "agreement.signed", "duty.done"])
    def test_what_happens_at_a_post_is_told_to_the_persons_partition(self, fact: str) -> None:
        registry = accepted(WORK)
        (confirmed,) = registry.events(EmploymentConfirmed)
        (message,) = registry.after(offer(fact, "h-1"))
        assert message.event.model_dump()["person_id"] == confirmed.person_id


class TestARefusal:
    def test_is_told_to_the_office(self) -> None:
        registry = Registry()
        registry.tell(offer("exit.confirmed", "g-1", date="nonsense"))
        (told,) = registry.events(FactRejected)
        assert (told.source, told.fact, told.code, told.path) == (
            "yunxiao-hr",
            "exit.confirmed",
            "bad_date",
            "data.date",
        )

    def test_of_a_message_that_is_no_event_is_told_too(self) -> None:
        registry = Registry()
        said = registry.memory.publish("intake.yunxiao-hr.exit.confirmed", b"\xff\xfe")
        assert (said.outcome, said.code) == ("rejected", "not_json")

    @pytest.mark.parametrize(
        "subject",
        ["intake", "intake.", "intake.a", "intake.a.", "intake..b", f"intake.{'s' * 300}.{'f' * 300}", "other.x.y"],
    )
    def test_is_possible_whatever_the_subject(self, subject: str) -> None:
        said = Registry().memory.publish(subject, offer("exit.confirmed", "g-1").body)
        assert said.outcome == "rejected"


def known(messages: list[Message]) -> set[date]:
    return {message.known_on for message in messages}


WORK = [offer("employer.registered", "e-1"), resident(1), offer("employment.confirmed", "c-1")]
