"""Causes and effects around one id, put together from journal entries."""

from typing import Any

import orjson

from shared.ops.tracing import Graph, decoded, needle


def entry(id_: str, topic: str, cause: str, sequence: int = 7, **data: Any) -> bytes:
    said = {
        "id": id_, "type": f"cn.bangfu.{topic}.v1", "source": "/bangfu/toy", "data": data, "causationid": cause,
        "correlationid": "f-1", "sequence": sequence, "knownon": "2018-03-02",
    }  # fmt: skip
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


PAID = entry("paid", "premium.paid", "f-1", period="2018-03")
OTHER = entry("other", "employer.premium_recorded", "f-1")
CHANGED = entry("changed", "entitlement.changed", "paid", change_fen=74_200)
CLOSED = entry("closed", "calendar.day_closed", "day-1", 9)
LINE = entry("line", "ledger.line_posted", "closed", 9, line_id="L1", place="2018-03-02 7 x changed", amount_fen=74_200)
ALERT = entry("alert", "alert.raised", "line", 9, alert_id="A1")
ALL = (ALERT, LINE, CLOSED, CHANGED, OTHER, PAID)


def graph(about: str, *bodies: bytes) -> Graph:
    found = Graph(about)
    found.add(decoded(body) for body in bodies or ALL)
    return found


def shown(about: str) -> list[str]:
    return [node.id for node in graph(about).shown()]


class TestTheGraph:
    def test_of_a_line_holds_its_facts_its_closing_and_its_effects(self) -> None:
        assert shown("L1") == ["paid", "changed", "closed", "line", "alert"]

    def test_of_a_fact_holds_all_that_follows(self) -> None:
        assert shown("f-1") == ["other", "paid", "changed", "line", "alert"]

    def test_of_an_event_holds_no_siblings(self) -> None:
        assert shown("changed") == ["paid", "changed", "line", "alert"]

    def test_of_nothing_known_is_empty(self) -> None:
        assert (graph("nobody").targets, shown("nobody")) == (set(), [])

    def test_asks_for_what_shares_a_fact_and_for_what_a_line_posts(self) -> None:
        assert graph("L1", LINE).wanted() == {needle(9), b"changed"}
        assert graph("f-1", PAID, CHANGED).wanted() == {needle(7), b"changed"}

    def test_hangs_a_line_below_what_it_posts_and_below_the_closing(self) -> None:
        facts, effects = graph("L1").below()
        assert facts == ["f-1", "day-1"]
        assert [node.id for node in effects["changed"]] == [node.id for node in effects["closed"]] == ["line"]


def test_an_event_is_told_in_few_words_and_in_yuan() -> None:
    assert decoded(LINE).words() == "amount=742.00 line_id=L1"


def test_a_number_is_not_found_in_a_longer_one() -> None:
    assert needle(7) in PAID
    assert needle(7) not in entry("e", "premium.paid", "f-2", 77)
