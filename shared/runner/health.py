"""Readiness: ready means that messages move, not merely that a connection is open."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faststream.asgi import AsgiResponse

from shared.telemetry import logger

if TYPE_CHECKING:
    from shared.runner.consumer import Consumer
    from shared.store import Store

_PING_S = 1.0


@dataclass
class Health:
    """What the parts of a process say of themselves.

    Args:
        drift: Streams that differ from their declaration.
        denied: A permission was refused: the process runs under the wrong user and must not look well.
        ended: Name of the error that ended an adapter (clock, sender).
    """

    service: str = ""
    drift: list[str] = field(default_factory=list)
    denied: bool = False
    ended: str = ""
    publish_failures: int = 0
    store_failures: int = 0
    _consumers: Sequence["Consumer"] = ()
    _store: "Store | None" = None

    def watch(self, consumers: Sequence["Consumer"], store: "Store") -> None:
        """Say what readiness looks at."""
        self._consumers, self._store = consumers, store

    async def broker_error(self, error: Exception) -> None:
        """Note what the client hears outside any call; a refused permission arrives only here."""
        if "permissions violation" in str(error).lower():
            self.denied = True
        logger().warning("broker.error", error=type(error).__name__)

    def publish_failed(self, error: Exception, attempt: int) -> None:
        """Note that the broker did not take a batch."""
        self.publish_failures += 1
        logger().warning("publish.failed", error=type(error).__name__, attempt=attempt)

    def store_failed(self, error: Exception, attempt: int) -> None:
        """Note that the store is away."""
        self.store_failures += 1
        logger().warning("store.unavailable", error=type(error).__name__, attempt=attempt)

    def adapters_ended(self, task: "asyncio.Task[None]") -> None:
        """Note that what runs beside the consumers is over before its time."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.ended = type(error).__name__
            logger().error("adapter.ended", error=self.ended, exception=self.ended)

    async def checks(self) -> dict[str, bool]:
        """Return each condition of readiness and whether it holds."""
        lanes = [lane for consumer in self._consumers for lane in consumer.lanes.values()]
        found = {f"consumer.{lane.place.durable}": lane.moving for lane in lanes}
        found["consumers"] = bool(lanes) and all(lane.moving for lane in lanes)
        found["store"] = await self._store_answers()
        found["topology"] = not self.drift
        found["permissions"] = not self.denied
        found["adapters"] = not self.ended
        return found

    async def ready(self, _: Any) -> AsgiResponse:
        """Answer 200 and the checks if all hold, 503 otherwise."""
        checks = await self.checks()
        fine = all(checks.values())
        said = {"service": self.service, "ready": fine, "checks": checks, "drift": self.drift}
        return AsgiResponse(json.dumps(said).encode(), 200 if fine else 503, {"content-type": "application/json"})

    async def _store_answers(self) -> bool:
        if self._store is None:
            return False
        try:
            await asyncio.wait_for(self._store.ping(), _PING_S)
        except Exception:  # noqa: BLE001 - whatever it is, the store does not answer
            return False
        return True
