"""The whole system in memory: quiet when it is done, the same at every run, and as strict as the real one."""

from datetime import date
from typing import Any

import orjson
import pytest

from services.registry.service import SERVICE
from shared.catalog import FACTS
from shared.events.alerts import FactJudged
from shared.events.clock import DayClosed
from shared.events.contract import Fact
from shared.events.envelope import decode
from shared.runner.core import Message, Service
from shared.runner.memory import Memory
from shared.runner.wire import CONTENT_TYPE, decode_message, encode, recorded, subject_for
from tests.support import toy
from tests.support.facts import KEYS, Offer, closing, id_number, offer
from tests.support.story import story
from tests.support.world import Registry, accepted, published

STORY = story()
CAUSES = [
    offer(f, f"cause-{f}") for f in ("employer.registered", "roster.entry", "vacancy.opened", "employment.confirmed")
]
TOY = Service("toy", "", (toy.TOY,))


def visited(number: int) -> list[Message]:
    """Return what follows in memory when a person was visited that often and the day is closed."""
    memory = Memory([SERVICE, TOY], KEYS)
    facts = [closing(date(2018, 3, 1)), offer("roster.entry", "r-1")]
    facts += [offer("visit.recorded", f"v-{n}") for n in range(number)]
    for fact in [*facts, *(closing(date(2018, 3, n)) for n in range(2, 22))]:
        memory.publish(fact.subject, fact.body)
    return memory.emitted


class TestMemory:
    def test_gives_the_same_bytes_at_every_run(self) -> None:
        one, other = Registry(opened=False), Registry(opened=False)
        one.tell(*STORY)
        other.tell(*STORY)
        assert published(one.memory.emitted) == published(other.memory.emitted)
        assert one.memory.states("person") == other.memory.states("person")

    def test_gives_every_event_an_id_of_its_own(self) -> None:
        registry = Registry(opened=False)
        registry.tell(*STORY)
        ids = [message.id for message in registry.memory.emitted]
        assert len(ids) == len(set(ids)) > len(STORY)

    def test_hands_events_on_to_who_listens_until_nothing_is_in_flight(self) -> None:
        emitted = visited(2)
        consent = [m for m in emitted if m.event.topic == "consent.changed"]
        settled = [m for m in emitted if m.event.topic == "subsidy.day_settled"]
        assert len(consent) == 1
        assert len(settled) == 21  # an ordered consumer hears of each day once, not once a partition

    def test_says_loudly_that_a_handler_failed(self) -> None:
        memory = Memory([SERVICE, TOY], KEYS)
        for fact in (closing(date(2018, 3, 1)), offer("roster.entry", "r-1")):
            memory.publish(fact.subject, fact.body)
        broken = offer("visit.recorded", "v-1", coordinator_id="broken")
        with pytest.raises(RuntimeError, match=r"toy failed on"):
            memory.publish(broken.subject, broken.body)

    def test_tells_of_each_fact_what_became_of_it(self) -> None:
        registry = Registry()
        said = registry.tell(
            offer("roster.entry", "r-1"), offer("roster.entry", "r-1"), offer("exit.confirmed", "x", by="?")
        )
        assert [d.code or d.outcome for d in said] == ["applied", "duplicate", "bad_format"]

    def test_accounts_for_every_fact_exactly_once_or_with_each_of_its_turns(self) -> None:
        registry = Registry(opened=False)
        final = {}
        registry.tell(*STORY)
        for item, disposition in registry.memory.outcomes:
            final[item.key if disposition.outcome != "duplicate" else f"{item.key}#{item.position}"] = (
                disposition.outcome
            )
        assert set(final.values()) <= {"applied", "rejected", "duplicate"}
        assert {f"yunxiao-hr|{fact.id}" for fact in STORY} <= set(final)


class TestTheWire:
    @pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.topic)
    def test_carries_every_event_of_registry_there_and_back(self, fact: type[Fact]) -> None:
        registry = accepted([closing(date(2018, 3, 2)), *CAUSES])
        for message in registry.after(offer(fact.topic, f"wire-{fact.topic}", **fresh(fact))):
            back = decode_message(decode({"content-type": CONTENT_TYPE}, encode(message, "registry")))
            assert (back.event, back.id, back.sequence, back.known_on) == (
                message.event,
                message.id,
                message.sequence,
                message.known_on,
            )

    def test_carries_the_abolition_of_a_parameter(self) -> None:
        event = orjson.loads(offer("parameter.published", "p-1").body)
        event["data"]["value"] = None
        registry = Registry()
        (message, *_) = registry.after(Offer("intake.yunxiao-hr.parameter.published", orjson.dumps(event), "p-1"))
        assert decode_message(decode(None, encode(message, "registry"))).event == message.event

    def test_lets_a_newer_version_wait_under_its_own_key_with_its_bytes(self) -> None:
        (message, *_) = accepted(CAUSES).memory.emitted
        body = encode(message, "registry").replace(b".v1", b".v2")
        said = recorded(None, body, 7)
        assert (said.key, said.refusal, said.raw) == (f"/bangfu/registry|{message.id}", None, body)
        assert said.room == f"version/{message.event.event_type()[:-1]}2"

    def test_refuses_a_version_that_never_was_and_says_where(self) -> None:
        (message, *_) = accepted(CAUSES).memory.emitted
        said = recorded(None, encode(message, "registry").replace(b".v1", b".v0"), 7)
        assert said.refusal is not None
        assert (said.refusal.code, said.refusal.path) == ("unknown_version", "type")

    def test_refuses_an_event_that_does_not_keep_its_contract_without_its_value(self) -> None:
        body = encode(toy.message("e-1", DayClosed(date=date(2018, 3, 1))), "registry")
        said = recorded(None, body.replace(b"2018-03-01", b"2018-33-01"), 7)
        assert said.refusal is not None
        assert (said.refusal.code, said.message) == ("bad_event", None)
        assert "33" not in f"{said.refusal}"

    @pytest.mark.parametrize("source", ["", "a b", "*", ">", ".", "..", "云霄"])
    def test_finds_a_subject_for_every_outcome(self, source: str) -> None:
        judged = FactJudged(source=source, fact=source, fact_id="f-1", outcome="duplicate")
        tokens = subject_for(toy.message("o-1", judged)).split(".")
        assert all(tokens) or source == ""

    def test_names_nobody(self) -> None:
        registry = accepted(CAUSES)
        assert [body for body in published(registry.memory.emitted) if id_number().encode() in body] == []


def fresh(fact: type[Fact]) -> dict[str, Any]:
    """Return what makes an example another thing than the one that is there already."""
    return {"date": "2018-03-03"} if fact is DayClosed else {}
