"""A system that has dealt with some facts, whose broker then loses what it stored."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from shared.embedded import EmbeddedNats, EmbeddedStack
from shared.settings import Settings
from tests.support.facts import FIRST_CLOSED, closing, offer
from tests.support.live import Bus, reborn
from tests.support.whole import Whole, open_whole

FACTS = (
    closing(FIRST_CLOSED),
    offer("employer.registered", "e-1"),
    offer("roster.entry", "r-1"),
    offer("employment.confirmed", "c-1", starts_on="2018-03-01"),
    offer("premium.paid", "p-1"),
    closing(date(2018, 3, 2)),
)
MORE = (offer("exit.confirmed", "x-1", by="?"), closing(date(2018, 3, 3)))


def replaced(directory: Path, copy: Path) -> None:
    """Put an older copy in the place of a directory."""
    shutil.rmtree(directory)
    shutil.copytree(copy, directory)


async def lose_everything(broker: EmbeddedNats, bus: Bus) -> None:
    await reborn(broker, bus, shutil.rmtree)


async def ids(bus: Bus, stream: str) -> list[str]:
    return [json.loads(body)["id"] for _, body in await bus.stored(stream)]


async def with_facts(stack: EmbeddedStack, bus: Bus, database_prefix: str) -> Whole:
    """Return a system that has dealt with some facts; close it afterwards."""
    keys: dict[str, Any] = {name: SecretStr("ab" * 32) for name in ("vault_key", "card_key", "person_key")}
    opened = await open_whole(stack, bus, Settings(database_prefix=database_prefix, **keys))
    await opened.tell(*FACTS)
    return opened
