"""One person however the number is written; merges and splits are facts, and move nothing that is known already."""

from typing import Any

import pytest

from services.registry.domain.door import IntakeDoor
from services.registry.subscribers import REGISTRY
from shared.events.employment import EmploymentConfirmed
from shared.events.identity import PersonMerged
from shared.events.people import PairAssigned, RosterEntry, VisitRecorded
from shared.events.premiums import PremiumPaid
from shared.events.roster import ExitProposed
from shared.events.tasks import TaskClosed, TaskOpened
from shared.privacy import person_id
from shared.runner.wire import admitted
from tests.support.facts import FIRST_CLOSED, KEYS, Offer, closing, id_number, offer
from tests.support.rosters import entry, listed, pseudonym, row, rows, snapshot
from tests.support.toy import Stored
from tests.support.world import Registry, accepted


def merge(one: int, into: int, id_: str = "") -> Offer:
    numbers = {"id_number": id_number(one), "into_id_number": id_number(into)}
    return offer("person.merged", id_ or f"merge-{one}-{into}", **numbers)


def split(one: int, other: int) -> Offer:
    return offer("person.split", f"split-{one}-{other}", id_number=id_number(one), from_id_number=id_number(other))


def visit(number: int, id_: str) -> Offer:
    return offer("visit.recorded", id_, id_number=id_number(number))


def told_of(registry: Registry, kind: Any) -> list[str]:
    return [event.person_id for event in registry.events(kind)]


class TestANumber:
    @pytest.mark.parametrize(
        "written",
        ["350622620401013", "350622196204010138", "３５０６２２１９６２０４０１０１３８", " 350622 19620401 0138 "],
    )
    def test_names_one_person_however_it_is_written(self, written: str) -> None:
        registry = accepted([offer("roster.entry", "e-1", id_number=written)])
        assert told_of(registry, RosterEntry) == [person_id(KEYS.person, "350622196204010138")]

    @pytest.mark.parametrize(
        "written",
        ["35062419600520002X", "35062419600520002x", "350624600520002", "３５０６２４１９６００５２０００２ｘ"],
    )
    def test_that_ends_in_an_x_does_so_in_every_spelling(self, written: str) -> None:
        registry = accepted([offer("roster.entry", "e-1", id_number=written)])
        assert told_of(registry, RosterEntry) == [person_id(KEYS.person, "35062419600520002X")]

    def test_of_either_form_stands_for_the_same_person_in_a_snapshot(self) -> None:
        both = [row(1, id_number="350622620401013"), row(1, id_number="350622196204010138")]
        assert len(listed(accepted(snapshot("S2", [both])))) == 1


class TestAMerge:
    def test_tells_later_facts_of_the_person_who_stays(self) -> None:
        registry = accepted([entry(1), entry(2), merge(1, 2), visit(1, "v-1")])
        assert told_of(registry, VisitRecorded) == [pseudonym(2)]

    def test_leaves_what_is_known_where_it_is_and_asks_the_office_to_compare(self) -> None:
        registry = accepted([entry(1), entry(2)])
        before = listed(registry)[pseudonym(1)].told
        registry.tell(merge(1, 2))
        assert listed(registry)[pseudonym(1)].told == before
        (task,) = [event for event in registry.events(TaskOpened) if event.kind != "pair_missing"]
        assert (task.kind, task.county, task.person_id) == ("merged_money", "350622", pseudonym(1))
        assert task.details["into_person_id"] == pseudonym(2)

    def test_follows_a_chain(self) -> None:
        registry = accepted([*(entry(n) for n in (1, 2, 3)), merge(1, 2), merge(2, 3), visit(1, "v-1")])
        assert told_of(registry, VisitRecorded) == [pseudonym(3)]

    def test_gives_the_same_ids_whenever_it_runs_again(self) -> None:
        facts = [entry(1), entry(2), merge(1, 2), visit(1, "v-1"), split(1, 2), visit(1, "v-2")]
        ids = [[message.id for message in accepted(facts).memory.emitted] for _ in range(2)]
        assert ids[0] == ids[1]

    def test_waits_until_both_are_known(self) -> None:
        registry = accepted([entry(1)])
        (said,) = registry.tell(merge(1, 2))
        assert said.waiting_for == f"person/{pseudonym(2)}"
        registry.tell(entry(2))
        assert told_of(registry, PersonMerged) == [pseudonym(1)]

    def test_says_nothing_new_the_second_time(self) -> None:
        registry = accepted([entry(1), entry(2), merge(1, 2)])
        assert registry.after(merge(1, 2, "again")) == []

    @pytest.mark.parametrize(
        ("facts", "wrong", "code"),
        [
            ([], merge(1, 1), "merged_into_itself"),
            ([merge(1, 2)], merge(2, 1), "merge_cycle"),
            ([merge(1, 2), merge(2, 3)], merge(3, 1), "merge_cycle"),
            ([merge(1, 2)], merge(1, 3), "already_merged"),
            ([], split(1, 1), "split_from_itself"),
            ([merge(1, 2)], split(1, 3), "merged_elsewhere"),
        ],
    )
    def test_that_cannot_be_is_refused_with_a_code(self, facts: list[Offer], wrong: Offer, code: str) -> None:
        registry = accepted([*(entry(n) for n in (1, 2, 3)), *facts])
        (said,) = registry.tell(wrong)
        assert (said.outcome, said.code) == ("rejected", code)

    def test_takes_the_person_off_their_coordinator(self) -> None:
        officer = offer("coordinator.registered", "o-1")
        registry = accepted([officer, entry(1), entry(2), merge(1, 2), entry(3)])
        assert [pair.load for pair in registry.events(PairAssigned)] == [1, 2, 2]
        assert registry.memory.states("person")[pseudonym(1)].coordinator_id == ""

    def test_takes_the_person_off_the_roster_of_the_county(self) -> None:
        registry = accepted([entry(1), entry(2), merge(1, 2)])
        assert registry.memory.states("county_roster")["350622"].people == 1
        registry.tell(*snapshot("S2", [rows([2])]))
        assert registry.events(ExitProposed) == []

    def test_lets_a_snapshot_name_the_person_by_either_number(self) -> None:
        registry = accepted([entry(1), entry(2), merge(1, 2), *snapshot("S2", [rows([1])])])
        assert registry.events(ExitProposed) == []
        assert listed(registry)[pseudonym(2)].snapshot_id == "S2"

    def test_leaves_an_employment_with_the_number_under_which_it_was_confirmed(self) -> None:
        work = [offer("employer.registered", "e"), entry(1), entry(2), offer("employment.confirmed", "c-1")]
        registry = accepted([*work, merge(1, 2)])
        assert registry.after(offer("employment.confirmed", "c-2")) == []
        registry.tell(offer("premium.paid", "m-1"), offer("employment.confirmed", "c-3", employment_id="J2"))
        assert told_of(registry, EmploymentConfirmed) == [pseudonym(1), pseudonym(2)]
        assert told_of(registry, PremiumPaid) == [pseudonym(2)]


class TestTheVault:
    def test_keeps_a_name_and_a_phone_under_the_number_that_is_the_persons_now(self) -> None:
        stored, door = Stored(REGISTRY), IntakeDoor(KEYS)
        told = [
            closing(FIRST_CLOSED),
            entry(1),
            entry(2),
            merge(1, 2),
            offer("jobseeker.registered", "j-1"),
            split(1, 2),
        ]
        told.append(offer("jobseeker.registered", "j-2"))
        kept = [
            stored.take(admitted(door, fact.subject, None, fact.body, number)).personal
            for number, fact in enumerate(told)
        ]
        assert [(each.subject_id, sorted(each.fields)) for each in kept[4]] == [(pseudonym(2), ["name", "phone"])]
        assert [each.subject_id for each in kept[6]] == [pseudonym(1)]
        assert "id_number" in kept[6][0].fields


class TestASplit:
    def test_tells_later_facts_of_the_first_again_and_pairs_them(self) -> None:
        officer = offer("coordinator.registered", "o-1")
        registry = accepted([officer, entry(1), entry(2), merge(1, 2), split(1, 2), visit(1, "v-1")])
        assert told_of(registry, VisitRecorded) == [pseudonym(1)]
        assert registry.memory.states("coordinator")["C1"].load == 2
        assert registry.memory.states("county_roster")["350622"].people == 2

    def test_closes_the_task_to_compare(self) -> None:
        registry = accepted([entry(1), entry(2), merge(1, 2), split(1, 2)])
        closed = [task.kind for task in registry.events(TaskClosed) if task.kind != "pair_missing"]
        assert closed == ["merged_money"]

    def test_of_a_record_that_was_never_merged_is_a_fact_like_any(self) -> None:
        assert accepted([entry(1), split(1, 2)]).memory.states("person")[pseudonym(1)].merged_into == ""

    def test_can_be_merged_anew(self) -> None:
        registry = accepted([*(entry(n) for n in (1, 2, 3)), merge(1, 2), split(1, 2), merge(1, 3), visit(1, "v-1")])
        assert told_of(registry, VisitRecorded) == [pseudonym(3)]
