"""The console as a Starlette application, built from endpoints."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import ceil
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from services.notify.adapters.web import assets
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Answer, Asked, Endpoint, Forbidden, NotFound, Page, Said, See
from services.notify.adapters.web.limits import Buckets, Rate
from services.notify.adapters.web.parsing import Invalid, filled
from services.notify.adapters.web.rendering import is_htmx, json_attribute, respond, wants_json
from services.notify.adapters.web.security import SESSION_COOKIE, Guarded, Place, is_own, place_of, same
from services.notify.adapters.web.sessions import Session, Sessions
from shared.errors import Unavailable
from shared.store import StoreError
from shared.telemetry import logger, where

MOST_BYTES: Final = 64 * 1024
_MOST_FIELDS: Final = 500


class Frame:
    """What every request goes through: who asks, may they, what do they say, what is answered."""

    def __init__(self, desk: Desk, endpoints: Sequence[Endpoint]) -> None:
        self.desk, self.endpoints = desk, endpoints
        self.place: Place = place_of(desk.settings)
        self.sessions = Sessions(desk.db, desk.settings, desk.now)
        self.buckets = Buckets(lambda: desk.now().timestamp())
        self._rate = Rate(burst=6.0 * desk.settings.console_rate, per_s=desk.settings.console_rate)
        self._paths = {endpoint.name: endpoint.path for endpoint in endpoints}

    def route(self, endpoint: Endpoint) -> Route:
        """Return an endpoint as Starlette wants it."""

        async def answer(request: Request) -> Response:
            session: Session | None = None
            try:
                session = await self.session(request)
                return await self._answer(request, session, endpoint)
            except Exception as error:  # noqa: BLE001 - its text may hold a value, so nobody above may print it
                return self.refused(request, session, error)

        return Route(endpoint.path, answer, methods=[endpoint.method], name=endpoint.name)

    def refused(self, request: Request, session: Session | None, error: Exception) -> Response:
        """Answer an exception: one that is an answer as such, any other as our mistake, whose place is logged."""
        match error:
            case NotFound() | Forbidden():
                return self.trouble(request, session, 404)
            case Invalid():
                return self.trouble(request, session, 422, errors=[asdict(each) for each in error.problems])
            case HTTPException():
                return self.trouble(request, session, error.status_code, headers=error.headers)
            case Unavailable() | StoreError():
                logger().warning("console.unavailable", error=type(error).__name__, where=where(error))
                return self.trouble(request, session, 503)
            case _:
                logger().error("console.failed", error=type(error).__name__, where=where(error))
                return self.trouble(request, session, 500)

    async def session(self, request: Request) -> Session | None:
        """Return whose session a request belongs to."""
        return await self.sessions.find(request.cookies.get(self.place.cookie(SESSION_COOKIE), ""))

    async def _answer(self, request: Request, session: Session | None, endpoint: Endpoint) -> Response:
        if session is None:
            return self._stranger(request)
        if wait_s := self.buckets.wait_s(session.key, self._rate):
            raise HTTPException(429, headers={"Retry-After": str(ceil(wait_s))})
        pairs = await self.posted(request, session.csrf) if endpoint.method == "POST" else []
        if session.must_change and endpoint.after_change_only and not wants_json(request):
            return respond(request, See("/account"), {})
        if session.principal.role not in endpoint.roles or (session.must_change and endpoint.after_change_only):
            raise HTTPException(403)
        asked = Asked(
            path=request.path_params,
            query=filled(endpoint.query, request.query_params.multi_items()),
            form=filled(endpoint.form, pairs),
            session_id=session.name,
        )
        answer = await endpoint.handler(self.desk, session.principal, asked)
        await self._say(request, session, answer)
        return respond(request, answer, self.context(session, endpoint.name))

    async def _say(self, request: Request, session: Session, answer: Answer) -> None:
        """Keep what the next page is to say; forget it once a page says it."""
        if isinstance(answer, See) and answer.said is not None and not wants_json(request):
            await self.sessions.say(session, answer.said)
        elif isinstance(answer, Page) and session.said is not None and not is_htmx(request):
            await self.sessions.say(session, None)

    async def posted(self, request: Request, csrf: str) -> list[tuple[str, str]]:
        """Return the fields of a POST that comes from one of our own pages.

        Raises:
            HTTPException: 403, it does not; 413, 415, it is nothing that a page of ours sends.
            Invalid: The text is not UTF-8.
        """
        if not is_own(request, self.place):
            raise HTTPException(403)
        pairs = await _pairs(request)
        given = request.headers.get("x-csrf-token") or dict(pairs).get("csrf", "")
        if not same(given, csrf):
            raise HTTPException(403)
        return pairs

    def _stranger(self, request: Request) -> Response:
        if wants_json(request) or is_htmx(request) or request.method != "GET":
            return self.trouble(request, None, 401, headers={"HX-Redirect": "/login"} if is_htmx(request) else {})
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login" if wanted == "/" else f"/login?next={quote(wanted, safe='')}", 303)

    def trouble(
        self,
        request: Request,
        session: Session | None,
        status: int,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Answer that something cannot be had; what is not there and what is not theirs look the same."""
        page = Page("trouble.html", {"status": status, "errors": list(errors)}, status)
        context = {} if wants_json(request) else self.context(session, "trouble", request)
        answer = respond(request, page, context)
        answer.headers.update(headers or {})
        return answer

    def context(self, session: Session | None, name: str, request: Request | None = None) -> dict[str, Any]:
        """Return what every template can name."""
        lang = session.principal.lang if session else self._lang(request)
        words = self.desk.words

        def t(key: str, /, **values: object) -> str:
            return words.say(lang, key, **values)

        def say(said: Said) -> str:
            return words.say(lang, said.key, **said.values)

        def csrf() -> Markup:
            return Markup('<input type="hidden" name="csrf" value="{}">').format(session.csrf if session else "")

        return {
            "t": t,
            "known": words.known,
            "say": say,
            "csrf": csrf,
            "url": self.url,
            "has": self._paths.__contains__,
            "lang": lang,
            "me": session.principal if session else None,
            "must_change": bool(session and session.must_change),
            "here": name,
            "nav": self._nav(session),
            "said": session.said if session else None,
            "headers": json_attribute({"X-CSRF-Token": session.csrf} if session else {}),
        }

    def url(self, name: str, /, **values: object) -> str:
        """Return the path of an endpoint; what is not in the path goes into the query."""
        path, query = self._paths[name], []
        for key, value in values.items():
            if f"{{{key}}}" in path:
                path = path.replace(f"{{{key}}}", quote(str(value), safe=""))
            elif value not in (None, ""):
                query.append(f"{key}={quote(str(value), safe='')}")
        return f"{path}?{'&'.join(query)}" if query else path

    def _lang(self, request: Request | None) -> Any:
        asked = request.query_params.get("lang") if request else None
        return asked if asked in {"zh", "en"} else self.desk.settings.lang

    def _nav(self, session: Session | None) -> list[Endpoint]:
        if session is None or session.must_change:
            return []
        return [each for each in self.endpoints if each.nav and session.principal.role in each.roles]


def application(frame: Frame, beside: Sequence[Route]) -> ASGIApp:
    """Return the console; `beside` are the routes that need no session (login)."""
    routes = [Route("/static/{digest}/{name}", assets.serve, methods=["GET"]), *beside]
    routes += [frame.route(endpoint) for endpoint in frame.endpoints]

    async def trouble(request: Request, error: Exception) -> Response:
        return frame.refused(request, await frame.session(request), error)

    app = Starlette(routes=routes, exception_handlers={HTTPException: trouble})
    app.router.redirect_slashes = False
    return Guarded(app, frame.place)


async def _pairs(request: Request) -> list[tuple[str, str]]:
    """Return names and values of a form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await _body(request)
    if not body:
        return []
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None


async def _body(request: Request) -> bytes:
    found = bytearray()
    try:
        async for chunk in request.stream():
            found += chunk
            if len(found) > MOST_BYTES:
                raise HTTPException(413)
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(found)
