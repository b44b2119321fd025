"""Coming and going: the login page, OpenID Connect, logging out, the language. Routes beside the endpoints."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import StringConstraints
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.notify.adapters.web.app import Frame
from services.notify.adapters.web.endpoint import Form, Language, Page, Said, See
from services.notify.adapters.web.limits import LOGINS_OF_ADDRESS, LOGINS_OF_NAME, STRANGERS
from services.notify.adapters.web.oidc import Errand, Provider, StrangeTokenError, provider_of
from services.notify.adapters.web.parsing import filled
from services.notify.adapters.web.rendering import respond, wants_json
from services.notify.adapters.web.security import LOGIN_COOKIE, SESSION_COOKIE
from services.notify.adapters.web.sessions import csrf_of, key_of
from services.notify.adapters.web.users import Users
from shared.store import Row

_AWAY: Final = timedelta(minutes=10)
CALLBACK: Final = "/oidc/callback"


class LoginForm(Form):
    """What the login page sends."""

    user_id: str
    password: Annotated[str, StringConstraints(strip_whitespace=False, max_length=1_000)]
    next: str = "/"
    lang: Language | None = None


class LoginQuery(Form):
    """What the login page is asked with."""

    next: str | None = None
    lang: Language | None = None


class LangForm(Form):
    """The language switch."""

    lang: Language


@dataclass
class Door:
    """Who comes in."""

    frame: Frame
    users: Users
    provider: Provider | None

    def routes(self) -> list[Route]:
        """Return the routes."""
        local = [] if self._is_oidc_only else [Route("/login", self.guarded(self.enter), methods=["POST"])]
        remote = [
            Route("/oidc", self.guarded(self.leave_for_provider), methods=["GET"]),
            Route(CALLBACK, self.guarded(self.return_from_provider), methods=["GET"]),
        ]
        return [
            Route("/login", self.guarded(self.page), methods=["GET"]),
            *local,
            *(remote if self.provider else []),
            Route("/logout", self.guarded(self.leave), methods=["POST"]),
            Route("/lang", self.guarded(self.language), methods=["POST"]),
        ]

    @property
    def _is_oidc_only(self) -> bool:
        return self.provider is not None and self.frame.desk.settings.oidc_only == "on"

    def guarded(self, handler: Any) -> Any:
        """Return a handler whose refusals look like everybody else's."""

        async def answer(request: Request) -> Response:
            wait_s = self.frame.buckets.wait_s(f"stranger {_address(request)}", STRANGERS)
            if wait_s:
                return self.frame.trouble(request, None, 429, headers={"Retry-After": str(ceil(wait_s))})
            try:
                found: Response = await handler(request)
            except Exception as error:  # noqa: BLE001 - its text may hold a value, so nobody above may print it
                return self.frame.refused(request, None, error)
            return found

        return answer

    async def page(self, request: Request) -> Response:
        """Show the login page."""
        if await self.frame.session(request) is not None:
            return RedirectResponse("/", 303)
        return self._page(request, 200)

    async def enter(self, request: Request) -> Response:
        """Log somebody in by name and password."""
        cookie = self._cookie(request, LOGIN_COOKIE)
        if not cookie:  # anybody knows the token of nothing
            raise HTTPException(403)
        pairs = await self.frame.posted(request, csrf_of(cookie))
        given = filled(LoginForm, pairs)
        assert isinstance(given, LoginForm)  # noqa: S101 - what `filled` returns
        name = given.user_id.lower()
        wait_s = self.frame.buckets.wait_s(f"address {_address(request)}", LOGINS_OF_ADDRESS)
        wait_s = wait_s or self.frame.buckets.wait_s(f"name {key_of(name)}", LOGINS_OF_NAME)
        found = wait_s or await self.users.try_password(name, given.password)
        if isinstance(found, float):
            return self._page(request, 429, "login.wait", given.next, wait_s=found)
        if found is None:
            return self._page(request, 401, "login.wrong", given.next)
        return await self._welcome(request, found, given.next, given.lang)

    async def leave(self, request: Request) -> Response:
        """Log out."""
        session = await self.frame.session(request)
        if session is not None:
            await self.frame.posted(request, session.csrf)
            await self.frame.sessions.end(session)
        response = respond(request, See("/login", Said("login.left")), self.frame.context(None, "login", request))
        self.frame.place.forget(response, SESSION_COOKIE)
        return response

    async def language(self, request: Request) -> Response:
        """Keep a language in the session and with the account."""
        session = await self.frame.session(request)
        if session is None:
            raise HTTPException(401)
        given = filled(LangForm, await self.frame.posted(request, session.csrf))
        assert isinstance(given, LangForm)  # noqa: S101 - what `filled` returns
        await self.frame.sessions.set(session, lang=given.lang)
        await self.users.db["desk_users"].update_one({"_id": session.principal.user_id}, {"$set": {"lang": given.lang}})
        return respond(request, See(_local(urlsplit(request.headers.get("referer", "")).path)), {})

    async def leave_for_provider(self, request: Request) -> Response:
        """Send somebody to the provider, and remember what for."""
        assert self.provider is not None  # noqa: S101 - the route is there only with one
        errand, cookie = Errand.new(), self._cookie(request, LOGIN_COOKIE) or secrets.token_urlsafe(32)
        there = await self.provider.address(errand, self._callback(request))
        row: Row = {"_id": key_of(errand.state), "browser": key_of(cookie), "nonce": errand.nonce}
        row |= {"verifier": errand.verifier, "next": _local(request.query_params.get("next", "/"))}
        await self.users.db["desk_errands"].insert_one(row | {"forget_at": self.users.now() + _AWAY})
        response = RedirectResponse(there, 303)
        self.frame.place.keep(response, LOGIN_COOKIE, cookie)
        return response

    async def return_from_provider(self, request: Request) -> Response:
        """Log in whom the provider names: once for each errand, in the browser that set out on it."""
        assert self.provider is not None  # noqa: S101 - the route is there only with one
        state = request.query_params.get("state", "")
        mine = {"_id": key_of(state), "browser": key_of(self._cookie(request, LOGIN_COOKIE))}
        row = await self.users.db["desk_errands"].find_one_and_delete(mine)
        if row is None:
            return self._page(request, 401, "login.strange")
        errand = Errand(state, row["nonce"], row["verifier"])
        try:
            named = await self.provider.named(errand, request.query_params, self._callback(request))
        except StrangeTokenError:
            return self._page(request, 401, "login.strange")
        user = await self.users.db["desk_users"].find_one({"oidc": named})
        if user is None or user.get("locked"):
            return self._page(request, 401, "login.unknown")
        return await self._welcome(request, user | {"must_change": False}, row["next"], None)

    async def _welcome(self, request: Request, user: Row, wanted: str, lang: Language | None) -> Response:
        """Begin a session under a new token, whatever the browser brought."""
        former = await self.frame.session(request)
        if former is not None:
            await self.frame.sessions.end(former)
        token = await self.frame.sessions.open(
            user["_id"], user.get("lang") or lang, request.headers.get("user-agent", "")
        )
        await self.users.note(user["_id"], "entered", user["_id"])
        response = respond(request, See("/account" if user.get("must_change") else _local(wanted)), {})
        self.frame.place.keep(response, SESSION_COOKIE, token)
        self.frame.place.forget(response, LOGIN_COOKIE)
        return response

    def _page(self, request: Request, status: int, said: str = "", wanted: str = "", wait_s: float = 0.0) -> Response:
        cookie = self._cookie(request, LOGIN_COOKIE) or secrets.token_urlsafe(32)
        data = {
            "problem": said,
            "minutes": ceil(wait_s / 60),
            "next": _local(wanted or request.query_params.get("next", "/")),
            "csrf_token": csrf_of(cookie),
            "provider": self.frame.desk.settings.oidc_name if self.provider else "",
            "is_local": not self._is_oidc_only,
        }
        context = self.frame.context(None, "login", request)
        if wants_json(request):
            data = {"problem": said, "csrf": data["csrf_token"]}
        response = respond(request, Page("login.html", data, status), context)
        self.frame.place.keep(response, LOGIN_COOKIE, cookie)
        if wait_s:
            response.headers["Retry-After"] = str(ceil(wait_s))
        return response

    def _cookie(self, request: Request, name: str) -> str:
        return request.cookies.get(self.frame.place.cookie(name), "")

    def _callback(self, request: Request) -> str:
        return self.frame.place.origin(request) + CALLBACK


def routes(frame: Frame) -> Sequence[Route]:
    """Return the routes beside the endpoints.

    Raises:
        ConfigurationError: The settings name an OpenID provider by halves.
    """
    desk = frame.desk
    return Door(frame, Users(desk.db, desk.now), provider_of(desk.settings)).routes()


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _local(path: str) -> str:
    """Return where to go next, if that is a page of ours; else the first page."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\", "/login", "/logout"))
    return path if plain and path.isprintable() else "/"
