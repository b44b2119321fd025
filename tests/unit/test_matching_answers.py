"""What became of an offer's message, and what the person answers."""

from datetime import datetime

import pytest

from shared.events.offers import (
    ConsentChanged,
    OfferAccepted,
    OfferClosed,
    OfferDelivered,
    OfferSent,
    OfferUndelivered,
    ReplyMisunderstood,
    SmsQueued,
)
from shared.events.people import JobseekerUpdated
from tests.support.market import (
    RECEIVED,
    Market,
    closed,
    listed,
    offer,
    offers,
    opened,
    person,
    phone,
    receipt,
    registered,
    reply,
)

AT = datetime.fromisoformat(RECEIVED)


@pytest.fixture
def market() -> Market:
    return Market()


class TestAReply:
    def test_accepts_the_offer_before_its_receipt_came(self, market: Market) -> None:
        proposed = offer(market)

        (accepted,) = market.tell(reply("anna", "accept"))
        late = market.tell(receipt(proposed.message_id, "accepted"), receipt(proposed.message_id, "expired"))

        assert isinstance(accepted, OfferAccepted)
        assert (accepted.offer_id, accepted.title, late) == (proposed.offer_id, "缝纫工", [])
        assert market.queue() == []

    def test_declines_the_offer(self, market: Market) -> None:
        offer(market)

        assert closed(market.tell(reply("anna", "decline"))) == [("V1", "declined")]
        assert market.tell(reply("anna", "decline")) == []

    def test_answers_the_best_of_several_that_were_made_at_once(self, market: Market) -> None:
        market.tell(opened("V1"), opened("V2", township="350622101"))
        market.tell(registered("anna"))

        answers = market.tell(reply("anna", "accept"), reply("anna", "decline"))

        assert [type(answer) for answer in answers] == [OfferAccepted, OfferClosed]
        best_first = sorted(market.memory.states("offer").items(), key=lambda item: -item[1].score_bp)
        assert [answer.entity_id for answer in answers] == [id_ for id_, _ in best_first]

    def test_from_a_shared_phone_answers_the_latest_offer(self, market: Market) -> None:
        market.tell(registered("anna"), registered("bela", phone_id=phone("anna"), skills=["制鞋"]))
        market.tell(opened("V1", reserved_for=["none"]), listed("anna"), opened("V2", reserved_for=["listed"]))

        (accepted,) = market.tell(reply("anna", "accept"))

        assert isinstance(accepted, OfferAccepted)
        assert (accepted.person_id, accepted.vacancy_id) == (person("anna"), "V2")

    def test_from_a_phone_that_was_given_up_answers_nothing(self, market: Market) -> None:
        offer(market)
        market.tell(JobseekerUpdated(person_id=person("anna"), phone_id=phone("bela")))

        assert market.tell(reply("anna", "accept")) == []
        assert len(market.tell(reply("bela", "accept"))) == 1

    @pytest.mark.parametrize("answer", ["accept", "decline", "stop", "start", "unclear"])
    def test_from_a_stranger_leads_to_nothing(self, market: Market, answer: str) -> None:
        offer(market)

        assert market.tell(reply("zoe", answer)) == []

    def test_that_is_unclear_changes_no_offer_and_names_the_one_it_probably_answers(self, market: Market) -> None:
        proposed = offer(market)

        assert market.tell(reply("anna", "unclear")) == [
            ReplyMisunderstood(person_id=person("anna"), offer_id=proposed.offer_id, vacancy_id="V1")
        ]
        assert market.stages() == ["proposed"]

    def test_that_is_unclear_without_an_open_offer_is_told_too(self, market: Market) -> None:
        market.tell(registered("anna"))

        assert market.tell(reply("anna", "unclear")) == [ReplyMisunderstood(person_id=person("anna"))]

    def test_of_stop_ends_messages_to_everyone_behind_the_phone_once(self, market: Market) -> None:
        market.tell(opened("V1"), registered("anna"), registered("bela", phone_id=phone("anna")))

        followed = market.tell(reply("anna", "stop"))

        assert [event for event in followed if isinstance(event, ConsentChanged)] == [
            ConsentChanged(person_id=person("anna"), sms_consent=False, at=AT),
            ConsentChanged(person_id=person("bela"), sms_consent=False, at=AT),
        ]
        assert closed(followed) == [("V1", "stopped"), ("V1", "stopped")]
        assert market.tell(reply("anna", "stop"), opened("V2")) == []

    def test_of_start_takes_back_a_stop(self, market: Market) -> None:
        market.tell(registered("anna"), reply("anna", "stop"))

        changed, confirmed = market.tell(reply("anna", "start"))

        assert changed == ConsentChanged(person_id=person("anna"), sms_consent=True, at=AT)
        assert isinstance(confirmed, SmsQueued)
        assert (confirmed.template, confirmed.person_id) == ("started", person("anna"))
        assert len(offers(market.tell(opened("V1")))) == 1

    def test_of_start_does_not_consent_for_a_relative_who_never_agreed(self, market: Market) -> None:
        market.tell(registered("anna"), registered("bela", phone_id=phone("anna"), sms_consent=False))

        assert market.tell(reply("anna", "start")) == []


class TestAReceipt:
    def test_of_acceptance_makes_the_offer_sent_once(self, market: Market) -> None:
        proposed = offer(market)

        followed = market.tell(receipt(proposed.message_id, "accepted"), receipt(proposed.message_id, "accepted"))

        assert [type(event) for event in followed] == [OfferSent]

    @pytest.mark.parametrize("status", ["undelivered", "expired", "rejected", "unconfirmed"])
    def test_of_failure_makes_the_offer_undelivered_with_the_reason(self, market: Market, status: str) -> None:
        proposed = offer(market)

        (undelivered,) = market.tell(receipt(proposed.message_id, status))

        assert isinstance(undelivered, OfferUndelivered)
        assert undelivered.reason == status
        assert market.tell(receipt(proposed.message_id, status)) == []

    def test_of_delivery_is_told_once_and_outlives_an_older_failure(self, market: Market) -> None:
        proposed = offer(market)
        market.tell(receipt(proposed.message_id, "accepted"))

        followed = market.tell(*(receipt(proposed.message_id, word) for word in ("delivered", "expired", "delivered")))

        assert [type(event) for event in followed] == [OfferDelivered]

    def test_of_an_unknown_message_leaves_nothing_behind(self, market: Market) -> None:
        assert market.tell(receipt("m-unknown", "accepted")) == []
        assert market.memory.states("message") == {}

    def test_that_nobody_knows_still_leaves_the_person_an_answer(self, market: Market) -> None:
        proposed = offer(market)
        market.tell(receipt(proposed.message_id, "unconfirmed"))

        assert len(market.tell(reply("anna", "accept"))) == 1
