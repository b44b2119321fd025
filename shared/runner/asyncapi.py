"""`/docs/asyncapi`: the generated AsyncAPI 3.0 document as JSON, and a page that shows it without an outside CDN."""

import html
import json
from typing import Any

from faststream.asgi import AsgiFastStream, AsgiResponse, get

PAGE = "/docs/asyncapi"
DOCUMENT = "/docs/asyncapi.json"
_STYLE = (
    "body{font:16px/1.5 system-ui,'Noto Sans CJK SC',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{background:#f3f3f3;padding:.1rem .3rem}details{margin:.4rem 0}"
    "pre{overflow:auto;background:#f8f8f8;padding:1rem}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}code,pre{background:#222}a{color:#8cf}}"
)


def document(app: AsgiFastStream) -> dict[str, Any]:
    """Return the AsyncAPI 3.0 document that FastStream generates for an app."""
    found: dict[str, Any] = app.schema.to_specification().to_jsonable()
    return found


def routes(app: AsgiFastStream) -> list[tuple[str, Any]]:
    """Return the routes of the page and of the JSON."""

    async def as_json(_: Any) -> AsgiResponse:
        body = json.dumps(document(app), ensure_ascii=False).encode()
        return AsgiResponse(body, 200, {"content-type": "application/json"})

    async def as_page(_: Any) -> AsgiResponse:
        return AsgiResponse(page(document(app)).encode(), 200, {"content-type": "text/html; charset=utf-8"})

    return [(DOCUMENT, get(as_json, include_in_schema=False)), (PAGE, get(as_page, include_in_schema=False))]


def page(spec: dict[str, Any]) -> str:
    """Return an AsyncAPI document as one self-contained HTML page."""
    title = html.escape(spec["info"]["title"])
    operations = spec.get("operations", {})
    sections = "".join(
        f"<h2>{heading}</h2>{_operations(spec, operations, action)}"
        for heading, action in (("接收 Receives", "receive"), ("发布 Sends", "send"))
    )
    schemas = "".join(
        f"<details id='{html.escape(name)}'><summary><code>{html.escape(name)}</code> "
        f"{html.escape(schema.get('description', ''))}</summary>"
        f"<pre>{html.escape(json.dumps(schema, indent=2, ensure_ascii=False))}</pre></details>"
        for name, schema in sorted(spec.get("components", {}).get("schemas", {}).items())
    )
    return (
        f"<!doctype html><html lang=zh><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{title} AsyncAPI</title><style>{_STYLE}</style><h1>{title}</h1>"
        f"<p>{html.escape(spec['info'].get('description', ''))} · AsyncAPI {spec['asyncapi']} · "
        f"<a href='{DOCUMENT}'>JSON</a></p>{sections}<h2>数据 Schemas</h2>{schemas}</html>"
    )


def _operations(spec: dict[str, Any], operations: dict[str, Any], action: str) -> str:
    rows = []
    for name, operation in sorted(operations.items()):
        if operation["action"] == action:
            channel = spec["channels"][operation["channel"]["$ref"].rpartition("/")[2]]
            rows.append(f"<li><b>{html.escape(name)}</b> <code>{html.escape(str(channel['address']))}</code></li>")
    return f"<ul>{''.join(rows)}</ul>"
