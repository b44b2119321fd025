"""What closing days do to offers without an answer: one reminder, one word to the officer, the end."""

from datetime import timedelta

import pytest

from services.matching.domain.refs import reminder_id_of
from services.matching.views import outgoing
from shared.events.contract import Event
from shared.events.employers import VacancyClosed
from shared.events.offers import OfferClosed, OfferDelivered, OfferSent, OfferUnanswered, SmsQueued
from tests.support.market import OPEN_DAY, Market, offer, receipt, reply


@pytest.fixture
def market() -> Market:
    return Market()


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def by_day(market: Market, days: int) -> list[list[str]]:
    return [kinds(market.close_days(1)) for _ in range(days)]


class TestAReminder:
    def test_is_queued_two_days_after_delivery_and_once(self, market: Market) -> None:
        proposed = offer(market)
        market.tell(receipt(proposed.message_id, "delivered"))

        days = by_day(market, 8)

        assert days == [[], [], ["SmsQueued"], ["OfferUnanswered"], [], [], [], ["OfferClosed"]]

    def test_counts_from_the_day_on_which_the_delivery_is_known(self, market: Market) -> None:
        proposed = offer(market)
        market.close_days(2)
        (delivered,) = market.tell(receipt(proposed.message_id, "delivered"))

        assert isinstance(delivered, OfferDelivered)
        assert (delivered.remind_on, delivered.alert_on) == (
            OPEN_DAY + timedelta(days=4),
            OPEN_DAY + timedelta(days=5),
        )
        assert [day.count("SmsQueued") for day in by_day(market, 5)] == [0, 0, 1, 0, 0]

    def test_is_a_message_of_its_own_that_carries_the_same_offer(self, market: Market) -> None:
        proposed = offer(market)
        market.tell(receipt(proposed.message_id, "delivered"))
        market.close_days(3)

        id_ = reminder_id_of(proposed.offer_id)
        sms = market.memory.states("message")[id_]

        assert market.queue() == [id_]
        assert (sms.offer_id, sms.vacancy_id, sms.expires_on) == (proposed.offer_id, "V1", proposed.expires_on)
        text = outgoing(id_, sms, market.vacancy("V1"), "帮扶就业").text
        assert text == (
            "【帮扶就业】岗位提醒：云霄县云陵镇，缝纫工，月工资2600-3100元，您还没有答复。"
            "请于3月8日前回复：Y接受，N不接受，T退订"
        )

    def test_is_not_sent_where_delivery_is_not_known(self, market: Market) -> None:
        market.tell(receipt(offer(market).message_id, "accepted"))

        assert by_day(market, 4) == [[], [], [], ["OfferUnanswered"]]

    @pytest.mark.parametrize("answer", ["accept", "decline", "stop", "unclear"])
    def test_is_not_sent_to_who_has_replied(self, market: Market, answer: str) -> None:
        market.tell(receipt(offer(market).message_id, "delivered"), reply("anna", answer))

        assert {kind for day in by_day(market, 7) for kind in day} == set()

    def test_goes_with_its_offer_if_that_ends_before_it_went_out(self, market: Market) -> None:
        market.tell(receipt(offer(market).message_id, "delivered"))
        market.close_days(3)
        market.tell(VacancyClosed(vacancy_id="V1"))

        assert market.queue() == []

    def test_answered_is_the_offer_answered(self, market: Market) -> None:
        proposed = offer(market)
        market.tell(receipt(proposed.message_id, "delivered"))
        market.close_days(3)
        market.tell(receipt(reminder_id_of(proposed.offer_id), "accepted"))

        (accepted,) = market.tell(reply("anna", "accept"))

        assert accepted.entity_id == proposed.offer_id

    def test_that_does_not_arrive_changes_nothing_about_an_offer_that_did(self, market: Market) -> None:
        proposed = offer(market)
        market.tell(receipt(proposed.message_id, "delivered"))
        market.close_days(3)

        assert market.tell(receipt(reminder_id_of(proposed.offer_id), "undelivered")) == []
        assert market.stages() == ["delivered"]


class TestSilence:
    def test_of_three_days_is_told_to_the_officer_once(self, market: Market) -> None:
        proposed = offer(market)
        (sent,) = market.tell(receipt(proposed.message_id, "accepted"))
        followed = market.close_days(7)

        assert isinstance(sent, OfferSent)
        assert sent.alert_on == OPEN_DAY + timedelta(days=3)
        assert [type(event) for event in followed] == [OfferUnanswered]

    def test_about_a_message_that_did_not_arrive_is_no_silence(self, market: Market) -> None:
        proposed = offer(market)
        market.tell(receipt(proposed.message_id, "accepted"), receipt(proposed.message_id, "undelivered"))

        assert kinds(market.close_days(7)) == []

    def test_is_counted_anew_by_nothing_that_the_network_says_later(self, market: Market) -> None:
        proposed = offer(market)
        market.tell(receipt(proposed.message_id, "accepted"))
        market.close_days(2)
        market.tell(receipt(proposed.message_id, "delivered"))

        assert [day.count("OfferUnanswered") for day in by_day(market, 4)] == [0, 1, 0, 0]

    def test_ends_the_offer_on_its_seventh_day_and_no_reminder_goes_out_then(self, market: Market) -> None:
        proposed = offer(market)
        market.close_days(6)
        market.tell(receipt(proposed.message_id, "delivered"))

        followed = market.close_days(3)

        assert [type(event) for event in followed] == [OfferClosed]
        assert not any(isinstance(event, SmsQueued) for event in followed)
