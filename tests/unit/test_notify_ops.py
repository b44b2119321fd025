"""Operators see every refused fact until it is settled, and every room until what it waits for is known."""

from datetime import date
from typing import Any

import pytest

from services.notify.adapters.web.ops import replays
from services.notify.domain.ops_book import Letter, Proof
from services.notify.ops_subscription import MESSAGES
from services.registry.service import SERVICE as REGISTRY
from shared.events.alerts import FactRejected
from shared.events.ops import LettersWished
from shared.runner.core import Service
from shared.runner.memory import Memory
from tests.golden.record import facts
from tests.support.facts import KEYS, SOURCE, Offer, closing, id_number, offer
from tests.unit.test_ops_redrive import EARLY, LETTER, asking

NOTIFY = Service("notify", "", (MESSAGES,))


def told(*offers: Any) -> Memory:
    memory = Memory([REGISTRY, NOTIFY], KEYS)
    for each in offers:
        memory.publish(each.subject, each.body)
    return memory


def letters(memory: Memory) -> dict[str, Letter]:
    return memory.states("ops_letter")


FIRST = closing(date(2018, 3, 1))
SECOND = closing(date(2018, 3, 2))


def test_rooms_hold_as_many_as_registry_lets_wait_whatever_came() -> None:
    memory, seen = told(), set[str]()
    for number, each in enumerate(facts()):
        memory.publish(each.subject, each.body)
        if number % 5 == 0:
            agrees(memory)
            seen |= {id_.partition("/")[0] for id_ in memory.states("ops_room")}
    agrees(memory)
    assert seen >= {"calendar", "employment"}


def agrees(memory: Memory) -> None:
    waiting: dict[str, int] = {}
    for id_, room in memory.states("waiting").items():
        waiting[id_.partition("#")[0]] = waiting.get(id_.partition("#")[0], 0) + len(room.facts)
    rooms = memory.states("ops_room")
    assert {id_: sum(room.counts.values()) for id_, room in rooms.items()} == waiting
    assert all(room.is_overdue == memory.states("waiting")[id_].told for id_, room in rooms.items())


class TestARefusedFact:
    def test_is_listed_with_source_fact_and_reason(self) -> None:
        ((key, letter),) = letters(told(FIRST, EARLY)).items()
        assert (key, letter.source, letter.fact, letter.code, letter.is_named) == (
            LETTER, SOURCE, "calendar.day_closed", "day_out_of_order", True
        )  # fmt: skip

    def test_that_has_no_readable_id_is_asked_for_by_its_place_in_the_stream(self) -> None:
        memory = told(FIRST, Offer(f"intake.{SOURCE}.visit.recorded", b"{", "broken"))
        assert list(letters(memory)) == ["INTAKE#2"]
        discard = offer("ops.discard_requested", "d-1", {"letter": "INTAKE#2", "by": "ops-1", "reason": "乱码"})
        memory.publish(discard.subject, discard.body)
        assert letters(memory) == {}

    def test_leaves_when_it_is_judged_again_and_holds(self) -> None:
        assert letters(told(FIRST, EARLY, SECOND, asking())) == {}

    def test_stays_with_who_asked_when_it_is_refused_again(self) -> None:
        (letter,) = letters(told(FIRST, EARLY, asking())).values()
        assert (letter.asked_by, letter.asked_on, letter.code) == ("ops-1", date(2018, 3, 2), "day_out_of_order")

    def test_leaves_when_it_is_discarded(self) -> None:
        discard = offer("ops.discard_requested", "d-1", {"letter": LETTER, "by": "ops-1", "reason": "已另报"})
        assert letters(told(FIRST, EARLY, discard)) == {}

    @pytest.mark.parametrize("id_", [f"f-{id_number()}", "visit-13800138000", "f13800138000x", "8613800138000"])
    def test_is_not_named_where_a_number_of_a_person_may_stand_in_its_id(self, id_: str) -> None:
        memory = told(FIRST, offer("calendar.day_closed", id_, {"date": "2018-03-03"}))
        (refused,) = [m.event for m in memory.emitted if isinstance(m.event, FactRejected)]
        (letter,) = letters(memory)
        assert ("1380" in letter, id_number() in letter, "1380" in str(refused), id_number() in str(refused)) == (
            False, False, False, False,
        )  # fmt: skip


def test_a_wish_is_kept_by_both_who_grants_it_and_who_shows_it() -> None:
    memory = told(FIRST, offer("ops.letters_wished", "w-1"))
    (kept,) = memory.states("letters_wish").values()
    (shown,) = memory.states("ops_wish").values()
    assert (
        kept.said == shown.said == LettersWished(wish="redrive", source="yunxiao-hr", by="ops-1", reason="顺序已更正")
    )


class TestReplays:
    def test_of_the_last_is_shown_what_was_folded_by_whom_and_on_which_day(self) -> None:
        (shown,) = shown_after(FIRST, replay("r-1"))
        figures = {name: shown[name] for name in ("by", "first", "last", "events", "differences", "unhandled")}
        assert figures == {"by": "ops-1", "first": 1, "last": 40, "events": 12, "differences": 0, "unhandled": 0}
        assert (shown["on"], shown["posted_until"], shown["days_since"]) == (date(2018, 3, 2), date(2018, 3, 1), 0)
        assert (shown["digest"], shown["live_digest"], shown["agrees"]) == ("a" * 64, "a" * 64, True)

    def test_the_days_that_were_closed_since_are_counted(self) -> None:
        (shown,) = shown_after(FIRST, replay("r-1"), SECOND, closing(date(2018, 3, 3)), today=date(2018, 3, 4))
        assert (shown["on"], shown["days_since"]) == (date(2018, 3, 2), 2)

    @pytest.mark.parametrize("wrong", [{"differences": 1}, {"live_digest": "b" * 64}], ids=str)
    def test_one_that_disagrees_stands_beside_the_last_that_agreed(self, wrong: dict[str, Any]) -> None:
        last, agreed = shown_after(FIRST, replay("r-1"), replay("r-2", last=50, **wrong))
        assert (last["last"], last["agrees"], agreed["last"], agreed["agrees"]) == (50, False, 40, True)
        (mended,) = shown_after(FIRST, replay("r-1"), replay("r-2", last=50, **wrong), replay("r-3", last=60))
        assert (mended["last"], mended["agrees"]) == (60, True)

    def test_where_none_ever_agreed_the_last_stands_alone(self) -> None:
        (shown,) = shown_after(FIRST, replay("r-1", differences=3))
        assert shown["agrees"] is False

    def test_what_others_say_of_a_replay_is_shown_nowhere(self) -> None:
        assert shown_after(FIRST, offer("ops.replay_finished", "r-1", by_source="yunxiao-hr")) == []

    def test_before_anything_is_posted_no_day_is_named(self) -> None:
        (shown,) = shown_after(FIRST, replay("r-1", posted_until=None, first=0, last=0, events=0))
        assert (shown["posted_until"], shown["days_since"]) == (None, None)


def replay(id_: str, **changed: Any) -> Offer:
    return offer("ops.replay_finished", id_, **changed)


def shown_after(*offers: Offer, today: date = date(2018, 3, 2)) -> list[dict[str, Any]]:
    kept = told(*offers).states("ops_proof")
    assert set(kept) <= {"whole"}
    return replays(kept.get("whole", Proof()), today)
