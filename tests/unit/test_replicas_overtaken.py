"""Whoever leads has a later ticket than whoever led before, however slowly somebody joins."""

from typing import Any

from shared.runner.replicas import REPLICAS, Replicas
from tests.support.sim_mongo import SimMongo
from tests.support.sim_motor import SimStore


class Slow:
    """The rows as seen by a process that stands still between its ticket and its row."""

    def __init__(self, rows: Any, meanwhile: Replicas) -> None:
        self.rows, self.meanwhile = rows, meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rows, name)

    async def insert_one(self, row: dict[str, Any]) -> None:
        if self.meanwhile.ticket is None:
            await self.meanwhile.join()
        await self.rows.insert_one(row)


async def test_who_was_overtaken_while_it_joined_takes_a_later_ticket() -> None:
    server = SimMongo()
    quick, slow = Replicas(SimStore(server, "matching")), Replicas(SimStore(server, "matching"))
    slow._rows = Slow(slow._rows, meanwhile=quick)  # type: ignore[assignment]

    await slow.join()

    assert (quick.ticket, slow.ticket) == (2, 3)
    assert [row["_id"] async for row in SimStore(server, "matching").db[REPLICAS].find()] == [2, 3]
    assert (quick.leads, slow.leads) == (2, None)
