"""The map of events: its facts are those of the intake contract, and its listeners those who really listen."""

import re
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pytest

from shared.catalog import (
    BY_TYPE,
    CATALOG,
    FACTS,
    PARTITIONS,
    filter_of,
    outcome_subject,
    partition_of,
    partitions_of,
    subject_of,
)
from shared.events.alerts import FactParked
from shared.events.clock import DayClosed
from shared.events.contract import Fact
from shared.events.desk import AlertSeen
from shared.events.people import ExitConfirmed
from shared.ops.running import GROUP
from shared.runner.core import Service
from shared.runner.topology import places
from shared.runner.wire import subject_for
from tests.support.facts import FIRST_CLOSED, offer
from tests.support.toy import message
from tests.support.world import Registry

INTAKE_CONTRACT = [
    "roster.entry",
    "roster.snapshot",
    "jobseeker.registered",
    "jobseeker.updated",
    "jobseeker.withdrawn",
    "employer.registered",
    "vacancy.opened",
    "vacancy.changed",
    "vacancy.closed",
    "coordinator.registered",
    "coordinator.relieved",
    "visit.recorded",
    "plan.agreed",
    "certificate.requested",
    "certificate.issued",
    "person.merged",
    "person.split",
    "exit.confirmed",
    "exit.refused",
    "household.risk_raised",
    "household.released",
    "sms.replied",
    "sms.receipt",
    "employment.confirmed",
    "employment.ended",
    "employment.corrected",
    "employment.voided",
    "employment.checked",
    "agreement.signed",
    "payee.account_registered",
    "premium.paid",
    "premium.corrected",
    "premium.refunded",
    "headcount.reported",
    "pension.enrolled",
    "pension.contributed",
    "training.completed",
    "provider.qualified",
    "graduation.recorded",
    "grant.claimed",
    "application.received",
    "application.reviewed",
    "arrival.recorded",
    "placement.extended",
    "placement.suspended",
    "placement.resumed",
    "attendance.recorded",
    "duty.done",
    "assessment.recorded",
    "violation.reported",
    "activity.held",
    "appraisal.recorded",
    "budget.granted",
    "budget.reduced",
    "parameter.published",
    "notice.objected",
    "notice.cleared",
    "payee.paused",
    "payee.resumed",
    "payee.blocked",
    "check.overridden",
    "approval.given",
    "approval.refused",
    "payment.settled",
    "payment.failed",
    "fiscal_year.closed",
    "recovery.received",
    "recovery.written_off",
    "alert.seen",
    "alert.acknowledged",
    "alert.snoozed",
    "alert.done",
    "alert.handed_over",
    "calendar.day_closed",
    "ops.redrive_requested",
    "ops.discard_requested",
    "ops.letters_wished",
    "ops.erasure_requested",
    "ops.erasure_lifted",
    "ops.replay_finished",
]
TOKEN = r"[A-Za-z0-9_-]+"
SUBJECT = re.compile(rf"{TOKEN}(\.{TOKEN})+")
SERVICES = sorted(entry_points(group=GROUP), key=lambda point: point.name)


def service(point: EntryPoint) -> Service:
    loaded: Service = point.load()
    return loaded


class TestTheFacts:
    def test_are_those_of_the_intake_contract(self) -> None:
        assert sorted(fact.topic for fact in FACTS) == sorted(INTAKE_CONTRACT)

    def test_have_topics_of_the_form_entity_and_past_participle(self) -> None:
        assert [f.topic for f in FACTS if not re.fullmatch(r"[a-z_]+\.[a-z_]+", f.topic)] == []

    @pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.topic)
    def test_are_about_something_and_have_a_partition(self, fact: type[Fact]) -> None:
        for field in (*fact.entity.split("|"), *fact.partition.split("|")):
            assert field.removeprefix("#") in fact.model_fields or field == "*"


class TestTheCatalogue:
    def test_names_each_event_once(self) -> None:
        assert len(BY_TYPE) == len(CATALOG)

    def test_gives_each_type_a_version(self) -> None:
        assert [name for name in BY_TYPE if not re.fullmatch(r"cn\.bangfu\.[a-z_]+\.[a-z_]+\.v1", name)] == []

    @pytest.mark.parametrize("point", SERVICES, ids=lambda point: point.name)
    def test_knows_who_listens_to_what(self, point: EntryPoint) -> None:
        heard = {event for subscription in service(point).subscriptions for event in subscription.listens}
        assert topics(heard) == topics(entry.event for entry in CATALOG if point.name in entry.consumers)

    @pytest.mark.parametrize("point", SERVICES, ids=lambda point: point.name)
    def test_knows_who_emits_what(self, point: EntryPoint) -> None:
        said = {event for subscription in service(point).subscriptions for event in subscription.emits}
        assert topics(said) == topics(entry.event for entry in CATALOG if entry.producer == point.name)

    @pytest.mark.parametrize("point", SERVICES, ids=lambda point: point.name)
    def test_each_kind_of_aggregate_belongs_to_one_subscription(self, point: EntryPoint) -> None:
        kinds = [a.kind for subscription in service(point).subscriptions for a in subscription.aggregates]
        assert sorted(kinds) == sorted(set(kinds))

    @pytest.mark.parametrize("point", SERVICES, ids=lambda point: point.name)
    def test_no_consumer_listens_to_everything_by_listening_to_nothing(self, point: EntryPoint) -> None:
        for subscription in service(point).subscriptions:
            assert all(place.filters for place in places(subscription))

    def test_lists_four_services(self) -> None:
        assert [point.name for point in SERVICES] == ["matching", "notify", "registry", "subsidy"]


class TestSubjects:
    def test_of_every_event_of_the_story_are_subjects_that_nats_takes(self) -> None:
        registry = Registry()
        registry.tell(*(offer(fact.topic, f"f {fact.topic} *>.") for fact in FACTS))
        subjects = [subject_for(each) for each in registry.memory.emitted]
        assert len(subjects) > len(FACTS)
        assert [subject for subject in subjects if not SUBJECT.fullmatch(subject)] == []

    @pytest.mark.parametrize("id_", ["a b", "*", ">", "a.b", "云霄-1", "a/b:c", "\t", "x" * 200])
    def test_are_valid_whatever_the_id_of_a_parked_fact(self, id_: str) -> None:
        parked = FactParked(
            source="s",
            fact_id=id_,
            fact_type="t",
            fact_data={},
            correlation_id="c",
            waiting_for="w/1",
            since=FIRST_CLOSED,
        )
        assert SUBJECT.fullmatch(subject_for(message("m", parked)))

    def test_of_an_event_begin_with_what_its_listeners_filter_by(self) -> None:
        event = ExitConfirmed(person_id="p" + "a" * 25, date=FIRST_CLOSED, by="office")
        (partition,) = partitions_of(event)
        assert subject_of(event, partition).startswith(filter_of(ExitConfirmed, partition).removesuffix(">"))

    def test_of_outcomes_name_source_and_fact(self) -> None:
        assert outcome_subject("yunxiao-hr", "employment.ended") == "outcome.yunxiao-hr.employment.ended"


class TestPartitions:
    def test_of_a_key_are_fixed_for_ever(self) -> None:
        assert [partition_of(key) for key in ("paaa", "91350622MA2XN0K4TC", "350622")] == GOLDEN_PARTITIONS

    def test_of_what_concerns_everybody_are_all(self) -> None:
        assert partitions_of(DayClosed(date=FIRST_CLOSED)) == range(PARTITIONS)

    def test_of_what_names_its_partition_is_that_one(self) -> None:
        seen = AlertSeen(alert_id="a1", home=0, by="u1")
        assert [list(partitions_of(seen.model_copy(update={"home": n}))) for n in (0, 7, 15)] == [[0], [7], [15]]

    def test_an_ordered_consumer_gets_one_copy_of_what_concerns_everybody(self) -> None:
        assert filter_of(DayClosed, 0) == "bangfu.calendar.day_closed.0.>"


def topics(events: Any) -> list[str]:
    return sorted(event.topic for event in events)


GOLDEN_PARTITIONS = [15, 3, 4]
