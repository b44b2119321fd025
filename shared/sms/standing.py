"""How the gateways stand, for who looks from another process (`bangfu sms gateways`) and for `/metrics`."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.sms.callbacks import Callbacks
from shared.sms.failover import Failover, Line
from shared.sms.inbox import Inbox
from shared.sms.smpp import SmppGateway

STANDING_COLLECTION = "sms_gateways"


@dataclass(frozen=True, slots=True)
class Standing:
    """One gateway, at a moment.

    Args:
        place: 1 for the first of the list.
        circuit: `closed` (messages flow), `open` (left alone), `half_open` (one message tries).
        bound: Whether there is a session; None where there are none.
        capped: Whether the day's segments are used up. cap: how many a day; None for no limit.
        since: When that began, RFC 3339.
    """

    name: str
    place: int
    kind: str
    circuit: str
    bound: bool | None
    capped: bool
    cap: int | None
    since: str = ""


def standings(failover: Failover) -> list[Standing]:
    """Return how each gateway stands now."""
    return [
        Standing(
            line.name,
            place,
            type(line.gateway).__name__.removesuffix("Gateway").lower(),
            failover.circuit(line),
            _bound(line),
            failover.capped(line),
            line.cap,
        )
        for place, line in enumerate(failover.lines, 1)
    ]


def _bound(line: Line) -> bool | None:
    return line.gateway.bound if isinstance(line.gateway, SmppGateway) else None


class StandingLog:
    """Shows how the gateways stand: one row each, `_id` its name."""

    def __init__(self, collection: Any) -> None:
        self._rows = collection
        self._shown: dict[str, Standing] = {}

    async def show(self, now: str, found: list[Standing]) -> None:
        """Write what changed, and take away gateways that are not configured any more."""
        if not self._shown:
            await self._rows.delete_many({"_id": {"$nin": [each.name for each in found]}})
        for each in found:
            if self._shown.get(each.name) != each:
                row = asdict(each) | {"since": now}
                await self._rows.replace_one({"_id": each.name}, {"_id": each.name, **row}, upsert=True)
                self._shown[each.name] = each

    async def all(self) -> list[Standing]:
        """Read every row, in the order of the list."""
        rows = self._rows.find({}, {"_id": 0}).sort("place", 1)
        return [Standing(**row) async for row in rows]


class GatewayCollector(Collector):
    """Reads the gateways' own counts when somebody asks."""

    def __init__(self, failover: Failover, inbox: Inbox, callbacks: Callbacks | None) -> None:
        self._failover, self._inbox, self._callbacks = failover, inbox, callbacks

    def collect(self) -> Iterator[Metric]:
        """Yield attempts by outcome, circuits, caps, and what gateways told."""
        attempts = CounterMetricFamily(
            "bangfu_sms_attempts", "Messages by how a gateway took them", labels=["gateway", "outcome"]
        )
        segments = CounterMetricFamily("bangfu_sms_segments", "Segments taken", labels=["gateway"])
        open_ = GaugeMetricFamily("bangfu_sms_circuit_open", "1 while a gateway is left alone", labels=["gateway"])
        bound = GaugeMetricFamily("bangfu_sms_bound", "1 while there is a session", labels=["gateway"])
        capped = GaugeMetricFamily(
            "bangfu_sms_cap_reached", "1 while the day's segments are used up", labels=["gateway"]
        )
        told = CounterMetricFamily("bangfu_sms_heard", "What gateways told, by kind", labels=["kind"])
        calls = CounterMetricFamily(
            "bangfu_sms_callbacks", "Calls of gateways by what became of them", labels=["outcome"]
        )
        for line, each in zip(self._failover.lines, standings(self._failover), strict=True):
            for outcome, count in sorted(line.counts.items()):
                (
                    segments.add_metric([line.name], count)
                    if outcome == "segments"
                    else attempts.add_metric([line.name, outcome], count)
                )
            open_.add_metric([line.name], float(each.circuit != "closed"))
            capped.add_metric([line.name], float(each.capped))
            if each.bound is not None:
                bound.add_metric([line.name], float(each.bound))
        for kind, count in sorted(self._inbox.counts.items()):
            told.add_metric([kind], count)
        for outcome, count in sorted(self._callbacks.counts.items() if self._callbacks else ()):
            calls.add_metric([outcome], count)
        unknown = GaugeMetricFamily("bangfu_sms_receipts_unknown", "Receipts of what nobody knows", self._inbox.unknown)
        yield from (unknown, attempts, segments, open_, bound, capped, told, calls)
