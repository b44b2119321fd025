"""How the channels stand: for `/metrics`, and for who looks from another process (`bangfu channels status`)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.notify.adapters.channels.courier import Courier
from services.notify.adapters.channels.figures import STANDING, Figures, waiting
from services.notify.adapters.channels.timing import instant


@dataclass
class Board:
    """What is shown of the channels of this process."""

    db: Any
    couriers: Sequence[Courier]
    clock: Callable[[], datetime]
    steady: Callable[[], float]
    latest: list[Figures] = field(default_factory=list)

    async def show(self) -> None:
        """Count anew, and write how the circuits stand for who looks from elsewhere."""
        now = self.clock()
        self.latest = await waiting(self.db, now)
        rows = [{"_id": each.name, "circuit": each.lines.circuit(self.steady())} for each in self.couriers]
        await self.db[STANDING].delete_many({"_id": {"$nin": [row["_id"] for row in rows]}})
        for row in rows:
            await self.db[STANDING].replace_one({"_id": row["_id"]}, row | {"at": instant(now)}, upsert=True)


class ChannelCollector(Collector):
    """Reads the board when somebody asks."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def collect(self) -> Iterator[Metric]:
        """Yield letters by how they ended, notices that wait, the oldest, circuits."""
        letters = CounterMetricFamily(
            "bangfu_channel_letters", "Letters by what became of them", labels=["channel", "outcome"]
        )
        due = GaugeMetricFamily("bangfu_channel_waiting", "Notices that are due", labels=["channel"])
        oldest = GaugeMetricFamily("bangfu_channel_oldest_seconds", "How long the oldest is due", labels=["channel"])
        open_ = GaugeMetricFamily("bangfu_channel_circuit_open", "1 while a peer is left alone", labels=["channel"])
        for courier in self._board.couriers:
            for outcome, count in sorted(courier.counts.items()):
                letters.add_metric([courier.name, outcome], count)
            open_.add_metric([courier.name], float(courier.lines.circuit(self._board.steady()) != "closed"))
        for each in self._board.latest:
            due.add_metric([each.channel], each.due)
            oldest.add_metric([each.channel], each.oldest_s)
        yield from (letters, due, oldest, open_)
