"""What a source may publish is changed while it is connected, and what it may not is said at once."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from shared.errors import BangfuError
from shared.ops.credentials import credentials
from shared.ops.intake import publish_facts
from shared.ops.publishing import Offered, offered, publisher
from tests.support.closed import ClosedBus, closed_bus
from tests.support.live import until

pytestmark = pytest.mark.real

BANK = "source-bank"
FAILED = "intake.bank.payment.failed"
COMMAND = re.compile(r"`bangfu ops credentials (.*)`")


@pytest.fixture
async def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ClosedBus]:
    monkeypatch.setenv("BANGFU_LANG", "en")
    monkeypatch.setenv("BANGFU_DATA_DIR", str(tmp_path))  # whose server the commands have read its users again
    found = closed_bus(tmp_path, lists={BANK: ["payment.failed", "payment.settled"]})
    await found.provisioned()
    yield found
    found.server.stop()


def fact(number: int, name: str, source: str = "bank") -> Offered:
    event: dict[str, Any] = {"source": source, "type": f"cn.bangfu.{name}.v1", "id": f"f-{number}", "data": {}}
    return offered(number, orjson.dumps(event))


async def stored(closed: ClosedBus) -> int:
    async with closed.entered("ops") as ops:
        return (await ops.jetstream().stream_info("INTAKE")).state.messages


async def ordered(closed: ClosedBus, *arguments: str) -> None:
    """Give a command and wait until the server has read what it may do."""
    read = closed.server.log.read_text().count("Reloaded server configuration")
    done = CliRunner().invoke(credentials, [*arguments])
    assert done.exit_code == 0, done.output
    assert "the server has read its configuration again" in done.output
    await until(lambda: closed.server.log.read_text().count("Reloaded server configuration") > read)


async def test_nothing_of_a_file_is_published_if_a_fact_is_beyond_the_list_and_the_command_shown_allows_it(
    closed: ClosedBus,
) -> None:
    facts = [fact(1, "payment.settled"), fact(2, "approval.given")]
    with pytest.raises(BangfuError, match=r"source bank may not publish approval\.given; who keeps the keys") as caught:
        await publish_facts(closed.bus(BANK), facts, len(facts))
    assert await stored(closed) == 0
    shown = COMMAND.search(str(caught.value))
    assert shown
    await ordered(closed, *shown[1].split())
    async with closed.entered(BANK) as bank:
        for each in facts:
            await bank.jetstream().publish(each.subject, each.body)
    assert await stored(closed) == len(facts)


async def test_an_import_ends_at_the_first_fact_beyond_the_list_and_does_not_wait_for_an_answer(
    closed: ClosedBus,
) -> None:
    async with publisher(closed.bus(BANK)) as connected:
        with pytest.raises(BangfuError, match=r"calendar\.day_closed \(bangfu-clock\)"):
            await anext(connected.outcomes(fact(number, "calendar.day_closed") for number in range(1, 4)))
        assert await connected.intake() != ""
    assert await stored(closed) == 0


async def test_a_list_that_is_made_shorter_holds_for_who_is_connected(closed: ClosedBus) -> None:
    async with closed.entered(BANK) as bank:
        await bank.jetstream().publish(FAILED, b"{}")
        await ordered(closed, "facts", BANK, "payment.settled")
        refused = f'nats: permissions violation for publish to "{FAILED}"'

        async def is_refused() -> bool:
            await bank.publish(FAILED, b"{}")
            return refused in closed.errors.get(BANK, [])

        await until(is_refused)
        await bank.jetstream().publish("intake.bank.payment.settled", b"{}")
    assert await stored(closed) == 2
