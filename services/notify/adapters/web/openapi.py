"""The OpenAPI 3.1 document, made from the endpoints: what they take, what they answer, and who may (`x-roles`)."""

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import orjson

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import (
    EVERYBODY,
    Answer,
    Asked,
    Download,
    Endpoint,
    Form,
    Principal,
    Role,
)
from services.notify.adapters.web.login import LangForm, LoginForm, LoginQuery

_FORM: Final = "application/x-www-form-urlencoded"
_CSRF: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Bound to the session; in every form"}
_REF: Final = "#/components/schemas/{model}"


def document(endpoints: Sequence[Endpoint], *, has_provider: bool) -> dict[str, Any]:
    """Return the document of a console; `has_provider`: people can log in through OpenID Connect."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    for each in (*endpoints, *_BESIDE, *(_OIDC if has_provider else ())):
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, schemas)
    cookie = {"type": "apiKey", "in": "cookie", "name": "bangfu_session"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "帮扶工作台 Bangfu desk", "version": "1.0.0"},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": schemas, "securitySchemes": {"session": cookie}},
        "security": [{"session": []}],
    }


def _operation(endpoint: "Endpoint | _Beside", schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "x-roles": sorted(map(str, endpoint.roles)) or ["anybody"],
        "parameters": [*_path(endpoint.path), *_query(endpoint, schemas)],
        "responses": _answers(endpoint),
    }
    if not endpoint.roles:
        found["security"] = []
    if endpoint.method == "POST":
        found["requestBody"] = {"required": True, "content": {_FORM: {"schema": _body(endpoint, schemas)}}}
    return found


def _path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _query(endpoint: "Endpoint | _Beside", schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if endpoint.query is None:
        return []
    schema = _schema(endpoint.query, schemas)
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": each}
        for name, each in schema["properties"].items()
    ]


def _body(endpoint: "Endpoint | _Beside", schemas: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = _schema(endpoint.form, schemas) if endpoint.form else {"properties": {}}
    properties = {"csrf": _CSRF} | schema["properties"]
    required = ["csrf", *schema.get("required", ())]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _schema(model: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """Return a form's schema; what it refers to goes to the components."""
    found: dict[str, Any] = model.model_json_schema(ref_template=_REF)
    schemas.update(found.pop("$defs", {}))
    return found


def _answers(endpoint: "Endpoint | _Beside") -> dict[str, Any]:
    problem: dict[str, Any] = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    refused = {400: "Cannot be read", 401: "Not logged in", 403: "Not allowed", 404: "Not there, or not theirs"}
    refused |= {413: "Too much", 415: "No form", 422: "Does not fit", 429: "Too often", 503: "Not now"}
    stream: dict[str, Any] = (
        {"text/event-stream": {}} if endpoint.name == "live" else {"text/html": {}, "application/json": {}}
    )
    found: dict[str, Any] = {"200": {"description": "The page, or its data", "content": stream}}
    found["303"] = {"description": "See there"}
    return found | {str(status): {"description": said} | problem for status, said in refused.items()}


_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "problem": {"type": "string"}},
                "required": ["field", "problem"],
            },
        },
    },
}


class _Beside(NamedTuple):
    """What login.py answers, before or beside a session; without roles it is for anybody."""

    method: str
    path: str
    name: str
    roles: frozenset[Role]
    summary: str
    query: type[Form] | None = None
    form: type[Form] | None = None


_BESIDE: Final = (
    _Beside("GET", "/login", "login", frozenset(), "The login page", LoginQuery),
    _Beside("POST", "/login", "login_enter", frozenset(), "Log in", form=LoginForm),
    _Beside("POST", "/logout", "logout", EVERYBODY, "Log out"),
    _Beside("POST", "/lang", "lang", EVERYBODY, "Choose the language", form=LangForm),
)
_OIDC: Final = (
    _Beside("GET", "/oidc", "oidc", frozenset(), "Go to the OpenID provider"),
    _Beside("GET", "/oidc/callback", "oidc_callback", frozenset(), "Come back from it"),
)


def endpoint_of(endpoints: Sequence[Endpoint], *, has_provider: bool) -> Endpoint:
    """Return the endpoint that shows the document of a console, itself included."""

    async def show(desk: Desk, principal: Principal, asked: Asked) -> Answer:  # noqa: ARG001 - shape of a handler
        found = document((*endpoints, own), has_provider=has_provider)
        return Download("openapi.json", "application/json", orjson.dumps(found), inline=True)

    own = Endpoint("GET", "/docs/openapi.json", "openapi", EVERYBODY, show, summary="This document")
    return own
