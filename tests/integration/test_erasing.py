"""An erased person: the key is destroyed wherever it lay, nothing is kept again, what was decided stays."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.registry.adapters import erased
from services.registry.adapters.erasing import proof_of
from services.registry.adapters.sealed import opened
from services.registry.adapters.vault import Vault
from shared.cards import ContactCards
from shared.privacy import Sealer, person_id
from shared.settings import Settings
from shared.store import Row, Store
from tests.support.facts import FIRST_CLOSED, KEYS, SOURCE, Offer, closing, id_number, offer
from tests.support.live import Bus, inputs, run_in_batches, runner

pytestmark = pytest.mark.real

VAULT_KEY, CARD_KEY = "ab" * 32, "cd" * 32
PERSON, OTHER = person_id(KEYS.person, id_number()), person_id(KEYS.person, id_number(2))
DECISION = {"by": "ops-1", "reason": "本人申请", "doc_no": "云人社〔2019〕9号"}
NAME = "王小明"
KNOWN = [
    closing(FIRST_CLOSED),
    offer("roster.entry", "r-1"),
    offer("jobseeker.registered", "j-1"),
    offer("jobseeker.registered", "j-2", id_number=id_number(2), phone="13900000002"),
]

SECOND = offer("roster.entry", "r-2", id_number=id_number(2))
MERGED = offer("person.merged", "m-1", id_number=id_number(2), into_id_number=id_number())


def asked(id_: str, topic: str = "ops.erasure_requested", who: str = PERSON, source: str = "bangfu-ops") -> Offer:
    return offer(topic, id_, DECISION | {"person_id": who}, by_source=source)


def context(store: Store, bus: Bus) -> Any:
    settings = Settings(vault_key=VAULT_KEY, card_key=CARD_KEY, person_key=KEYS.person.hex())
    health = SimpleNamespace(store_failed=lambda *_: None, publish_failed=lambda *_: None)
    return SimpleNamespace(store=store, js=bus.js, settings=settings, health=health)


async def told(facts: list[Offer], store: Store, bus: Bus, size: int = 10) -> None:
    registry = runner(store, bus, companions=(Vault(context(store, bus)),))
    await run_in_batches(registry, facts, size)


async def merged_unseen(store: Store, bus: Bus) -> None:
    """Have a record merged and the vault not hear of it, as before it did."""
    await run_in_batches(runner(store, bus), [MERGED], 10)


async def row_of(store: Store, who: str = PERSON) -> Row:
    return await store.db["vault"].find_one({"_id": who}) or {}


async def card(bus: Bus, who: str = PERSON) -> dict[str, str] | None:
    return await ContactCards(bus.js, bytes.fromhex(CARD_KEY)).get(who)


async def outcome(store: Store, fact_id: str, source: str = "bangfu-ops") -> Row:
    return await store.db["inbox_registry"].find_one({"_id": f"{source}|{fact_id}"}) or {}


class TestAnErasure:
    async def test_destroys_key_and_fields_and_takes_the_card_away_of_that_person_only(
        self, store: Store, bus: Bus
    ) -> None:
        await told(KNOWN, store, bus)
        before, other = await row_of(store), await row_of(store, OTHER)
        assert await card(bus) is not None

        await told([asked("e-1")], store, bus)

        row = await row_of(store)
        assert opened(row, bytes.fromhex(VAULT_KEY), before["fields"]) == {}
        assert not {"key", "fields"} & row.keys()
        assert (row["card"], await card(bus)) == ("purged", None)
        assert (await row_of(store, OTHER), await card(bus, OTHER)) == (other, await card(bus, OTHER))
        assert await card(bus, OTHER) is not None

    async def test_keeps_the_proof_of_which_keys_are_gone_and_who_decided(self, store: Store, bus: Bus) -> None:
        await told([*KNOWN, asked("e-1")], store, bus)
        row = await row_of(store)
        assert row["erased"] | {"event": ""} == {
            "on": "2018-03-02", "by": "ops-1", "doc_no": "云人社〔2019〕9号", "event": "",
        }  # fmt: skip
        assert row["proof"] == proof_of(PERSON, row["erased"], row["destroyed"])
        assert [len(gone["key"]) for gone in row["destroyed"]] == [64]

    async def test_leaves_every_aggregate_journal_and_event_of_before_as_it_was(self, store: Store, bus: Bus) -> None:
        await told(KNOWN, store, bus)
        people = [row async for row in store.db["person"].find().sort("_id", 1)]
        journal = [row async for row in store.db["journal_registry"].find().sort("number", 1)]
        events = await bus.stored("EVENTS")
        await told([asked("e-1")], store, bus)
        assert [row async for row in store.db["person"].find().sort("_id", 1)] == people
        assert [row async for row in store.db["journal_registry"].find().sort("number", 1)][: len(journal)] == journal
        assert (await bus.stored("EVENTS"))[: len(events)] == events
        assert len(await bus.stored("EVENTS")) == len(events) + 1

    async def test_of_what_is_told_later_keeps_nothing_until_it_is_lifted(self, store: Store, bus: Bus) -> None:
        await told([*KNOWN, asked("e-1")], store, bus)
        stone = await row_of(store)
        again = offer("jobseeker.updated", "u-1", phone="13900000009")
        await told([again], store, bus)
        assert (await row_of(store), await card(bus)) == (stone, None)

        await told([asked("l-1", "ops.erasure_lifted")], store, bus)
        await told([offer("jobseeker.updated", "u-2", phone="13900000009")], store, bus)

        row = await row_of(store)
        assert opened(row, bytes.fromhex(VAULT_KEY), ["phone", "name"]) == {"phone": "+8613900000009"}
        assert [old["proof"] for old in row["before"]] == [stone["proof"]]
        assert await card(bus) == {"phone": "+8613900000009"}

    async def test_reaches_what_the_same_batch_says_of_the_person(self, store: Store, bus: Bus) -> None:
        await told([*KNOWN, asked("e-1"), offer("jobseeker.updated", "u-1", phone="13900000009")], store, bus, 100)
        assert "key" not in await row_of(store)
        assert await card(bus) is None

    async def test_reaches_refused_facts_that_name_the_person_and_no_others(self, store: Store, bus: Bus) -> None:
        wrong = [
            offer("jobseeker.registered", "w-1", sex="?"),
            offer("jobseeker.registered", "w-2", id_number=id_number(2), sex="?"),
            offer("jobseeker.registered", "w-4", id_number="?", phone="１３８-1234 ５６７８"),
        ]
        await told([*KNOWN, *wrong], store, bus)
        assert await store.db["deadletters"].count_documents({}) == 3
        await told([asked("e-1")], store, bus)
        assert [row["_id"] async for row in store.db["deadletters"].find()] == [f"{SOURCE}|w-2"]
        await told([offer("jobseeker.registered", "w-3", sex="?")], store, bus)
        assert await store.db["deadletters"].count_documents({}) == 1
        assert (await outcome(store, "w-3", SOURCE))["outcome"] == "rejected"

    async def test_reaches_the_record_that_was_found_to_be_the_same_person(self, store: Store, bus: Bus) -> None:
        await told([*KNOWN, SECOND, MERGED, asked("e-1")], store, bus)
        assert ["key" in await row_of(store, who) for who in (PERSON, OTHER)] == [False, False]

    async def test_reaches_a_record_at_once_that_is_found_to_be_the_same_person_later(
        self, store: Store, bus: Bus
    ) -> None:
        await told([*KNOWN, SECOND, asked("e-1")], store, bus)
        stone = await row_of(store)
        assert await card(bus, OTHER) is not None
        await told([MERGED], store, bus)
        other = await row_of(store, OTHER)
        assert ("key" in other, other["erased"], await card(bus, OTHER)) == (False, stone["erased"], None)
        await erased.run(context(store, bus))
        assert (await row_of(store), await row_of(store, OTHER)) == (stone, other)

    async def test_that_is_lifted_reaches_no_record_that_is_merged_later(self, store: Store, bus: Bus) -> None:
        await told([*KNOWN, SECOND, asked("e-1"), asked("l-1", "ops.erasure_lifted")], store, bus)
        other = await row_of(store, OTHER)
        await told([MERGED], store, bus)
        assert await row_of(store, OTHER) == other

    async def test_that_is_lifted_leaves_a_record_that_was_merged_since_as_it_is(self, store: Store, bus: Bus) -> None:
        await told([*KNOWN, SECOND, asked("e-1")], store, bus)
        await merged_unseen(store, bus)
        other = await row_of(store, OTHER)
        assert "key" in other
        await told([asked("l-1", "ops.erasure_lifted")], store, bus)
        assert await row_of(store, OTHER) == other

    async def test_of_a_record_that_was_erased_before_keeps_the_proof_of_that(self, store: Store, bus: Bus) -> None:
        await told([*KNOWN, SECOND, asked("e-1", who=OTHER)], store, bus)
        stone = await row_of(store, OTHER)
        await told([MERGED, asked("e-2")], store, bus)
        row = await row_of(store, OTHER)
        assert [old["proof"] for old in row["before"]] == [stone["proof"]]
        assert row["proof"] != stone["proof"]

    async def test_of_somebody_unknown_stands_as_well(self, store: Store, bus: Bus) -> None:
        await told([KNOWN[0], asked("e-1", who="p" + "a" * 25)], store, bus)
        assert (await row_of(store, "p" + "a" * 25))["destroyed"] == []

    @pytest.mark.parametrize(
        ("fact", "code"),
        [
            (asked("e-2"), "already_erased"),
            (asked("e-2", source="heshui"), "not_from_this_source"),
            (asked("e-2", "ops.erasure_lifted", OTHER), "not_erased"),
        ],
    )
    async def test_is_refused_twice_to_strangers_and_lifted_only_where_it_stands(
        self, store: Store, bus: Bus, fact: Offer, code: str
    ) -> None:
        await told([*KNOWN, asked("e-1"), fact], store, bus)
        said = await outcome(store, "e-2", fact.subject.split(".")[1])
        assert (said["outcome"], said["code"]) == ("rejected", code)


class TestARestoredDatabase:
    async def test_of_before_the_erasure_forgets_the_person_again_before_registry_serves(
        self, store: Store, bus: Bus
    ) -> None:
        await told(KNOWN, store, bus)
        old = [row async for row in store.db["vault"].find()]
        await told([asked("e-1")], store, bus)
        stone = await row_of(store)
        await store.db["vault"].delete_many({})
        await store.db["vault"].insert_many(old)
        cards = ContactCards(bus.js, bytes.fromhex(CARD_KEY))
        await cards.put(PERSON, {"phone": "+8613900000001"}, await cards.revision(PERSON))

        await erased.run(context(store, bus))

        row = await row_of(store)
        assert (row["erased"], row["proof"]) == (stone["erased"], stone["proof"])
        assert await card(bus) is None
        assert "key" in await row_of(store, OTHER)

    async def test_keeps_what_was_told_since_an_erasure_was_lifted(self, store: Store, bus: Bus) -> None:
        await told([*KNOWN, asked("e-1")], store, bus)
        await told([asked("l-1", "ops.erasure_lifted")], store, bus)
        await told([offer("jobseeker.updated", "u-2", phone="13900000009")], store, bus)
        row = await row_of(store)
        await erased.run(context(store, bus))
        assert await row_of(store) == row

    async def test_keeps_what_was_told_since_though_another_record_was_merged_meanwhile(
        self, store: Store, bus: Bus
    ) -> None:
        await told([*KNOWN, SECOND, asked("e-1"), asked("l-1", "ops.erasure_lifted")], store, bus)
        await told([offer("jobseeker.updated", "u-2", phone="13900000009"), MERGED], store, bus)
        rows = [await row_of(store, who) for who in (PERSON, OTHER)]
        assert all("key" in row for row in rows)
        await erased.run(context(store, bus))
        assert [await row_of(store, who) for who in (PERSON, OTHER)] == rows

    async def test_reaches_a_record_that_was_merged_since_and_keeps_the_proof(self, store: Store, bus: Bus) -> None:
        await told([*KNOWN, SECOND, asked("e-1")], store, bus)
        await merged_unseen(store, bus)
        stone = await row_of(store)
        assert "key" in await row_of(store, OTHER)
        await erased.run(context(store, bus))
        assert await row_of(store) == stone
        other = await row_of(store, OTHER)
        assert ("key" in other, other["erased"]) == (False, stone["erased"])


async def test_a_stop_between_commit_and_card_leaves_the_card_to_the_next_start(store: Store, bus: Bus) -> None:
    await told(KNOWN, store, bus)

    class Stopped(Vault):
        async def after(self, _: Any) -> None:
            raise ConnectionError

    registry = runner(store, bus, companions=(Stopped(context(store, bus)),))
    await registry.start()
    with pytest.raises(ConnectionError):
        await registry.handle(inputs([asked("e-1")], 9), _ignored)
    assert await card(bus) is not None

    await runner(store, bus, companions=(Vault(context(store, bus)),)).start()

    assert (await card(bus), (await row_of(store))["card"]) == (None, "purged")


async def _ignored(_: int) -> None:
    return


def test_a_tombstone_opens_nothing_and_proofs_differ_by_whom_they_are_of() -> None:
    key = bytes.fromhex(VAULT_KEY)
    assert opened({"_id": PERSON, "erased": {}}, key, ["name"]) == {}
    assert proof_of(PERSON, {}, []) != proof_of(OTHER, {}, [])
    assert len({proof_of(PERSON, {}, [{"key": Sealer.new_key().hex()}]) for _ in range(3)}) == 3


def test_no_fact_of_an_erasure_names_anybody() -> None:
    assert NAME not in json.dumps(DECISION, ensure_ascii=False)
    assert not list(Path().glob("erasure*"))
