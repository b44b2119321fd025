"""Snapshots of the roster: held until they are whole, compared with what is known, exits proposed and never made."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.events.envelope import MAX_BYTES
from shared.events.people import RosterEntry
from shared.events.roster import ExitProposed, PartTaken, SnapshotDropped, SnapshotHeld, SnapshotReleased, SnapshotTaken
from shared.events.tasks import TaskOpened
from shared.runner.wire import recorded
from tests.support.facts import FIRST_CLOSED, closing, id_number, offer
from tests.support.rosters import content_hash, entry, listed, pseudonym, row, rows, snapshot, tasks, told
from tests.support.world import Registry, accepted, published

TEN = range(1, 11)


def held(registry: Registry) -> list[str]:
    return [event.reason for event in registry.events(SnapshotHeld)]


def answer(kind: str, registry: Registry, snapshot_id: str, **said: Any) -> Any:
    hash_ = said.pop("content_hash", None) or content_hash(registry, snapshot_id)
    return offer(f"approval.{kind}", f"{kind}-{snapshot_id}-{hash_[:8]}", subject_id=snapshot_id, content_hash=hash_)


class TestASnapshotInParts:
    def test_says_nothing_until_its_last_part_is_there(self) -> None:
        first, second = snapshot("S2", [rows([1, 2]), rows([3])])
        registry = accepted([second])
        assert told(registry) == []
        registry.tell(first)
        assert [id_ for id_, _ in told(registry)] == [pseudonym(n) for n in (1, 2, 3)]

    def test_gives_the_same_entries_whatever_the_order_of_its_parts(self) -> None:
        parts = snapshot("S2", [rows([1, 2]), rows([3, 4]), rows([5])])
        one, other = accepted(parts), accepted([parts[2], parts[0], parts[1]])
        assert told(one) == told(other)
        assert listed(one) == listed(other)

    def test_pairs_people_and_shares_them_out_over_all_its_parts(self) -> None:
        officers = [offer("coordinator.registered", f"o-{name}", coordinator_id=name) for name in "ab"]
        registry = accepted([*officers, *snapshot("S2", [rows([1, 2, 3]), rows([4])])])
        assert [officer.load for officer in registry.memory.states("coordinator").values()] == [2, 2]

    def test_tells_the_sender_what_it_was_found_to_be(self) -> None:
        registry = accepted([entry(1), entry(2, village="350622100202"), entry(9)])
        registry.tell(*snapshot("S2", [rows([1, 2]), rows([3])]))
        (taken,) = registry.events(SnapshotTaken)
        assert (taken.people, taken.entered, taken.changed, taken.unchanged) == (4, 1, 1, 1)
        assert (taken.exits_proposed, taken.refused, taken.conflicts) == (1, 0, 0)
        changed = [change for part in registry.events(PartTaken) for change in part.changed]
        assert [(change.person_id, change.fields) for change in changed] == [(pseudonym(2), ["village"])]

    def test_told_twice_changes_nothing(self) -> None:
        parts = snapshot("S2", [rows([1, 2]), rows([3])])
        registry = accepted(parts)
        before = listed(registry)
        again = [offer_.but(id=f"{offer_.id}-again") for offer_ in parts]
        assert [said.outcome for said in registry.tell(*again)] == ["applied", "applied"]
        assert registry.after(*[offer_.but(id=f"{offer_.id}-third") for offer_ in parts]) == []
        assert listed(registry) == before

    def test_that_repeats_the_last_one_gives_no_entry(self) -> None:
        registry = accepted(snapshot("S2", [rows([1, 2]), rows([3])]))
        registry.tell(*snapshot("S3", [rows([1]), rows([2, 3])], as_of="2018-03-02"))
        assert len(told(registry)) == 3
        assert registry.events(SnapshotTaken)[-1].unchanged == 3

    def test_says_of_a_person_when_they_were_born_as_an_entry_does(self) -> None:
        (said,) = accepted(snapshot("S2", [rows([1])])).events(RosterEntry)
        (entered,) = accepted([entry(1)]).events(RosterEntry)
        assert said == entered
        assert (said.born_on, said.sex) == (date(1985, 2, 3), "male")

    def test_of_the_largest_size_can_be_read_back_from_the_stream(self) -> None:
        registry = Registry()
        (message,) = registry.after(*snapshot("S2", [rows(range(1, 261)), rows([261])])[:1])
        (body,) = published([message])
        assert len(body) > MAX_BYTES * 9 // 10
        read = recorded(None, body, 1).message
        assert read is not None
        assert read.event == message.event

    def test_keeps_no_rows_once_it_is_taken(self) -> None:
        registry = accepted(snapshot("S2", [rows([1, 2]), rows([3])]))
        assert [part.rows for part in registry.memory.states("snapshot_part").values()] == [(), ()]
        assert registry.memory.states("snapshot_release") == {}

    @pytest.mark.parametrize(
        ("changed", "path"),
        [({"county": "350624"}, "data.county"), ({"as_of": "2018-02-01"}, "data.as_of"), ({"parts": 3}, "data.parts")],
    )
    def test_refuses_a_part_that_contradicts_the_first(self, changed: dict[str, Any], path: str) -> None:
        first, _ = snapshot("S2", [rows([1]), rows([2])])
        other = {"snapshot_id": "S2", "as_of": "2018-03-01", "part": 2, "parts": 2, "entries": rows([2])} | changed
        (said,) = accepted([first]).tell(offer("roster.snapshot", "odd", **other))
        assert (said.code, said.path) == ("snapshot_differs", path)

    def test_refuses_a_part_beyond_the_last_one(self) -> None:
        (said,) = Registry().tell(offer("roster.snapshot", "odd", part=3, parts=2))
        assert (said.code, said.path) == ("part_out_of_range", "data.part")

    def test_refuses_another_content_once_it_is_taken(self) -> None:
        registry = accepted(snapshot("S2", [rows([1])]))
        (said,) = registry.tell(*[part.but(id="other") for part in snapshot("S2", [rows([2])])])
        assert said.code == "snapshot_is_over"


class TestARow:
    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ({"county": "350624", "township": "350624100", "village": "350624100201"}, "other_county"),
            ({"township": "350624100"}, "township_elsewhere"),
            ({"village": "350624100201"}, "village_elsewhere"),
            ({"status_from": "2018-03-02"}, "begins_later"),
        ],
    )
    def test_that_cannot_be_is_refused_and_the_others_are_taken(self, said: dict[str, str], code: str) -> None:
        registry = accepted(snapshot("S2", [[row(1), row(2, **said), row(3)]]))
        (part,) = registry.events(PartTaken)
        assert [(refused.row, refused.code) for refused in part.refused] == [(2, code)]
        assert [id_ for id_, _ in told(registry)] == [pseudonym(1), pseudonym(3)]

    def test_of_a_person_who_is_named_twice_with_two_contents_counts_once(self) -> None:
        registry = accepted(snapshot("S2", [[row(1), row(1, status="exited")], [row(1, status="low_income")]]))
        assert told(registry) == [(pseudonym(1), "listed")]
        codes = [refused.code for part in registry.events(PartTaken) for refused in part.refused]
        assert codes == ["named_twice", "named_twice"]

    def test_with_the_code_that_a_county_had_before_2021_means_that_county(self) -> None:
        place = {"township": "350604100", "village": "350604100201"}
        before = rows([1], county="350681", township="350681100", village="350681100201")
        registry = accepted(snapshot("S2", [before], county="350681"))
        after = rows([1], county="350604", **place)
        registry.tell(*snapshot("S3", [after], county="350604", as_of="2021-03-01"))
        assert registry.events(ExitProposed) == []
        (*_, part) = registry.events(PartTaken)
        assert [change.fields for change in part.changed] == [["township", "village"]]
        assert [event.county for event in registry.events(RosterEntry)] == ["350681", "350604"]


class TestAnExit:
    def registry(self) -> Registry:
        return accepted([entry(1), entry(2), *snapshot("S2", [rows([1])])])

    def test_is_proposed_for_whom_a_snapshot_lacks_and_nothing_changes_until_it_is_confirmed(self) -> None:
        registry = self.registry()
        assert [event.person_id for event in registry.events(ExitProposed)] == [pseudonym(2)]
        assert tasks(registry) == [("exit_waits", pseudonym(2))]
        assert listed(registry)[pseudonym(2)].status == "listed"

    def test_that_is_confirmed_is_told_as_an_entry_with_everything_else_as_it_was(self) -> None:
        registry = self.registry()
        registry.tell(offer("exit.confirmed", "x-1", id_number=id_number(2), date="2018-03-02"))
        known, exited = [e for e in registry.events(RosterEntry) if e.person_id == pseudonym(2)]
        changed = {"status": "exited", "status_from": date(2018, 3, 2), "enters": None, "leaves": "350622"}
        assert exited == known.model_copy(update=changed)
        assert tasks(registry) == []

    def test_that_is_refused_changes_nothing_and_is_asked_again_by_the_next_snapshot(self) -> None:
        registry = self.registry()
        registry.tell(offer("exit.refused", "x-1", id_number=id_number(2)))
        assert tasks(registry) == []
        assert listed(registry)[pseudonym(2)].status == "listed"
        registry.tell(*snapshot("S3", [rows([1])], as_of="2018-03-02"))
        assert tasks(registry) == [("exit_waits", pseudonym(2))]

    def test_is_no_longer_asked_once_a_snapshot_names_the_person_again(self) -> None:
        registry = self.registry()
        registry.tell(*snapshot("S3", [rows([1, 2])], as_of="2018-03-02"))
        assert tasks(registry) == []
        assert listed(registry)[pseudonym(2)].proposal.outcome == "named_again"

    def test_is_not_proposed_for_who_came_after_the_day_of_the_snapshot(self) -> None:
        registry = accepted([entry(2, status_from="2018-03-02"), *snapshot("S2", [rows([1])])])
        assert registry.events(ExitProposed) == []

    def test_is_not_proposed_again_while_it_waits(self) -> None:
        registry = self.registry()
        registry.tell(*snapshot("S3", [rows([1])], as_of="2018-03-02"))
        assert len(registry.events(ExitProposed)) == 1

    def test_without_a_proposal_counts_too(self) -> None:
        registry = accepted([entry(1), offer("exit.confirmed", "x-1", date="2018-03-02")])
        assert told(registry) == [(pseudonym(1), "listed"), (pseudonym(1), "exited")]

    def test_of_who_never_was_on_the_roster_changes_no_status(self) -> None:
        registry = accepted([offer("jobseeker.registered", "j-1"), offer("exit.confirmed", "x-1")])
        assert told(registry) == []


class TestAHeldSnapshot:
    def test_lacks_a_part_for_too_long(self) -> None:
        registry = accepted(snapshot("S2", [rows([1]), rows([2])])[:1])
        for days in range(1, 6):
            registry.tell(closing(FIRST_CLOSED + timedelta(days=days)))
        assert held(registry) == ["parts_missing"]
        assert tasks(registry) == [("snapshot_held", "S2")]

    def test_lacks_a_part_when_the_next_one_begins_and_is_dropped_when_that_one_is_taken(self) -> None:
        first, next_ = snapshot("S2", [rows([1]), rows([2])])[0], snapshot("S3", [rows([1]), rows([2])])
        registry = accepted([first, next_[0]])
        assert (held(registry), tasks(registry)) == (["parts_missing"], [("snapshot_held", "S2")])
        registry.tell(next_[1])
        assert [(event.snapshot_id, event.by) for event in registry.events(SnapshotDropped)] == [("S2", None)]
        assert tasks(registry) == []

    def test_that_lacked_a_part_is_taken_when_it_comes(self) -> None:
        first, second = snapshot("S2", [rows([1]), rows([2])])
        registry = accepted([first])
        for days in range(1, 6):
            registry.tell(closing(FIRST_CLOSED + timedelta(days=days)))
        registry.tell(second)
        assert [id_ for id_, _ in told(registry)] == [pseudonym(1), pseudonym(2)]
        assert tasks(registry) == []

    def test_that_lacks_a_part_proposes_no_exit_when_it_is_confirmed(self) -> None:
        registry = accepted([entry(7), snapshot("S2", [rows([1]), rows([2])])[0]])
        registry.tell(*(closing(FIRST_CLOSED + timedelta(days=days)) for days in range(1, 6)))
        registry.tell(answer("given", registry, "S2"))
        assert (pseudonym(1), "listed") in told(registry)
        assert registry.events(ExitProposed) == []
        assert tasks(registry) == []

    def test_that_is_held_for_another_reason_when_its_part_comes_says_so_in_its_task(self) -> None:
        registry = accepted(snapshot("S1", [rows(TEN)]))
        first, second = snapshot("S2", [rows(TEN[:3]), rows(TEN[3:5])], as_of="2018-03-02")
        registry.tell(first, *(closing(FIRST_CLOSED + timedelta(days=days)) for days in range(1, 6)), second)
        assert held(registry) == ["parts_missing", "shrinks"]
        (task,) = registry.memory.states("roster_task").values()
        assert (task.details["reason"], task.details["after"]) == ("shrinks", "5")

    def test_repeats_a_part_with_another_content_and_the_later_one_counts(self) -> None:
        first, second = snapshot("S2", [rows([1]), rows([2])])
        other = snapshot("S2", [rows([3]), []])[0].but(id="other")
        registry = accepted([first])
        registry.tell(other)
        registry.tell(second)
        assert (held(registry), told(registry)) == (["parts_differ"], [])
        registry.tell(answer("given", registry, "S2"))
        assert [id_ for id_, _ in told(registry)] == [pseudonym(3), pseudonym(2)]

    def test_shrinks_the_roster_by_more_than_a_fifth(self) -> None:
        registry = accepted(snapshot("S2", [rows(TEN)]))
        assert registry.tell(*snapshot("S3", [rows(range(1, 9))], as_of="2018-03-02"))[0].outcome == "applied"
        assert held(registry) == []
        registry.tell(*snapshot("S4", [rows(range(1, 8))], as_of="2018-03-03"))
        (event,) = registry.events(SnapshotHeld)
        assert (event.reason, event.before, event.after) == ("shrinks", 10, 7)
        assert len(registry.events(ExitProposed)) == 2

    def test_is_taken_once_somebody_confirms_exactly_this_content(self) -> None:
        registry = accepted([*snapshot("S2", [rows(TEN)]), *snapshot("S3", [rows([1])], as_of="2018-03-02")])
        (wrong,) = registry.tell(answer("given", registry, "S3", content_hash="1" * 64))
        assert (wrong.code, wrong.path) == ("content_differs", "data.content_hash")
        registry.tell(answer("given", registry, "S3"))
        assert [event.by for event in registry.events(SnapshotReleased)] == [None, "leader-1"]
        assert len(registry.events(ExitProposed)) == 9
        assert [kind for kind, _ in tasks(registry)] == ["exit_waits"] * 9

    def test_is_dropped_once_somebody_refuses_it(self) -> None:
        registry = accepted([*snapshot("S2", [rows(TEN)]), *snapshot("S3", [rows([1])], as_of="2018-03-02")])
        registry.tell(answer("refused", registry, "S3", content_hash="0" * 64))
        assert len(registry.events(SnapshotDropped)) == 1
        assert registry.events(ExitProposed) == []
        assert tasks(registry) == []
        assert "S3/00001" in registry.memory.states("snapshot_part")

    def test_is_of_an_earlier_day_than_what_is_known(self) -> None:
        registry = accepted([*snapshot("S2", [rows([1])]), *snapshot("S1", [rows([2])], as_of="2018-02-01")])
        assert held(registry) == ["older_than_known"]

    def test_names_in_its_task_how_many_there_were_and_are(self) -> None:
        registry = accepted([*snapshot("S2", [rows(TEN)]), *snapshot("S3", [rows([1])], as_of="2018-03-02")])
        (opened,) = [task for task in registry.events(TaskOpened) if task.kind == "snapshot_held"]
        assert opened.details == {"snapshot_id": "S3", "reason": "shrinks", "before": "10", "after": "1"}
