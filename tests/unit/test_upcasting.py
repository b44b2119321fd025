"""Old forms of events reach today's, step by step; newer ones wait; ids do not depend on versions."""

from dataclasses import replace
from datetime import date

import pytest

from shared.catalog import OFFERED, RECORDED
from shared.errors import Refused
from shared.events.alerts import FactParked
from shared.events.people import VisitRecorded
from shared.events.upcasting import NewerVersion, Schemas, split
from shared.runner.batch import RERUN, Folded, Seen
from shared.runner.core import Message, Refuse
from shared.runner.fold import fold_batch
from shared.runner.waiting import again
from shared.runner.wire import encode, recorded
from tests.support import toy
from tests.support.evolving import TOMORROW, TOY_OF_TOMORROW, TimedVisit, WitnessedVisit, timed, witnessed
from tests.support.toy import TOY, Stored, arrived, visit

IN_THREE = Schemas.of([WitnessedVisit], {("visit.recorded", 1): timed, ("visit.recorded", 2): witnessed})
VISIT = visit(1)


@pytest.mark.parametrize("schemas", [RECORDED, OFFERED, TOMORROW, IN_THREE])
def test_every_released_version_reaches_todays(schemas: Schemas[VisitRecorded]) -> None:
    assert schemas.missing() == []


def test_a_version_without_a_step_is_found_before_it_is_released() -> None:
    assert Schemas.of([WitnessedVisit], {("visit.recorded", 1): timed}).missing() == [("visit.recorded", 2)]


class TestReading:
    def test_takes_old_data_through_every_step_that_follows_its_version(self) -> None:
        data = VISIT.payload()
        of_two = TimedVisit(**VISIT.model_dump(), minutes=20).payload()
        assert IN_THREE.read(VISIT.event_type(), data) == (WitnessedVisit, data | {"minutes": 0, "witnesses": []})
        assert IN_THREE.read("cn.bangfu.visit.recorded.v2", of_two)[1]["witnesses"] == ["unnamed"]
        three = of_two | {"witnesses": ["W1"]}
        assert IN_THREE.read("cn.bangfu.visit.recorded.v3", three) == (WitnessedVisit, three)

    def test_leaves_what_it_was_given_as_it_is(self) -> None:
        data = VISIT.payload()
        IN_THREE.read(VISIT.event_type(), data)
        assert data == VISIT.payload()

    def test_says_for_what_a_newer_version_waits(self) -> None:
        with pytest.raises(NewerVersion) as newer:
            RECORDED.read("cn.bangfu.visit.recorded.v2", VISIT.payload())
        assert newer.value.room == "version/cn.bangfu.visit.recorded.v2"
        assert TOMORROW.reads("cn.bangfu.visit.recorded.v2")
        assert not RECORDED.reads("cn.bangfu.visit.recorded.v2")

    @pytest.mark.parametrize(
        ("type_", "code"),
        [
            ("cn.bangfu.visit.recorded.v0", "unknown_version"),
            ("cn.bangfu.visit.recorded.v01", "unknown_type"),
            ("cn.bangfu.visit.recorded.v9999999", "unknown_type"),
            ("cn.bangfu.visit.recorded", "unknown_type"),
            ("cn.bangfu.visit.forgotten.v1", "unknown_type"),
            ("com.example.visit.recorded.v1", "unknown_type"),
            ("cn.bangfu.visit.recorded.v²", "unknown_type"),
        ],
    )
    def test_refuses_what_never_was(self, type_: str, code: str) -> None:
        with pytest.raises(Refused) as refused:
            RECORDED.read(type_, {})
        assert (refused.value.code, isinstance(refused.value, NewerVersion)) == (code, False)
        assert not RECORDED.reads(type_)

    def test_refuses_old_data_that_a_step_cannot_read(self) -> None:
        with pytest.raises(Refused) as refused:
            IN_THREE.read("cn.bangfu.visit.recorded.v2", {})
        assert refused.value.code == "bad_event"


def test_topic_and_version_stand_in_the_type() -> None:
    assert split("cn.bangfu.visit.recorded.v12") == ("visit.recorded", 12)


class TestARecordedEventOfAnOldVersion:
    def test_is_read_as_todays(self) -> None:
        body = encode(toy.message("v-1", VISIT), "registry")
        said = recorded(None, body, 3, TOMORROW)
        assert said.message is not None
        assert said.message.event == TimedVisit(**VISIT.model_dump(), minutes=0)

    def test_causes_the_same_ids_under_either_version(self) -> None:
        old, new = visit(1, "twice"), TimedVisit(**visit(1, "twice").model_dump(), minutes=0)
        before = Stored().take(arrived(1, "v-1", old)).emitted
        after = Stored(TOY_OF_TOMORROW).take(arrived(1, "v-1", new)).emitted
        assert [message.id for message in before] == [message.id for message in after] != []

    def test_gives_itself_the_same_id_under_either_version(self) -> None:
        assert VISIT.first_type() == TimedVisit(**VISIT.model_dump(), minutes=1).first_type()


class TestAParkedFact:
    def test_of_an_old_version_runs_again_as_todays(self) -> None:
        slip = FactParked(
            source="yunxiao-hr", fact_id="v-1", fact_type=VISIT.event_type(), fact_data=VISIT.payload(),
            correlation_id="v-1", waiting_for="person/p", since=date(2018, 3, 1),
        )  # fmt: skip
        message = again(slip, TOMORROW)
        assert isinstance(message, Message)
        assert isinstance(message.event, TimedVisit)
        assert again(slip.model_copy(update={"fact_type": "cn.bangfu.visit.recorded.v3"}), TOMORROW) == Refuse(
            "bad_event", "data", "the contract changed while the fact waited"
        )


class TestAMessageOfANewerVersion:
    def test_waits_and_holds_up_nothing(self) -> None:
        stored = Stored()
        folded = stored.take(
            replace(arrived(1, "v-1", VISIT), message=None, room="version/x.v2"), arrived(2, "v-2", VISIT)
        )
        said = [(d.outcome, d.waiting_for) for _, d in folded.dispositions.values()]
        assert said == [("parked", "version/x.v2"), ("applied", "")]

    def test_that_runs_late_runs_once(self) -> None:
        stored = Stored()
        late = replace(arrived(RERUN, "v-1", VISIT), before="/bangfu/registry|v-2")
        stored.seen[late.key] = Seen("", 1, "parked")
        assert len(stored.take(late).dispositions) == 1
        stored.seen[late.key] = Seen("", 1, "applied")
        again_ = fold_batch(TOY, [late], stored, stored.seen)
        assert isinstance(again_, Folded)
        assert again_.dispositions == {}
