"""Readiness: ready means that work gets on, not merely that a connection is open; watchdog.py says how it is found."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from faststream.asgi import AsgiResponse

from shared.access.connection import refused, unknown
from shared.runner.publisher import Published
from shared.telemetry import logger

if TYPE_CHECKING:
    from shared.runner.consumer import Consumer
    from shared.runner.looking import Probe
    from shared.runner.watchdog import Watchdog

# Each check of `/health/ready`, and the names of conditions that speak against it.
_CHECKS = {
    "broker": "broker.",
    "store": "store.",
    "streams": "stream.",
    "publisher": "publisher.",
    "adapters": "adapter.",
}


@dataclass
class Health:
    """What the parts of a process say of themselves.

    Args:
        drift: Streams that differ from their declaration.
        refusals: How often the broker refused a permission: the process runs under the wrong key, or its rights are
            not those of its code, and it must not look well. Nothing else tells: a request is just never answered.
        ended: Name of the error that ended an adapter (clock, sender), or the start.
        started: The start is over, and the consumers run.
        probes: What must be readable with this process's keys, by name; adapters add theirs.
    """

    service: str = ""
    drift: list[str] = field(default_factory=list)
    refusals: int = 0
    ended: str = ""
    started: bool = False
    publish_failures: int = 0
    store_failures: int = 0
    published: Published = field(default_factory=Published)
    probes: dict[str, "Probe"] = field(default_factory=dict)
    _consumers: Sequence["Consumer"] = ()
    _watchdog: "Watchdog | None" = None

    def watch(self, consumers: Sequence["Consumer"], watchdog: "Watchdog") -> None:
        """Say what readiness looks at."""
        self._consumers, self._watchdog = consumers, watchdog

    async def broker_error(self, error: Exception) -> None:
        """Note what the client hears outside any call; a refused permission arrives only here."""
        if what := refused(error):
            self.refusals += 1
            logger().error("bus.refused", reason=what)
            return
        if unknown(error):
            self.ended = "AuthorizationError"  # its key was withdrawn: started anew, it reads the one that follows
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

    def checks(self) -> dict[str, bool]:
        """Return each condition of readiness and whether it holds."""
        lanes = [lane for consumer in self._consumers for lane in consumer.lanes.values()]
        names = [each.name for each in self._watchdog.conditions] if self._watchdog else []

        def fine(prefix: str) -> bool:
            return not any(name.startswith(prefix) for name in names)

        found = {f"consumer.{at}": lane.moving and fine(f"consumer.{at}.") for lane in lanes for at in _durable(lane)}
        found["consumers"] = bool(lanes) and all(found.values())
        found |= {check: fine(prefix) for check, prefix in _CHECKS.items()}
        found |= {name: fine(f"{name}.") for name in sorted(self.probes)}
        found["topology"] = not self.drift
        found["permissions"] = not self.refusals
        found["started"] = self.started
        found["watchdog"] = self._watchdog is not None and self._watchdog.awake
        return found

    async def ready(self, _: Any) -> AsgiResponse:
        """Answer 200 if all checks hold, else 503; say each condition that does not, since when, and what follows."""
        checks = self.checks()
        fine = all(checks.values())
        conditions = [asdict(each) for each in self._watchdog.conditions] if self._watchdog else []
        said = {"service": self.service, "ready": fine, "checks": checks, "conditions": conditions, "drift": self.drift}
        return AsgiResponse(json.dumps(said).encode(), 200 if fine else 503, {"content-type": "application/json"})


def _durable(lane: Any) -> tuple[str]:
    return (lane.place.durable,)
