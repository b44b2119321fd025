"""What a stream has lost, told from the journals."""

import orjson

from shared.runner.publisher import Entry
from shared.runner.reconciling import Chain, Held, Standing, ready


def entries(*ids: str, stream: str = "EVENTS") -> list[Entry]:
    return [Entry(stream, id_, f"bangfu.{id_}", b"{}") for id_ in ids]


def lost(chain: Chain, found: list[Entry]) -> list[str]:
    return [entry.id for entry in chain.lost(found)]


class TestChain:
    def test_misses_nothing_that_the_stream_holds(self) -> None:
        chain = Chain("registry", {"EVENTS": Held({"a", "b", "of another chain"}, 3)})
        assert lost(chain, entries("a", "b")) == []
        assert (chain.journalled, chain.missing) == (2, {})

    def test_misses_a_gap_and_a_tail_in_journal_order(self) -> None:
        chain = Chain("registry", {"EVENTS": Held({"a", "d"}, 4)})
        assert lost(chain, entries("a", "c", "b")) == ["c", "b"]
        assert lost(chain, entries("d", "e")) == ["e"]
        assert (chain.journalled, chain.missing) == (5, {"EVENTS": 3})

    def test_misses_everything_where_the_stream_is_new(self) -> None:
        assert lost(Chain("registry", {"EVENTS": Held()}), entries("a", "b")) == ["a", "b"]

    def test_tells_the_streams_apart(self) -> None:
        chain = Chain("registry", {"EVENTS": Held({"a"}, 1), "OUTCOMES": Held({"b"}, 1)})
        found = chain.lost([*entries("a", "b"), *entries("a", "b", stream="OUTCOMES")])
        assert [(entry.stream, entry.id) for entry in found] == [("EVENTS", "b"), ("OUTCOMES", "a")]

    def test_takes_what_is_absent_before_the_first_it_finds_for_old_where_the_stream_forgets(self) -> None:
        chain = Chain("registry", {"OUTCOMES": Held({"c"}, 9, forgot=True)})
        assert lost(chain, entries("a", "b", "c", "d", stream="OUTCOMES")) == ["d"]

    def test_misses_nothing_where_the_stream_forgot_everything(self) -> None:
        chain = Chain("registry", {"OUTCOMES": Held(set(), 9, forgot=True)})
        assert lost(chain, entries("a", "b", stream="OUTCOMES")) == []


class TestStanding:
    def test_is_ahead_where_the_stream_ends_before_it(self) -> None:
        assert Standing("notify", "EVENTS", floor=8, delivered=8).ahead_of(7)
        assert Standing("notify", "EVENTS", floor=3, delivered=8).ahead_of(7)

    def test_is_not_ahead_at_the_end_of_the_stream_or_before(self) -> None:
        assert not Standing("notify", "EVENTS", floor=8, delivered=8).ahead_of(8)
        assert not Standing("notify", "EVENTS", floor=0, delivered=0).ahead_of(0)


def event(id_: str, cause: str) -> Entry:
    return Entry("EVENTS", id_, f"bangfu.{id_}", orjson.dumps({"id": id_, "causationid": cause}))


class TestReady:
    def test_lets_nothing_go_before_its_cause(self) -> None:
        lost = [event("b", "a"), event("d", "c"), event("e", "a")]
        assert [entry.id for entry in ready(lost, {"a"}, origin=False)] == ["b"]
        assert ready(lost, set(), origin=False) == []

    def test_counts_a_cause_that_goes_out_just_before(self) -> None:
        assert [entry.id for entry in ready([event("b", "a"), event("c", "b")], {"a"}, origin=False)] == ["b", "c"]

    def test_asks_no_cause_of_what_comes_from_outside(self) -> None:
        assert [entry.id for entry in ready([event("b", "fact-1")], set(), origin=True)] == ["b"]
