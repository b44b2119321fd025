"""The page of preferences: what is chosen there is what the channels go by."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.notify.adapters.channels.preferences import PREFERENCES, PreferenceBook, Preferences
from services.notify.adapters.web.endpoint import Role
from shared.embedded import EmbeddedMongo
from tests.support.console import Console, console

pytestmark = pytest.mark.real

ADDRESS = "wang@county.example.cn"


@pytest.fixture(scope="module")
async def desk(mongo: EmbeddedMongo) -> AsyncIterator[Console]:
    async with console(mongo.url, "preferences") as opened:
        yield opened


def book(desk: Console) -> PreferenceBook:
    return PreferenceBook(desk.desk.db[PREFERENCES], desk.desk.settings.key("card_key"))


async def test_who_never_chose_sees_what_holds(desk: Console) -> None:
    officer = await desk.enter(Role.COUNTY)

    found = await officer.json("/preferences")

    chosen: dict[str, Any] = {name: found[name] for name in ("sms", "email", "quiet_from", "quiet_until", "digest")}
    assert chosen == {
        "sms": ["act"], "email": ["act", "know"], "quiet_from": "21:00", "quiet_until": "08:00", "digest": True,
    }  # fmt: skip
    assert (await officer.get("/preferences")).status_code == 200


async def test_what_is_chosen_is_kept_and_an_address_is_sealed_and_never_shown_again(desk: Console) -> None:
    officer = await desk.enter(Role.COORDINATOR, coordinator_id="C7")

    answer = await officer.post("/preferences", email=["act"], quiet_from="", quiet_until="", address=ADDRESS)

    assert (answer.status_code, answer.headers["location"]) == (303, "/preferences")
    kept = (await book(desk).of([officer.user_id]))[officer.user_id]
    assert kept == Preferences(sms=(), email=("act",), quiet="off", digest=False)
    assert await book(desk).address(officer.user_id) == ADDRESS
    page = (await officer.get("/preferences")).text
    assert ADDRESS not in page
    assert ADDRESS not in repr(await desk.desk.db[PREFERENCES].find_one({"_id": officer.user_id}))


async def test_an_address_stays_until_it_is_replaced_or_forgotten(desk: Console) -> None:
    officer = await desk.enter(Role.TOWNSHIP, ("350622100",))
    await officer.post("/preferences", email=["act"], address=ADDRESS)

    await officer.post("/preferences", email=["act", "know"], digest="yes", quiet_from="20:00", quiet_until="07:00")
    kept = await book(desk).address(officer.user_id)
    await officer.post("/preferences", forget="yes")

    assert (kept, await book(desk).address(officer.user_id)) == (ADDRESS, None)


@pytest.mark.parametrize(
    "fields", [{"address": "no address"}, {"quiet_from": "25:00", "quiet_until": "08:00"}, {"sms": "everything"}]
)
async def test_what_cannot_be_is_refused_and_changes_nothing(desk: Console, fields: dict[str, str]) -> None:
    officer = await desk.enter(Role.COUNTY)

    answer = await officer.post("/preferences", **fields)

    assert answer.status_code == 422
    assert fields.get("address", "25:00") not in answer.text
    assert (await book(desk).of([officer.user_id]))[officer.user_id] == Preferences()


async def test_nobody_sets_them_for_somebody_else_and_who_has_no_inbox_has_none(desk: Console) -> None:
    auditor = await desk.enter(Role.AUDITOR)

    assert (await auditor.get("/preferences")).status_code == 403
