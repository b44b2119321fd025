"""Logging in through an OpenID provider: whom it names, and everything about its answer that must hold."""

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from joserfc.jwk import RSAKey

from services.notify.adapters.web.endpoint import Role
from services.notify.adapters.web.oidc import provider_of
from shared.embedded import EmbeddedMongo
from shared.errors import ConfigurationError
from shared.settings import Settings
from tests.support.console import Console, console
from tests.support.openid import CLIENT, SECRET, OpenId


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenId]:
    started = OpenId().start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
async def desk(mongo: EmbeddedMongo, provider: OpenId) -> AsyncIterator[Console]:
    given = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
    async with console(mongo.url, "openid", oidc_only="on", **given) as opened:
        await opened.user(Role.COUNTY, user_id="wang", oidc="sub-1")
        await opened.user(Role.COUNTY, user_id="gone", oidc="sub-gone", locked=True)
        yield opened


async def returned(browser: httpx2.AsyncClient) -> str:
    """Go to the provider and come back; return the address on the way back."""
    there = (await browser.get("/oidc?next=/account")).headers["location"]
    async with httpx2.AsyncClient() as outside:
        return str((await outside.get(there)).headers["location"])


async def test_whom_the_provider_names_enters_with_the_role_of_our_record_and_not_of_the_token(desk: Console) -> None:
    browser = desk.browser()
    assert "/oidc?next=" in (await browser.get("/login")).text
    entered = await browser.get(await returned(browser))
    assert (entered.status_code, entered.headers["location"]) == (303, "/account")
    shown = (await browser.get("/account")).text
    assert "县区" in shown
    assert "350622" in shown


async def test_with_the_provider_only_no_password_is_asked_for_or_taken(desk: Console) -> None:
    browser = desk.browser()
    assert "password" not in (await browser.get("/login")).text
    assert (await browser.post("/login", data={"user_id": "wang", "password": "x"})).status_code == 405


async def test_an_answer_serves_once_and_only_the_browser_that_asked(desk: Console) -> None:
    mine, other = desk.browser(), desk.browser()
    answer = await returned(mine)
    assert (await other.get(answer)).status_code == 401
    assert (await mine.get(answer)).status_code == 303
    assert (await mine.get(answer)).status_code == 401
    assert (await mine.get(f"{answer}x")).status_code == 401


@pytest.mark.parametrize(
    "spoil",
    [
        {"iss": "http://other"},
        {"aud": "other"},
        {"nonce": "other"},
        {"exp": 1},
        {"iat": 4_000_000_000},
        {"azp": "other"},
        {"sub": ""},
        {"sub": "sub-unknown"},
        {"sub": "sub-gone"},
    ],
    ids=str,
)
async def test_a_token_that_does_not_hold_opens_nothing(
    desk: Console, provider: OpenId, spoil: dict[str, object]
) -> None:
    browser = desk.browser()
    provider.spoil = spoil
    try:
        answer = await browser.get(await returned(browser))
    finally:
        provider.spoil = {}
    assert answer.status_code == 401
    assert "bangfu_session" not in browser.cookies


async def test_a_token_signed_by_another_key_opens_nothing(desk: Console, provider: OpenId) -> None:
    browser = desk.browser()
    provider.signer = RSAKey.generate_key(2048)
    try:
        assert (await browser.get(await returned(browser))).status_code == 401
    finally:
        provider.signer = None


async def test_an_answer_of_another_provider_opens_nothing(desk: Console) -> None:
    browser = desk.browser()
    answer = (await returned(browser)).partition("&iss=")[0]
    assert (await browser.get(f"{answer}&iss=http://other")).status_code == 401


def test_settings_name_a_provider_whole_and_over_tls() -> None:
    assert provider_of(Settings()) is None
    for given in (
        {"oidc_issuer": "https://id.example.cn"},
        {"oidc_issuer": "http://id.example.cn", "oidc_client_id": CLIENT, "oidc_client_secret": SECRET},
    ):
        with pytest.raises(ConfigurationError):
            provider_of(Settings(**given))  # type: ignore[arg-type]
