"""A service's connection to the broker, under its own key."""

from collections.abc import Sequence
from typing import Any

from faststream.nats import NatsBroker

from shared.access.connection import Bus
from shared.runner.core import Service
from shared.runner.health import Health
from shared.settings import Settings

_RECONNECT_S: Any = 0.2  # FastStream says int, nats-py waits for any number of seconds


def broker_of(service: Service, settings: Settings, health: Health, middlewares: Sequence[Any]) -> NatsBroker:
    """Return the broker of a service process, not connected."""
    return NatsBroker(
        settings.nats_url or "nats://127.0.0.1:4222",
        name=service.name,
        logger=None,
        apply_types=False,
        graceful_timeout=20,
        ping_interval=5,
        max_outstanding_pings=2,
        max_reconnect_attempts=-1,
        reconnect_time_wait=_RECONNECT_S,
        error_cb=health.broker_error,
        middlewares=middlewares,
        **Bus.of(settings).broker_options(),
    )
