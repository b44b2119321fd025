"""The port on which gateways call us."""

import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn

from shared.sms.callbacks import Callbacks
from shared.telemetry import logger

AGAIN_S: Final = 5.0
_BACKLOG: Final = 512


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the service's own server."""
        yield


async def listen(callbacks: Callbacks, host: str, port: int, again_s: float = AGAIN_S) -> None:
    """Serve until cancelled. Where another process of this service has the port, wait for it to go."""
    server = _Server(
        uvicorn.Config(
            callbacks,
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # whoever calls could write them
            server_header=False,
            date_header=False,
            limit_concurrency=500,
            timeout_graceful_shutdown=5,
        )
    )
    sockets = [await _taken(host, port, again_s)]
    serving = asyncio.create_task(server.serve(sockets))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await asyncio.wait({serving}, timeout=AGAIN_S)
        raise


async def _taken(host: str, port: int, again_s: float) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    waited = 0
    while True:
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, port))
            found.listen(_BACKLOG)
        except OSError as error:
            found.close()
            if error.errno != errno.EADDRINUSE:
                raise
            waited += 1
            logger().info("sms.callback_port_taken", attempt=waited)
            await asyncio.sleep(again_s)
        else:
            found.setblocking(False)
            return found
