"""The states of a message and its offer: what was said decides, not in which order; an answer always wins."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.message import DROPPED, QUEUED, RISING, Sms
from services.matching.domain.offer import Offer
from shared.events.contract import Event
from shared.events.offers import OfferAccepted, OfferClosed, SmsQueued, SmsReceipt
from shared.sms.receipts import word_of
from tests.support.market import Market, offer, opened, receipt, registered, reply

Said = tuple[str, str | None]

WORDS: list[Said] = [
    ("accepted", None),
    ("delivered", None),
    ("undelivered", None),
    ("undelivered", "stat:UNDELIV err:001"),
    ("expired", None),
    ("rejected", None),
    ("rejected", "no_contact"),
    ("unconfirmed", None),
]
STAGE_OF = {"accepted": "sent", "delivered": "delivered", QUEUED: "proposed"}
some = settings(max_examples=150, deadline=None)


def said_in_order(words: list[Said], answer: str | None = None, at: int = 0) -> tuple[Offer, Sms]:
    """Return offer and message after receipts in an order, with an answer before the n-th of them."""
    market = Market()
    id_ = offer(market).message_id
    facts: list[Event] = [receipt(id_, *word) for word in words]
    if answer:
        facts.insert(at, reply("anna", answer))
    market.tell(*facts)
    (offered,), message = market.memory.states("offer").values(), market.memory.states("message")[id_]
    return offered, message


@some
@given(st.data(), st.lists(st.sampled_from(WORDS), max_size=8))
def test_receipts_in_every_order_and_number_end_in_the_same_state(data: st.DataObject, words: list[Said]) -> None:
    again = data.draw(st.lists(st.sampled_from(words), max_size=3)) if words else []
    shuffled = data.draw(st.permutations(words + again))

    assert said_in_order(words) == said_in_order(shuffled)


@some
@given(st.lists(st.sampled_from(WORDS), max_size=8))
def test_the_highest_word_of_the_table_is_the_state(words: list[Said]) -> None:
    highest = max((word_of(*word) for word in words), key=RISING.index, default=QUEUED)

    offered, message = said_in_order(words)

    assert message.status == highest
    assert offered.stage == STAGE_OF.get(highest, "undelivered")
    assert offered.reason == ("" if highest in STAGE_OF else highest)


@some
@given(st.data(), st.lists(st.sampled_from(WORDS), max_size=6), st.sampled_from(["accept", "decline", "stop"]))
def test_an_answer_wins_wherever_it_stands_among_the_receipts(
    data: st.DataObject, words: list[Said], answer: str
) -> None:
    shuffled = data.draw(st.permutations(words))
    first, second = (data.draw(st.integers(0, len(words))) for _ in range(2))

    one, other = said_in_order(words, answer, first), said_in_order(list(shuffled), answer, second)

    expected = {"accept": ("accepted", ""), "decline": ("closed", "declined"), "stop": ("closed", "stopped")}[answer]
    assert (one[0].stage, one[0].reason) == (other[0].stage, other[0].reason) == expected
    assert one[1] == other[1]
    assert one[1].status != QUEUED


@pytest.mark.parametrize("status", ["accepted", "delivered", "undelivered"])
def test_a_receipt_of_an_unknown_message_leaves_nothing(status: str) -> None:
    market = Market()
    offer(market)
    before = market.memory.states("message"), market.memory.states("offer")

    assert market.tell(receipt("m-unknown", status), receipt("r-unknown", status)) == []
    assert (market.memory.states("message"), market.memory.states("offer")) == before


def test_a_message_that_went_out_after_its_offer_was_over_is_known_to_have_gone_out() -> None:
    market = Market()
    id_ = offer(market).message_id
    market.tell(reply("anna", "decline"))
    dropped = market.memory.states("message")[id_].status
    market.tell(receipt(id_, "accepted"))

    assert (dropped, market.memory.states("message")[id_].status) == (DROPPED, "accepted")
    assert market.stages() == ["closed"]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(["anna", "bela"]), st.sampled_from(["unclear", "accept", "start"])),
        st.tuples(st.just("receive"), st.integers(0, 5), st.sampled_from(WORDS)),
        st.tuples(st.just("close"), st.integers(1, 2), st.just("")),
        st.tuples(st.just("send"), st.integers(1, 3), st.just("")),
    ),
    max_size=25,
)


@settings(max_examples=80, deadline=None)
@given(steps)
def test_no_message_is_sent_twice_and_no_offer_reminded_twice_in_any_life(
    life: list[tuple[str, int | str, str]],
) -> None:
    market = Market()
    market.tell(opened("V1"), opened("V2"), registered("anna"), registered("bela"))
    sent: Counter[str] = Counter()
    gone: set[str] = set()
    reminded: Counter[str | None] = Counter()
    for what, which, word in life:
        followed: list[Event] = []
        if what == "say":
            followed = market.tell(reply(str(which), word))
        elif what == "close":
            followed = market.close_days(int(which))
        elif what == "receive":
            known = sorted(market.memory.states("message"))
            followed = market.tell(receipt(known[int(which) % len(known)], *word))
        else:
            for id_ in market.queue()[: int(which)]:
                sent[id_] += 1
                market.tell(receipt(id_, "accepted"))
        reminded.update(e.offer_id for e in followed if isinstance(e, SmsQueued) and e.template == "reminder")
        assert not gone & set(market.queue()), "what has left the queue never comes back"
        gone = set(market.memory.states("message")) - set(market.queue())

    assert max(sent.values(), default=1) == 1
    assert max(reminded.values(), default=1) == 1


def test_every_status_of_a_receipt_has_its_place_in_the_table() -> None:
    statuses = SmsReceipt.model_json_schema()["properties"]["status"]["enum"]

    assert set(statuses) < set(RISING)


@pytest.mark.parametrize(
    ("status", "detail", "word"),
    [
        ("undelivered", None, "undelivered"),
        ("undelivered", "stat:UNDELIV err:001", "wrong_number"),
        ("undelivered", "stat:UNDELIV err:010", "undelivered"),
        ("undelivered", "err_001", "wrong_number"),
        ("undelivered", "err_011", "undelivered"),
        ("undelivered", "MK:0001", "wrong_number"),
        ("undelivered", "MK:0012", "undelivered"),
        ("undelivered", "unknown_subscriber", "wrong_number"),
        ("undelivered", "absent_subscriber", "undelivered"),
        ("rejected", "invalid destination", "wrong_number"),
        ("rejected", "no_contact", "no_contact"),
        ("undelivered", "no_contact", "undelivered"),
        ("rejected", "blacklisted", "rejected"),
        ("accepted", "err:001", "accepted"),
    ],
)
def test_a_detail_makes_another_word_where_the_officer_does_something_else(
    status: str, detail: str | None, word: str
) -> None:
    assert word_of(status, detail) == word


def test_an_answer_after_the_offer_lapsed_changes_nothing() -> None:
    market = Market()
    offer(market)
    followed = market.close_days(8)

    assert [event.reason for event in followed if isinstance(event, OfferClosed)] == ["expired"]
    assert not any(isinstance(event, OfferAccepted) for event in market.tell(reply("anna", "accept")))
    assert market.stages() == ["closed"]
