"""The setting that names the gateways: `outbox`, `smpp://user:password@host:port?from=1069...`, `http://...`, in order.

Pure. Errors name the place in the list and what would be right, never what stands there: it holds passwords.
"""

import re
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from shared.errors import ConfigurationError
from shared.sms.binding import WINDOW, SmppAddress
from shared.sms.callbacks import Network
from shared.sms.kannel import HttpAddress

OUTBOX: Final = "outbox"
SETTING: Final = "BANGFU_SMS_GATEWAYS"
WINDOW_MAX: Final = 1_000
SECRET_MIN: Final = 16

_SMPP: Final = {"smpp": False, "smpps": True}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
_SOURCE = re.compile(r"[A-Za-z0-9]{0,20}")
_SMPP_OPTIONS: Final = frozenset({"name", "from", "cap", "window", "system_type"})
_HTTP_OPTIONS: Final = frozenset({"name", "from", "cap", "method"})
_SMPP_USER, _SMPP_PASSWORD = 15, 8  # SMPP 3.4, 5.2.1 and 5.2.2, without the closing zero


@dataclass(frozen=True, slots=True)
class OutboxAddress:
    """The outbox of this system."""

    name: str = OUTBOX


@dataclass(frozen=True, slots=True)
class Configured:
    """A gateway as it was configured.

    Args:
        cap: Most segments a day; None for no limit.
    """

    address: OutboxAddress | SmppAddress | HttpAddress
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """Where gateways call us.

    Args:
        url: The address they are told. path: its secret path.
        host, port: Where we listen. callers: networks they call from.
    """

    url: str
    path: str
    host: str
    port: int
    callers: tuple[Network, ...]


def gateways_of(setting: str, callback: str | None = None, named: str = SETTING) -> list[Configured]:
    """Return the gateways in their order.

    Args:
        setting: The list, its entries apart by blanks.
        callback: The address for receipts that HTTP gateways are told.
        named: What the setting is called, for errors.

    Raises:
        ConfigurationError: An entry is wrong, or two have one name.
    """
    found = [_configured(entry, f"{named}, entry {place}", callback) for place, entry in enumerate(setting.split(), 1)]
    names = [each.address.name for each in found]
    if not found or len(set(names)) < len(names):
        raise ConfigurationError(f"{named} names at least one gateway, and none twice (`name=` tells two apart)")
    return found


def _configured(entry: str, where: str, callback: str | None) -> Configured:
    if entry == OUTBOX:
        return Configured(OutboxAddress())
    try:
        url = urlsplit(entry)
        options = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
        port = url.port
    except ValueError:
        raise ConfigurationError(f"{where} is no address with `name=value` options") from None
    if url.scheme in _SMPP:
        return _smpp(url, port, options, where)
    if url.scheme in ("http", "https"):
        return _http(url, options, where, callback)
    raise ConfigurationError(f"{where} is `outbox`, or begins with smpp://, smpps://, http:// or https://")


def _smpp(url: SplitResult, port: int | None, options: dict[str, str], where: str) -> Configured:
    _only(options, _SMPP_OPTIONS, where)
    user, password = unquote(url.username or ""), unquote(url.password or "")
    if not url.hostname or port is None or not user or url.path not in ("", "/"):
        raise ConfigurationError(f"{where} is smpp://user:password@host:port, and options behind a `?`")
    if len(user) > _SMPP_USER or len(password) > _SMPP_PASSWORD:
        raise ConfigurationError(
            f"{where}: SMPP has users of {_SMPP_USER} characters and passwords of {_SMPP_PASSWORD}"
        )
    address = SmppAddress(
        name=_name(options, url, where),
        host=url.hostname,
        port=port,
        system_id=user,
        password=password,
        source=_source(options, where),
        system_type=options.get("system_type", ""),
        tls=_SMPP[url.scheme],
        window=_number(options, "window", where, WINDOW_MAX) or WINDOW,
    )
    return Configured(address, _number(options, "cap", where))


def _http(url: SplitResult, options: dict[str, str], where: str, callback: str | None) -> Configured:
    _only(options, _HTTP_OPTIONS, where)
    method = options.get("method", "get")
    if not url.hostname or not url.username or url.path in ("", "/") or method not in ("get", "post"):
        raise ConfigurationError(
            f"{where} is http://user:password@host:port/path, and options behind a `?`; `method` is get or post"
        )
    bare = urlunsplit((url.scheme, url.netloc.rpartition("@")[2], url.path, "", ""))
    address = HttpAddress(
        name=_name(options, url, where),
        url=bare,
        username=unquote(url.username),
        password=unquote(url.password or ""),
        source=_source(options, where),
        callback=callback,
        method="post" if method == "post" else "get",
    )
    return Configured(address, _number(options, "cap", where))


def _only(options: dict[str, str], known: frozenset[str], where: str) -> None:
    if not options.keys() <= known:
        raise ConfigurationError(f"{where} has the options {', '.join(sorted(known))}, and no other")


def _name(options: dict[str, str], url: SplitResult, where: str) -> str:
    given = options.get("name", f"{url.scheme}-{re.sub('[^a-z0-9]+', '-', url.netloc.rpartition('@')[2].lower())}"[:30])
    if not _NAME.fullmatch(given):
        raise ConfigurationError(f"{where}: `name` is 1 to 30 characters of a-z, 0-9 and -")
    return given


def _source(options: dict[str, str], where: str) -> str:
    given = options.get("from", "")
    if not _SOURCE.fullmatch(given):
        raise ConfigurationError(
            f"{where}: `from` is the number that the gateway assigned, at most 20 letters or digits"
        )
    return given


def _number(options: dict[str, str], name: str, where: str, most: int = 10**9) -> int | None:
    if name not in options:
        return None
    given = options[name]
    if not re.fullmatch(r"[0-9]{1,10}", given) or not 1 <= int(given) <= most:
        raise ConfigurationError(f"{where}: `{name}` is a whole number from 1 to {most}")
    return int(given)


def callback_of(url: str | None, listen: str | None, callers: str) -> Callback | None:
    """Return where gateways call us; None if they do not.

    Raises:
        ConfigurationError: A part is wrong.
    """
    if not url:
        return None
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or len(path) <= SECRET_MIN or parts.query:
        raise ConfigurationError(
            f"BANGFU_SMS_CALLBACK is http://host:port/secret with a secret of at least {SECRET_MIN} characters "
            "(`openssl rand -hex 32` makes one)"
        )
    host, _, port = (listen or f"{parts.hostname}:{_port(parts)}").rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) <= 0xFFFF:  # noqa: PLR2004 - the highest port
        raise ConfigurationError("BANGFU_SMS_LISTEN is host:port, as 0.0.0.0:8190")
    try:
        networks = tuple(ip_network(each, strict=False) for each in callers.replace(",", " ").split())
    except ValueError:
        networks = ()
    if not networks:
        raise ConfigurationError("BANGFU_SMS_CALLERS is a list of addresses or networks, as 10.0.0.8,10.1.0.0/24")
    return Callback(url.rstrip("/"), path, host.strip("[]"), int(port), networks)


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)
