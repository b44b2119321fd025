"""Seals of a small real system: they cover each closed day, and show what was changed in the store."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.embedded import EmbeddedStack
from shared.runner.topology import provision
from tests.support.sealed import sealed
from tests.support.whole import Whole, ran

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
async def whole(stack: EmbeddedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """Return a system that has closed four days, two of them in the middle of a batch."""
    async with sealed(stack, tmp_path_factory.mktemp("seals"), "seals") as found:
        yield found


class TestSeals:
    async def test_cover_each_closed_day_of_facts_and_ledger_and_are_published(self, whole: Whole) -> None:
        result = await ran(whole, "seals", "--json")
        found = json.loads(result.stdout)
        assert (result.exit_code, found["mistakes"]) == (0, [])
        days = [f"2018-03-0{day}" for day in (1, 2, 3, 4)]
        for chain in ("registry", "subsidy-ledger"):
            assert [seal["day"] for seal in found["seals"] if seal["chain"] == chain] == days
        assert all(seal["published"] for seal in found["seals"])

    async def test_sum_the_lines_of_the_ledger_by_programme(self, whole: Whole) -> None:
        seals = await whole.view.stores["subsidy"].seals("subsidy-ledger")
        sums = [{row["programme"]: row["sum_fen"] for row in seal["sums"]} for seal in seals]
        assert sums == [{}, {"social-insurance": 74_200}, {"social-insurance": 74_200}, {"social-insurance": 0}]

    @pytest.mark.parametrize(
        ("collection", "query", "change", "said"),
        [
            (
                "journal_registry",
                {"number": 3},
                {"$set": {"entries.0.body": b'{"type":"x"}'}},
                "document 3 has another",
            ),
            ("journal_registry", {"number": 2}, {"$set": {"entries": []}}, "document 2 has another hash"),
            ("journal_registry", {"number": 2}, {"$set": {"number": 99}}, "document 3 stands where 2 should"),
            ("seals", {"number": 2}, {"$set": {"entries": 1}}, "seal 2 of 2018-03-02 has another hash"),
            ("seals", {"number": 4}, {"$set": {"chain": "none"}}, "SEALS holds a seal of 2018-03-04"),
        ],
    )
    async def test_show_what_was_changed_in_the_store(
        self, whole: Whole, collection: str, query: dict[str, Any], change: dict[str, Any], said: str
    ) -> None:
        rows = whole.view.stores["registry"].db[collection]
        before = await rows.find_one(query)
        assert before is not None
        await rows.update_one(query, change)
        result = await ran(whole, "seals")
        await rows.replace_one({"_id": before["_id"]}, before)
        assert result.exit_code == 1
        assert said in result.stdout
        assert "NOT as sealed" in result.stdout

    async def test_stand_in_the_stream_again_after_it_was_lost(self, whole: Whole) -> None:
        await whole.bus.js.delete_stream("SEALS")
        assert (await ran(whole, "seals")).exit_code == 1
        again = json.loads((await ran(whole, "reconcile", "--json")).stdout)
        assert (again["seals"], again["streams_missing"]) == (8, ["SEALS"])
        assert (await ran(whole, "seals")).exit_code == 0

    async def test_go_out_at_the_next_start_if_death_came_between_commit_and_publication(self, whole: Whole) -> None:
        store, bus = whole.view.stores["registry"], whole.bus
        before = dict(await bus.stored("SEALS"))["seals.registry"]
        await store.db["heads"].update_one({"_id": "registry"}, {"$set": {"seals_sent": 3}})
        await bus.js.delete_stream("SEALS")
        await provision(bus.js)
        await next(reader.runner for reader in whole.readers if reader.place.durable == "registry").start()
        assert await bus.stored("SEALS") == [("seals.registry", before)]
        assert await store.unsent_seals("registry") == []
        assert json.loads((await ran(whole, "reconcile", "--json")).stdout)["seals"] == 7
