"""Registry's app, whose connection to the broker closes for good on SIGUSR1."""

import asyncio
import signal

from faststream.nats import NatsBroker

from services.registry.main import app

__all__ = ["app"]


@app.after_startup
async def close_when_told() -> None:
    """Listen for the signal."""

    async def close() -> None:
        if isinstance(app.broker, NatsBroker):
            await app.broker.connection.close()

    tasks = set[asyncio.Task[None]]()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, lambda: tasks.add(loop.create_task(close())))
