"""Connecting to the bus: the one place that knows about keys and TLS.

A refusal looks like silence: a request that is not allowed is never answered, and why is told to `error_cb` only.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nats.errors
from nats.aio.client import Client

from shared.access.nats_conf import inbox_of
from shared.access.ring import public_of
from shared.errors import ConfigurationError
from shared.telemetry import logger

if TYPE_CHECKING:
    from shared.settings import Settings

ErrorHeard = Callable[[Exception], Awaitable[None]]
_REFUSED, _UNKNOWN = "permissions violation", "authorization violation"
_TOKENS_SAID = 4  # of a subject: what was tried, not about whom


@dataclass(frozen=True, slots=True)
class Tls:
    """How the bus is known to be the right one.

    Args:
        ca: Who vouches for it. certificate, key: our own, where the server wants one.
    """

    ca: Path
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Return what checks the server, and shows our certificate.

        Raises:
            ConfigurationError: A file is missing or holds something else.
        """
        try:
            context = ssl.create_default_context(cafile=self.ca)
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(
                f"BANGFU_NATS_CA {self.ca} (with BANGFU_NATS_CERT, BANGFU_NATS_KEY): {type(error).__name__}; "
                "wanted are certificates and a key in PEM"
            ) from None
        return context


@dataclass(frozen=True, slots=True)
class Bus:
    """Where the bus is, and under which key one comes.

    Args:
        seed: File of the key; None where the bus asks for none.
        tls: None where the connection is plain.
    """

    url: str
    seed: Path | None = None
    tls: Tls | None = None

    @classmethod
    def of(cls, settings: "Settings") -> "Bus":
        """Return the bus of a service process."""
        return cls(settings.nats_url or "nats://127.0.0.1:4222", settings.nats_seed, tls_of(settings))

    def options(self) -> dict[str, Any]:
        """Return what nats-py's `connect` takes, but the address."""
        found: dict[str, Any] = {}
        if self.seed is not None:
            seed = _read(self.seed)
            found |= {"nkeys_seed_str": seed, "inbox_prefix": inbox_of(public_of(seed))}
        if self.tls is not None:
            # The handshake comes first: a server, or whoever stands before it, cannot ask for a plain connection.
            found |= {"tls": self.tls.context(), "tls_handshake_first": True}
        return found

    def broker_options(self) -> dict[str, Any]:
        """Return what FastStream's broker takes for it."""
        from faststream.nats.security import NatsNKey, NatsSecurity  # noqa: PLC0415 - slow, and no command wants it

        context = self.tls.context() if self.tls else None
        first = self.tls is not None
        if self.seed is None:
            if context is None:
                return {}
            return {"security": NatsSecurity(ssl_context=context, use_ssl=True, tls_handshake_first=first)}
        seed = _read(self.seed)
        security = NatsNKey.from_seed(seed, ssl_context=context, use_ssl=first, tls_handshake_first=first)
        return {"security": security, "inbox_prefix": inbox_of(public_of(seed))}


def tls_of(settings: "Settings") -> Tls | None:
    """Return how the server is checked, None for a plain connection."""
    if settings.nats_ca is None:
        return None
    return Tls(settings.nats_ca, settings.nats_cert, settings.nats_key)


def refused(error: Exception) -> str:
    """Return what the server refused, without whom it is about; empty for another error."""
    said = str(error)
    if _REFUSED not in said.lower():
        return ""
    head, _, rest = said.partition('"')
    subject = ".".join(rest.partition('"')[0].split(".")[:_TOKENS_SAID])
    return f"{head.lower().partition('violation')[2].strip()} {subject}"


def unknown(error: Exception) -> bool:
    """Tell whether the server does not know the key, or does not any more."""
    return _UNKNOWN in str(error).lower() or isinstance(error, nats.errors.AuthorizationError)


async def connect(bus: Bus, *, error_cb: ErrorHeard | None = None, **options: Any) -> Client:
    """Connect; a key that the server does not know is said at once, and not tried for ever.

    Raises:
        ConfigurationError: The server does not know the key, or shows another certificate than wanted.
        nats.errors.Error, OSError: It cannot be reached, and `options` do not say to go on trying.
    """
    hopeless: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def heard(error: Exception) -> None:
        reason = _hopeless(error)
        if reason and not hopeless.done():
            hopeless.set_result(reason)
        await (error_cb or _logged)(error)

    client = Client()
    connecting = asyncio.create_task(client.connect(bus.url, error_cb=heard, **bus.options(), **options))
    either: set[asyncio.Future[Any]] = {connecting, hopeless}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        await _given_up(client, connecting)
        raise
    if hopeless.done() and not (connecting.done() and connecting.exception() is None):
        await _given_up(client, connecting)
        raise ConfigurationError(f"the bus at {bus.url} does not let us in: {hopeless.result()}")
    hopeless.cancel()
    await connecting
    return client


async def _given_up(client: Client, connecting: "asyncio.Task[None]") -> None:
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)
    await client.close()


def _hopeless(error: Exception) -> str:
    if unknown(error):
        return "it does not know this key (BANGFU_NATS_SEED; `bangfu ops credentials list`)"
    if isinstance(error, ssl.SSLError):
        return "its certificate is not vouched for by BANGFU_NATS_CA, or it does not speak TLS"
    return ""


async def _logged(error: Exception) -> None:
    if what := refused(error):
        logger().error("bus.refused", reason=what)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"{path}: the seed cannot be read ({type(error).__name__})") from None
