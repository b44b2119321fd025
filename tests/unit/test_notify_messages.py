"""What officers hear of messages that did not arrive, were not answered or not understood; and when it is over."""

from datetime import date

import pytest

from services.notify.domain.alert import Alert
from services.notify.rulebook import load_rulebook
from services.notify.service import SERVICE
from services.notify.views import row_of
from shared.catalog import partitions_of
from shared.events.contract import Event
from shared.events.offers import (
    ConsentChanged,
    OfferAccepted,
    OfferClosed,
    OfferDelivered,
    OfferSent,
    OfferUnanswered,
    OfferUndelivered,
    ReplyMisunderstood,
)
from shared.events.people import JobseekerUpdated
from shared.runner.core import Keys, Message
from shared.runner.memory import Memory

PERSON = "p" + "a" * 25
PHONE = "h" + "a" * 25
DAY = date(2018, 3, 5)
OFFER = {"offer_id": "O1", "person_id": PERSON, "vacancy_id": "V1"}
MESSAGE = OFFER | {"message_id": "M1"}
LOST = OfferUndelivered(**MESSAGE, reason="undelivered")
WRONG = OfferUndelivered(**MESSAGE, reason="wrong_number")
SENT = OfferSent(**MESSAGE)
DELIVERED = OfferDelivered(**MESSAGE, alert_on=DAY, remind_on=DAY)
SILENT = OfferUnanswered(**OFFER, title="缝纫工")
UNCLEAR = ReplyMisunderstood(**OFFER)
STRAY = ReplyMisunderstood(person_id=PERSON)
EXPIRED = OfferClosed(**OFFER, reason="expired")
ACCEPTED = OfferAccepted(**OFFER, uscc="91350622MA2Y1A2B7G", title="缝纫工")
LANDLINE = JobseekerUpdated(person_id=PERSON, phone_id=PHONE, phone_kind="landline")
MOBILE = JobseekerUpdated(person_id=PERSON, phone_id=PHONE)


def told(*events: Event) -> dict[str, Alert]:
    """Return the alerts that stay after events, by kind."""
    memory = Memory([SERVICE], Keys(b"person", b"content"))
    for number, event in enumerate(events):
        for partition in partitions_of(event):
            memory._drain([Message(f"m{number}", "", event, number, DAY, "c", partition=partition)])
    return {alert.kind: alert for alert in memory.states("alert").values() if not alert.over_on}


@pytest.mark.parametrize(
    ("event", "kind", "does"),
    [
        (LOST, "offer_undelivered", "核对手机号码"),
        (WRONG, "wrong_number", "核实新号码"),
        (SILENT, "offer_unanswered", "打电话或上门"),
        (UNCLEAR, "reply_unclear", "问清意愿"),
        (STRAY, "reply_unclear", "问清意愿"),
        (LANDLINE, "no_mobile", "手机号码"),
    ],
)
def test_each_says_what_to_do(event: Event, kind: str, does: str) -> None:
    (alert,) = told(event).values()
    row = row_of("a1", alert, load_rulebook())

    assert (alert.kind, alert.person_id, row.urgency) == (kind, PERSON, "act")
    assert does in row.todo
    assert row_of("a1", alert, load_rulebook(), "en").todo.isascii()


def test_a_phone_that_gets_no_messages_is_named_in_words() -> None:
    row = row_of("a1", told(LANDLINE)["no_mobile"], load_rulebook())

    assert "固定电话" in row.sentence


@pytest.mark.parametrize(
    ("events", "left"),
    [
        ((LOST, DELIVERED), []),
        ((LOST, SENT), []),
        ((LOST, ACCEPTED), ["offer_accepted"]),
        ((LOST, EXPIRED), []),
        ((WRONG, EXPIRED), ["wrong_number"]),
        ((WRONG, MOBILE), []),
        ((WRONG, DELIVERED), []),
        ((SILENT, ACCEPTED), ["offer_accepted"]),
        ((SILENT, EXPIRED), []),
        ((UNCLEAR, EXPIRED), []),
        ((STRAY, EXPIRED), ["reply_unclear"]),
        ((STRAY, ConsentChanged(person_id=PERSON, sms_consent=False)), []),
        ((LANDLINE, MOBILE), []),
        ((LANDLINE, JobseekerUpdated(person_id=PERSON, wanted_wage_fen=1)), ["no_mobile"]),
        ((MOBILE, EXPIRED, SENT, DELIVERED), []),
    ],
)
def test_each_goes_when_its_cause_is_gone_and_not_before(events: tuple[Event, ...], left: list[str]) -> None:
    assert list(told(*events)) == left


def test_what_ends_and_never_was_leaves_nothing_behind() -> None:
    memory = Memory([SERVICE], Keys(b"person", b"content"))
    memory._drain([Message("m1", "", EXPIRED, 1, DAY, "c", partition=next(iter(partitions_of(EXPIRED))))])

    assert memory.states("alert") == {}


def test_the_same_wrong_number_of_several_offers_is_one_alert_that_counts() -> None:
    other = OfferUndelivered(**MESSAGE | {"offer_id": "O2", "message_id": "M2"}, reason="wrong_number")

    assert told(WRONG, other)["wrong_number"].count == 2
