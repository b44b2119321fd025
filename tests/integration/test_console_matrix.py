"""The access matrix, made from the OpenAPI document: every endpoint tried as every role, and as nobody.

What is allowed answers something else than 401 and 403; what is not answers 403, whatever the fields say.
"""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from services.notify.adapters.web.endpoint import Role
from shared.embedded import EmbeddedMongo
from tests.support.console import HOST, Console, Officer, console

HEADERS = {
    "content-security-policy": "default-src 'self'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
}
Cell = tuple[str, str, frozenset[str]]


@pytest.fixture(scope="module")
async def desk(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "matrix") as opened:
        yield opened


@pytest.fixture(scope="module")
async def document(desk: Console) -> dict[str, Any]:
    found: dict[str, Any] = await (await desk.enter(Role.COUNTY)).json("/docs/openapi.json")
    return found


def cells(document: dict[str, Any]) -> Iterator[Cell]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if operation["operationId"] not in {"live", "logout", "login", "login_enter"}:
                yield method, re.sub(r"{\w+}", "none", path), frozenset(operation["x-roles"])


async def asked(officer: Officer, method: str, path: str) -> int:
    answer = await (officer.get(path) if method == "get" else officer.post(path))
    for name, value in HEADERS.items():
        assert value in answer.headers[name], (path, name)
    assert answer.headers["cache-control"] == "no-store", path
    return int(answer.status_code)


async def test_every_role_may_what_the_document_says_and_nothing_else(desk: Console, document: dict[str, Any]) -> None:
    wrong, tried = [], 0
    for role in Role:
        officer = await desk.enter(role, ["3506"], coordinator_id="c-1" if role is Role.COORDINATOR else None)
        for method, path, roles in cells(document):
            status, tried = await asked(officer, method, path), tried + 1
            if (status == 403) != (str(role) not in roles) or status == 401 or status >= 500:
                wrong.append((role, method, path, status))
    assert wrong == []
    assert tried == len(Role) * len(list(cells(document)))


async def test_nobody_gets_anything_without_a_session(desk: Console, document: dict[str, Any]) -> None:
    browser = desk.browser(Accept="application/json")
    for method, path, _ in cells(document):
        answer = await browser.request(method.upper(), path, headers={"Origin": HOST})
        assert (path, answer.status_code) == (path, 401)


async def test_a_post_without_its_token_from_elsewhere_or_with_anothers_token_is_refused(
    desk: Console, document: dict[str, Any]
) -> None:
    officer, other = await desk.enter(Role.OPS, ["3506"]), await desk.enter(Role.OPS, ["3506"])
    origins = ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"})
    for method, path, roles in cells(document):
        if method == "post" and "ops" in roles:
            given = [await officer.browser.post(path, data={}), await officer.post(path, csrf=other.csrf)]
            given += [await officer.browser.post(path, data={"csrf": officer.csrf}, headers=each) for each in origins]
            assert {answer.status_code for answer in given} == {403}, path


async def test_every_route_stands_in_the_document(desk: Console, document: dict[str, Any]) -> None:
    routes = {(route.path, method) for route in desk.app._app.routes for method in route.methods - {"HEAD"}}
    listed = {(path, method.upper()) for path, operations in document["paths"].items() for method in operations}
    assert routes - listed == {("/static/{digest}/{name}", "GET")}
    assert listed <= routes


async def test_a_request_for_another_host_is_turned_away(desk: Console) -> None:
    browser = desk.browser(Host="evil.example")
    assert (await browser.get("/login")).status_code == 400


async def test_what_never_changes_is_kept_and_what_changed_is_not_there(desk: Console) -> None:
    page = (await desk.browser().get("/login")).text
    addresses = re.findall(r"/static/[0-9a-f]{16}/[\w.-]+", page)
    assert {address.rpartition("/")[2] for address in addresses} == {
        "console.css", "console.js", "htmx-2.min.js", "mark.svg"
    }  # fmt: skip
    for address in addresses:
        kept = await desk.browser().get(address)
        assert kept.status_code == 200
        assert "immutable" in kept.headers["cache-control"]
    for gone in ("/static/0000000000000000/console.css", "/static/x/..%2f..%2fapp.py", "/static/console.css"):
        assert (await desk.browser().get(gone)).status_code == 404


async def test_a_body_that_no_page_sends_is_refused(desk: Console) -> None:
    officer = await desk.enter(Role.COUNTY)
    own = {"Origin": HOST, "X-CSRF-Token": officer.csrf}
    post = officer.browser.post
    assert (await post("/lang", json={"lang": "en"}, headers=own)).status_code == 415
    assert (await post("/lang", content=b"x" * 70_000, headers=own)).status_code == 413
    form = {"Content-Type": "application/x-www-form-urlencoded"} | own
    assert (await post("/lang", content=b"lang=%ff%fe", headers=form)).status_code == 400
    assert (await post("/lang", content=b"&".join([b"a=1"] * 600), headers=form)).status_code == 400
    assert (await post("/lang", content=b"lang=fr", headers=form)).status_code == 422
    assert (await officer.browser.get("/lang")).status_code == 405


async def test_too_many_requests_of_one_session_wait(mongo: EmbeddedMongo) -> None:
    async with console(mongo.url, "rate", console_rate=1) as slow:
        officer = await slow.enter(Role.COUNTY)
        answers = [await officer.get("/unread") for _ in range(8)]
        assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 2
        assert answers[-1].headers["retry-after"] == "1"
        slow.clock.move(seconds=1)
        assert (await officer.get("/unread")).status_code == 200


async def test_where_the_console_is_secure_so_are_its_cookies(mongo: EmbeddedMongo) -> None:
    async with console(mongo.url, "tls", console_url="https://desk.example.cn") as secure:
        browser = secure.browser(Host="desk.example.cn")
        answer = await browser.get("/login")
        assert "max-age=" in answer.headers["strict-transport-security"]
        (cookie,) = answer.headers.get_list("set-cookie")
        assert cookie.startswith("__Host-bangfu_login=")
        assert "Secure" in cookie
        assert (await secure.browser().get("/login")).status_code == 400
