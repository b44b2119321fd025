"""What every answer carries, what every POST must carry, and where a request may come from."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import ConfigurationError
from shared.settings import Settings

SESSION_COOKIE: Final = "bangfu_session"
LOGIN_COOKIE: Final = "bangfu_login"
_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_ALWAYS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # without any, browsers say `Origin: null` of our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the console is reached.

    Args:
        host: Name and port; empty: whatever the request was sent to.
        is_secure: By TLS, or by plain HTTP on this machine alone.
    """

    host: str
    is_secure: bool

    @property
    def scheme(self) -> str:
        """Return `https` or `http`."""
        return "https" if self.is_secure else "http"

    def origin(self, request: Request) -> str:
        """Return what a browser calls the console's own pages."""
        return f"{self.scheme}://{self.host or request.headers.get('host', '')}"

    def cookie(self, name: str) -> str:
        """Return what a cookie is called: where it is secure, no other host can have set it."""
        return f"__Host-{name}" if self.is_secure else name

    def keep(self, response: Response, name: str, value: str, max_age: int | None = None) -> None:
        """Set a cookie that scripts cannot read and that other sites' forms do not send."""
        response.set_cookie(
            self.cookie(name), value, max_age=max_age, path="/", secure=self.is_secure, httponly=True, samesite="lax"
        )

    def forget(self, response: Response, name: str) -> None:
        """Take a cookie away."""
        response.delete_cookie(self.cookie(name), path="/", secure=self.is_secure, httponly=True, samesite="lax")


def place_of(settings: Settings) -> Place:
    """Return where the console is reached, from BANGFU_CONSOLE_URL; unset: plain HTTP on loopback, else TLS.

    Raises:
        ConfigurationError: The address is none, or plain HTTP on another machine.
    """
    if not settings.console_url:
        return Place("", is_secure=not is_loopback(settings.host))
    parts = urlsplit(settings.console_url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ConfigurationError("BANGFU_CONSOLE_URL is an address such as https://desk.example.cn, without a path")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ConfigurationError("BANGFU_CONSOLE_URL: plain http is for this machine alone; use https")
    return Place(parts.netloc, is_secure=parts.scheme == "https")


def is_loopback(host: str) -> bool:
    """Tell whether a name is this machine."""
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_own(request: Request, place: Place) -> bool:
    """Tell whether a POST comes from one of our pages, as far as the browser says where it comes from."""
    origin = request.headers.get("origin")
    if origin is not None and origin != place.origin(request):
        return False
    return request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


def same(given: str, wanted: str) -> bool:
    """Compare secrets in a time that says nothing."""
    return hmac.compare_digest(given.encode(), wanted.encode())


class Guarded:
    """The outermost layer: headers on every answer, and requests for another host turned away."""

    def __init__(self, app: ASGIApp, place: Place) -> None:
        self._app, self._place = app, place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message))
            await send(message)

        app = self._app if self._is_meant(scope) else PlainTextResponse("wrong host", 400)
        await app(scope, receive, guarded)

    def _add(self, headers: MutableHeaders) -> None:
        for name, value in _ALWAYS.items():
            headers[name] = value
        if self._place.is_secure:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        headers.setdefault("Cache-Control", "no-store")

    def _is_meant(self, scope: Any) -> bool:
        """Refuse names that are not ours: a page elsewhere could have its own name point at this machine."""
        host = Request(scope).headers.get("host", "")
        if self._place.host:
            return host == self._place.host
        return (
            self._place.is_secure
            or is_loopback(host.rpartition(":")[0] if not host.endswith("]") else host)
            or (is_loopback(host))
        )
