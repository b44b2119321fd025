"""Prometheus metrics: templated subjects as labels, never an id."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from faststream.message import StreamMessage
from faststream.nats.prometheus.provider import BatchNatsMetricsSettingsProvider
from faststream.prometheus import ConsumeAttrs
from faststream.prometheus.middleware import PrometheusMiddleware
from nats.aio.msg import Msg
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from shared.runner.consumer import Consumer
    from shared.runner.health import Health


class RunnerCollector(Collector):
    """Reads the runners' own counts when somebody asks."""

    def __init__(self, consumers: Iterable["Consumer"], health: "Health") -> None:
        self._consumers, self._health = list(consumers), health

    def collect(self) -> Iterator[Metric]:
        """Yield dispositions by subscription, and whether each consumer moves."""
        messages = CounterMetricFamily(
            "bangfu_messages", "Messages by what became of them", labels=["subscription", "outcome"]
        )
        moving = GaugeMetricFamily("bangfu_consumer_moving", "1 while messages flow or would flow", labels=["consumer"])
        warnings = CounterMetricFamily(
            "bangfu_warnings", "What somebody should look into, by kind", labels=["subscription", "kind"]
        )
        for consumer in self._consumers:
            for kind, count in sorted(_warnings(consumer).items()):
                warnings.add_metric([consumer.subscription.name, kind], count)
            for lane in consumer.lanes.values():
                moving.add_metric([lane.place.durable], float(lane.moving))
            for outcome, count in sorted(_counts(consumer).items()):
                messages.add_metric([consumer.subscription.name, outcome], count)
        yield messages
        yield moving
        yield warnings
        yield CounterMetricFamily(
            "bangfu_publish_failures", "Batches that the broker did not take", value=self._health.publish_failures
        )
        yield CounterMetricFamily(
            "bangfu_refusals", "What the broker did not allow this process", value=self._health.refusals
        )
        yield CounterMetricFamily(
            "bangfu_store_failures", "Attempts that the store did not answer", value=self._health.store_failures
        )


def _counts(consumer: "Consumer") -> dict[str, int]:
    total: dict[str, int] = {}
    for lane in consumer.lanes.values():
        for outcome, count in lane.runner.progress.counts.items():
            total[outcome] = total.get(outcome, 0) + count
    return total


def _warnings(consumer: "Consumer") -> Counter[str]:
    return sum((lane.runner.progress.warnings for lane in consumer.lanes.values()), Counter())


class _BatchAttributes(BatchNatsMetricsSettingsProvider):
    """A batch mixes subjects, so its label is the stream; a subject would carry an id."""

    def get_consume_attrs_from_message(self, msg: StreamMessage[list[Msg]]) -> ConsumeAttrs:
        batch = msg.raw_message
        size = sum(len(message.data) for message in batch)
        return {"destination_name": batch[0].metadata.stream, "message_size": size, "messages_count": len(batch)}


def middleware(registry: CollectorRegistry, service: str) -> PrometheusMiddleware[Any, Any]:
    """Return FastStream's Prometheus middleware with labels that do not grow with the data."""
    return PrometheusMiddleware(
        settings_provider_factory=lambda _: _BatchAttributes(), registry=registry, app_name=service
    )
