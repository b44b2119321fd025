"""A message is what its subject says, or it is nothing: who may publish there is the broker's to say."""

from datetime import date

import pytest

from shared.events.clock import DayClosed
from shared.runner.wire import encode, recorded, stood_for
from tests.support.toy import message

SUBJECT = "bangfu.calendar.day_closed.3.2018-03-01"
HEADERS = {"Nats-Msg-Id": "m-1"}
EVENT = message("e-1", DayClosed(date=date(2018, 3, 1)))


def judged(subject: str, producer: str = "registry", headers: dict[str, str] = HEADERS, stream: str = "EVENTS") -> str:
    """Return the code under which a message is refused, empty if it is not."""
    read = recorded(None, encode(EVENT, producer), 7)
    item = stood_for(read, stream, subject, headers)
    assert (item.message is None) == (item.refusal is not None)
    assert item.key == ("/bangfu/registry|e-1" if item.refusal is None else f"{stream}#7")
    return item.refusal.code if item.refusal else ""


def test_an_event_on_its_own_subject_by_its_producer_is_taken() -> None:
    assert judged(SUBJECT) == ""


@pytest.mark.parametrize("subject", ["bangfu.offer.sent.3.o-1", "bangfu.calendar.day_closed_again.3.x", "other"])
def test_an_event_of_another_type_than_its_subject_says_is_refused(subject: str) -> None:
    assert judged(subject) == "type_differs_from_subject"


def test_an_event_that_says_another_producer_than_its_own_is_refused() -> None:
    assert judged(SUBJECT, "matching") == "source_differs_from_subject"


@pytest.mark.parametrize("stream", ["EVENTS", "INTAKE"])
def test_a_copy_that_the_broker_was_asked_to_send_there_is_refused(stream: str) -> None:
    copied = HEADERS | {"Nats-Stream": "EVENTS", "Nats-Subject": "bangfu.offer.sent.3.o-1", "Nats-Sequence": "4"}
    assert judged(SUBJECT, headers=copied, stream=stream) == "relayed"
