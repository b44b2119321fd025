"""Traces: a fact's trace goes with what it causes; a batch is linked to the traces of its facts."""

from datetime import date

import pytest
from nats.aio.msg import Msg
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.registry.domain.door import IntakeDoor
from shared.events.envelope import Envelope
from shared.events.people import VisitRecorded
from shared.runner.core import Message
from shared.runner.traces import Tracing, link
from shared.runner.wire import encode, position_of, recorded
from tests.support.facts import KEYS
from tests.support.toy import visit

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
DAY = date(2018, 3, 1)


def traced(traceparent: str) -> Message:
    return Message("e-1", "", visit(1), 7, DAY, "c-1", traceparent=traceparent)


def test_what_a_fact_causes_carries_its_trace_and_is_read_with_it() -> None:
    read = recorded(None, encode(traced(TRACE), "registry"), 1).message
    assert read is not None
    assert read.traceparent == TRACE
    assert isinstance(read.event, VisitRecorded)


def test_a_fact_without_a_trace_is_published_in_the_bytes_it_always_had() -> None:
    assert b"traceparent" not in encode(traced(""), "registry")


@pytest.mark.parametrize("header", ["", "00-4bf9", "00-" + "g" * 32 + "-00f067aa0ba902b7-01"])
def test_what_is_no_trace_context_is_left_at_the_door(header: str) -> None:
    kind = "cn.bangfu.calendar.day_closed.v1"
    body = Envelope("x", "hall", kind, {"date": "2018-03-01"}).structured()
    door, subject = IntakeDoor(KEYS), "intake.hall.calendar.day_closed"
    assert door.admit(subject, {"traceparent": header}, body).traceparent == ""
    assert door.admit(subject, {"traceparent": TRACE}, body).traceparent == TRACE


def test_the_span_of_a_batch_is_linked_once_to_each_trace_in_it() -> None:
    exported = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exported))
    with provider.get_tracer("test").start_as_current_span("EVENTS process"):
        link([TRACE, "", OTHER, TRACE, "nonsense"])
    (span,) = exported.get_finished_spans()
    found = sorted(f"{each.context.trace_id:032x}" for each in span.links)
    assert found == ["0af7651916cd43dd8448eb211c80319c", "4bf92f3577b34da6a3ce929d0e0e4736"]


def test_without_a_collector_there_is_no_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", raising=False)
    assert Tracing.of("notify").middlewares == []


@pytest.mark.parametrize(
    "reply",
    [
        "$JS.ACK.EVENTS.notify-p3.1.4711.12.1700000000000000000.5",
        "$JS.ACK._.account.EVENTS.notify-p3.1.4711.12.1700000000000000000.5",
        "$JS.ACK._.account.EVENTS.notify-p3.1.4711.12.1700000000000000000.5.token",
    ],
)
def test_the_position_of_a_message_is_the_one_that_its_metadata_say(reply: str) -> None:
    message = Msg(None, "bangfu.visit.recorded.3.p", reply)  # type: ignore[arg-type]
    assert position_of(message) == message.metadata.sequence.stream == 4711
