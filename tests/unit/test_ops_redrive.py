"""A refused fact that an operator wants judged again: once, by today's rules, and only if it is the one refused."""

import base64
import zlib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registry.domain.door import IntakeDoor
from services.registry.subscribers import REGISTRY
from shared.events.clock import DayClosed
from shared.events.envelope import MAX_BYTES
from shared.events.ops import DiscardRequested, RedriveRequested
from shared.runner.batch import RERUN, Folded, Seen
from shared.runner.core import Walk
from shared.runner.fold import fold_batch
from shared.runner.wire import admitted
from tests.support.facts import KEYS, SOURCE, Offer, closing, offer
from tests.support.world import Registry

EARLY = closing(date(2018, 3, 3))
LETTER = f"{SOURCE}|{EARLY.id}"


def enclosed(body: bytes) -> str:
    return base64.b64encode(zlib.compress(body)).decode()


def asking(letter: Offer = EARLY, id_: str = "ask-1", **changed: Any) -> Offer:
    data: dict[str, Any] = {"letter": f"{SOURCE}|{letter.id}", "by": "ops-1", "reason": "前一日已结账"}
    return offer("ops.redrive_requested", id_, data | {"body": enclosed(letter.body)} | changed)


TWICE = (asking(), asking(id_="ask-2"))


class Crowded:
    """Stored aggregates of which every walk touches too many."""

    def __init__(self, stored: Any) -> None:
        self.find, self.every = stored.find, stored.every

    def walk(self, _: Walk) -> None:
        """Say that they are too many."""


def after_refusal() -> Registry:
    """Return a registry that refused a day because the one before it was open, and has closed that since."""
    registry = Registry()
    (refused,) = registry.tell(EARLY)
    assert refused.code == "day_out_of_order"
    registry.tell(closing(date(2018, 3, 2)))
    return registry


class TestARedrivenLetter:
    def test_is_accepted_by_the_rules_of_today(self) -> None:
        registry = after_refusal()
        messages = registry.after(asking())
        assert next(m.event for m in messages if isinstance(m.event, DayClosed)).date == date(2018, 3, 3)
        assert registry.memory.outcomes[-2][1].outcome == "applied"

    def test_gives_the_events_that_it_would_have_given_at_once(self) -> None:
        straight = Registry()
        straight.tell(closing(date(2018, 3, 2)))
        wanted = {m.id for m in straight.after(EARLY)}
        assert wanted <= {m.id for m in after_refusal().after(asking())}

    def test_is_judged_once_however_often_it_is_asked_for(self) -> None:
        registry = after_refusal()
        registry.tell(asking())
        again = registry.after(asking(id_="ask-2"))
        assert {type(message.event) for message in again} == {RedriveRequested}

    def test_leaves_a_record_of_who_asked_and_why(self) -> None:
        registry = after_refusal()
        registry.tell(asking())
        assert registry.events(RedriveRequested) == [RedriveRequested(letter=LETTER, by="ops-1", reason="前一日已结账")]

    def test_that_is_refused_again_says_nothing_a_second_time(self) -> None:
        registry = Registry()
        registry.tell(EARLY)
        assert {type(message.event) for message in registry.after(asking())} == {RedriveRequested}
        registry.tell(closing(date(2018, 3, 2)))
        assert DayClosed in {type(message.event) for message in registry.after(asking(id_="ask-2"))}

    def test_that_is_asked_for_twice_in_one_batch_is_judged_once(self) -> None:
        consumer = after_refusal().memory._consumer(REGISTRY, 0)
        batch = [admitted(IntakeDoor(KEYS), each.subject, None, each.body, n) for n, each in enumerate(TWICE, 8)]
        unsealed = replace(REGISTRY, seals=None)  # a sealed chain would end its batch with the day
        folded = fold_batch(unsealed, batch, consumer, consumer.seen)
        assert isinstance(folded, Folded)
        topics = [message.event.topic for message in folded.emitted]
        assert (topics.count("calendar.day_closed"), topics.count("ops.redrive_requested")) == (16, 2)

    def test_that_touches_more_than_a_batch_holds_stays_with_a_reason_of_its_own(self) -> None:
        officer = offer("coordinator.registered", "o-1")
        asked = asking(officer)
        item = admitted(IntakeDoor(KEYS), asked.subject, None, asked.body, 8)
        assert item.letter is not None
        seen = {item.letter.key: Seen(item.letter.content_hash, 1, "rejected")}
        folded = fold_batch(REGISTRY, [item], Crowded(Registry().memory._consumer(REGISTRY, 0)), seen)
        assert isinstance(folded, Folded)
        assert [said.code or said.outcome for _, said in folded.dispositions.values()] == ["applied", "too_many"]
        assert [message.event.topic for message in folded.emitted] == ["ops.redrive_requested"]

    def test_with_other_content_is_left_alone(self) -> None:
        registry = after_refusal()
        other = Offer(EARLY.subject, closing(date(2018, 3, 2)).but(id=EARLY.id).body, EARLY.id)
        assert {type(message.event) for message in registry.after(asking(other))} == {RedriveRequested}

    def test_that_was_never_refused_is_left_alone(self) -> None:
        registry = Registry()
        entry = offer("roster.entry", "r-1")
        registry.tell(entry)
        assert {type(message.event) for message in registry.after(asking(entry))} == {RedriveRequested}
        unheard = asking(offer("roster.entry", "r-2"), "ask-2")
        assert {type(message.event) for message in registry.after(unheard)} == {RedriveRequested}


class TestTheDoor:
    @pytest.mark.parametrize(
        "body",
        ["", "???", base64.b64encode(b"not zlib").decode(), enclosed(b"[" * 50), enclosed(b"x" * (MAX_BYTES * 20))],
    )
    def test_takes_a_request_with_nothing_readable_in_it_for_one_without_a_letter(self, body: str) -> None:
        asked = asking(body=body)
        found = IntakeDoor(KEYS).admit(asked.subject, None, asked.body)
        assert (found.refusal, found.letter) == (None, None)

    def test_takes_a_letter_only_if_it_is_the_one_named(self) -> None:
        data = {"letter": f"{SOURCE}|another", "by": "ops-1", "reason": "", "body": enclosed(EARLY.body)}
        asked = offer("ops.redrive_requested", "ask-1", data)
        assert IntakeDoor(KEYS).admit(asked.subject, None, asked.body).letter is None

    def test_opens_no_request_within_a_request(self) -> None:
        inner = asking()
        asked = asking(inner, "ask-2")
        assert IntakeDoor(KEYS).admit(asked.subject, None, asked.body).letter is None

    def test_hands_the_letter_on_as_a_rerun(self) -> None:
        asked = asking()
        item = admitted(IntakeDoor(KEYS), asked.subject, None, asked.body, 7)
        assert item.letter is not None
        assert (item.letter.key, item.letter.position, item.position) == (LETTER, RERUN, 7)


def test_what_is_kept_of_a_message_in_binary_mode_can_be_read_without_its_headers() -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "f-1", "ce-source": SOURCE, "ce-type": "cn.bangfu.weather.seen.v1"}
    item = admitted(IntakeDoor(KEYS), f"intake.{SOURCE}.weather.seen", headers, b'{"rain":true}', 1)
    again = admitted(IntakeDoor(KEYS), f"intake.{SOURCE}.weather.seen", None, item.raw, 1)
    assert (again.key, again.content_hash, again.refusal) == (item.key, item.content_hash, item.refusal)


def test_who_discarded_a_letter_first_is_remembered() -> None:
    registry = Registry()
    for number, by in enumerate(("ops-1", "ops-2")):
        registry.tell(offer("ops.discard_requested", f"d-{number}", {"letter": LETTER, "by": by, "reason": "已另报"}))
    said = registry.memory.states("discarded")[LETTER]
    assert (said.by, said.on, len(registry.events(DiscardRequested))) == ("ops-1", date(2018, 3, 2), 2)
