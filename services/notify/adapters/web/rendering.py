"""Answers as HTTP: a page, a part of one for htmx, or the same data as JSON for programs."""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup, escape
from pydantic_core import to_jsonable_python
from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.notify.adapters.web import assets
from services.notify.adapters.web.endpoint import Answer, Download, Fragment, Page, See, Stream
from services.notify.shipped import titled
from shared.money import yuan

TOKEN_BYTES: Final = 16
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
HTML: Final = "text/html; charset=utf-8"


@cache
def environment() -> jinja2.Environment:
    """Return the templates: everything is escaped, and a name that is not there is an error."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("services.notify.adapters.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"yuan": _yuan, "day": _day, "moment": _moment}
    found.globals |= {"static": assets.address, "form_token": form_token, "titled": titled}
    return found


def form_token() -> Markup:
    """Return the hidden field by which a double click is the same fact."""
    return Markup('<input type="hidden" name="token" value="{}">').format(secrets.token_hex(TOKEN_BYTES))


def wants_json(request: Request) -> bool:
    """Tell whether a program asks: browsers always take HTML."""
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def is_htmx(request: Request) -> bool:
    """Tell whether htmx asks for a part of a page."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true"


def respond(request: Request, answer: Answer, context: Mapping[str, Any]) -> Response:
    """Return an answer as what the caller accepts; `context` is what every template can name."""
    if isinstance(answer, Page | Fragment) and wants_json(request):
        return as_json(answer.data, answer.status if isinstance(answer, Page) else 200)
    match answer:
        case Page():
            return _page(request, answer, context)
        case Fragment():
            return Response(_render(answer.template, answer.data, context), 200, media_type=HTML)
        case See():
            return _see(request, answer, context)
        case Download():
            name = quote(answer.name)
            said = {"Content-Disposition": f"{'inline' if answer.inline else 'attachment'}; filename*=UTF-8''{name}"}
            return Response(answer.body, 200, said, answer.media_type)
        case Stream():
            return EventSourceResponse(answer.events, ping=20)


def as_json(data: Any, status: int) -> Response:
    """Return data as JSON; days are ISO 8601, amounts whole fen."""
    return JSONResponse(to_jsonable_python(data), status)


def _page(request: Request, page: Page, context: Mapping[str, Any]) -> Response:
    if page.part and is_htmx(request):
        template = environment().get_template(page.template)
        made = template.new_context({**context, **page.data})
        return Response("".join(template.blocks[page.part](made)), page.status, media_type=HTML)
    return Response(_render(page.template, page.data, context), page.status, media_type=HTML)


def _render(template: str, data: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    return environment().get_template(template).render({**context, **data})


def _see(request: Request, answer: See, context: Mapping[str, Any]) -> Response:
    if wants_json(request):
        said = None if answer.said is None else context["say"](answer.said)
        tone = None if answer.said is None else answer.said.tone
        return as_json({"location": answer.location, "said": said, "tone": tone}, 200)
    if is_htmx(request):
        return Response(status_code=204, headers={"HX-Redirect": answer.location})
    return RedirectResponse(answer.location, 303)


def json_attribute(value: Mapping[str, str]) -> Markup:
    """Return a mapping as JSON for an attribute (`hx-headers`)."""
    return escape(json.dumps(value))


def _yuan(fen: int) -> str:
    """Return an amount as people read it: `1,742.00`."""
    whole, _, part = yuan(fen).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}.{part}"


def _moment(instant: datetime) -> str:
    """Return an instant of the store (UTC) as the clock on the wall says it, `2018-03-01 09:30`."""
    return instant.replace(tzinfo=UTC).astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _day(value: date | str | None) -> str:
    """Return a day as `2018-03-01`; nothing where there is none."""
    return "" if value is None else str(value)[:10]
