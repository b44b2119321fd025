"""Traces: one span a batch, linked to the traces of the facts in it; on only where somebody collects them.

A batch mixes facts of many traces, so its span belongs to none of them: it is linked to each, as OpenTelemetry's
conventions for messaging say. The `traceparent` of an upstream fact (W3C Trace Context) goes with everything that the
fact causes, so that the spans of all services can be found by the trace of the fact.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from faststream.message import StreamMessage
from faststream.nats.opentelemetry.provider import NatsBatchTelemetrySettingsProvider
from faststream.opentelemetry.middleware import TelemetryMiddleware
from nats.aio.msg import Msg
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanContext, TraceFlags, get_current_span

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_LINKS = 128  # the SDK keeps no more


@dataclass
class Tracing:
    """The traces of a service process; without a collector there are none and they cost nothing."""

    provider: TracerProvider | None

    @classmethod
    def of(cls, service: str) -> "Tracing":
        """Return the traces of a service, sent by OTLP over HTTP to where OpenTelemetry's own variables say."""
        if not any(os.environ.get(name) for name in _ENDPOINTS):
            return cls(None)
        # Importing it takes as long as a third of a service; who collects nothing shall not wait for it.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        provider = TracerProvider(resource=Resource.create({"service.name": service, "service.namespace": "bangfu"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        return cls(provider)

    @property
    def middlewares(self) -> list[Any]:
        """Return FastStream's middleware with names that do not grow with the data."""
        if self.provider is None:
            return []
        return [
            TelemetryMiddleware(
                settings_provider_factory=lambda _: _BatchNames(),
                tracer_provider=self.provider,
                meter_provider=NoOpMeterProvider(),  # figures are Prometheus' business (metrics.py)
            )
        ]

    def close(self) -> None:
        """Send what is left."""
        if self.provider is not None:
            self.provider.shutdown()


def link(traceparents: Iterable[str]) -> None:
    """Link the span of the batch in hand to the traces of its facts."""
    span = get_current_span()
    if not span.is_recording():
        return
    for traceparent in sorted({each for each in traceparents if each})[:_LINKS]:
        if match := _TRACEPARENT.fullmatch(traceparent):
            trace_id, span_id, flags = (int(part, 16) for part in match.groups())
            span.add_link(SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags)))


class _BatchNames(NatsBatchTelemetrySettingsProvider):
    """A batch mixes subjects, and a subject holds an id: spans are named by stream and consumer."""

    def get_consume_destination_name(self, msg: StreamMessage[list[Msg]]) -> str:
        return str(msg.raw_message[0].metadata.stream)

    def get_consume_attrs_from_message(self, msg: StreamMessage[list[Msg]]) -> dict[str, Any]:
        batch = msg.raw_message
        first, last = batch[0].metadata, batch[-1].metadata
        return {
            "messaging.system": self.messaging_system,
            "messaging.destination.name": first.stream,
            "messaging.consumer.group.name": first.consumer,
            "messaging.batch.message_count": len(batch),
            "messaging.message.body.size": sum(len(message.data) for message in batch),
            "bangfu.position.first": first.sequence.stream,
            "bangfu.position.last": last.sequence.stream,
        }
