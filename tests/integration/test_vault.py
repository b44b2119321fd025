"""Who signed for somebody stands in the vault under that person's key, and nowhere else."""

from types import SimpleNamespace
from typing import Any

import pytest

from services.registry.adapters.sealed import opened
from services.registry.adapters.vault import Vault
from shared.cards import PayeeCards
from shared.privacy import person_id
from shared.settings import Settings
from shared.store import Row, Store
from tests.support.facts import FIRST_CLOSED, KEYS, USCC, Offer, closing, id_number, offer
from tests.support.live import Bus, run_in_batches, runner

pytestmark = pytest.mark.real

PARTIES, LATER = ["签字人甲", "签字单位乙"], ["签字人甲", "签字单位丙"]
PERSON = person_id(KEYS.person, id_number())
KNOWN = [closing(FIRST_CLOSED), offer("roster.entry", "r-1"), offer("employer.registered", "e-1")]
CONFIRMED = offer("employment.confirmed", "c-1")
VAULT_KEY = "ab" * 32


def agreement(id_: str, *parties: str, **changed: Any) -> Offer:
    said = {"date": "2018-03-05", "version": "v1", "employment_id": "J1", "parties": list(parties)}
    return offer("agreement.signed", id_, said | changed)


async def vault_after(facts: list[Offer], size: int, store: Store, bus: Bus) -> dict[str, Row]:
    """Return the vault's rows after registry took facts, so many in a batch."""
    settings = Settings(vault_key=VAULT_KEY, card_key="cd" * 32)
    context: Any = SimpleNamespace(store=store, js=bus.js, settings=settings)
    registry = runner(store, bus, companions=(Vault(context),))
    await registry.start()
    await run_in_batches(registry, facts, size)
    return {row["_id"]: row async for row in store.db["vault"].find({})}


def told(row: Row, name: str) -> Any:
    return opened(row, bytes.fromhex(VAULT_KEY), [name]).get(name)


async def everything(store: Store, bus: Bus) -> str:
    """Return all that lies in the databases and streams, as text."""
    names = await store.db.list_collection_names()
    rows = [row for name in sorted(names) async for row in store.db[name].find({})]
    streams = [body for stream in ("EVENTS", "OUTCOMES") for _, body in await bus.stored(stream)]
    return "\n".join([repr(row) for row in rows] + [body.decode() for body in streams])


@pytest.mark.parametrize("size", [1, 10])
@pytest.mark.parametrize("waits", [False, True], ids=["known", "waits"])
async def test_names_of_an_agreement_stand_with_the_person_of_the_employment(
    store: Store, bus: Bus, *, waits: bool, size: int
) -> None:
    signed = agreement("a-1", *PARTIES)
    later = [signed, CONFIRMED] if waits else [CONFIRMED, signed]

    rows = await vault_after([*KNOWN, *later], size, store, bus)

    assert told(rows[PERSON], "parties-J1") == PARTIES
    assert not any(key.startswith("employment:") for key in rows)
    found = await everything(store, bus)
    assert "agreement.signed" in found
    assert not any(name in found for name in PARTIES)


async def test_names_of_one_employment_do_not_replace_those_of_another(store: Store, bus: Bus) -> None:
    other = offer("employment.confirmed", "c-2", employment_id="J2", starts_on="2018-09-01")
    facts = [*KNOWN, CONFIRMED, other, agreement("a-1", *PARTIES), agreement("a-2", *LATER, employment_id="J2")]

    (row,) = [row for id_, row in (await vault_after(facts, 10, store, bus)).items() if id_ == PERSON]

    assert (told(row, "parties-J1"), told(row, "parties-J2")) == (PARTIES, LATER)


async def test_names_of_an_agreement_with_an_employer_stand_with_the_employer(store: Store, bus: Bus) -> None:
    facts = [*KNOWN, agreement("a-1", *PARTIES, employment_id=None, uscc=USCC, programme="phd-to-firms")]

    rows = await vault_after(facts, 10, store, bus)

    assert told(rows[USCC], "parties") == PARTIES


async def test_who_has_an_account_gets_a_payee_card_that_follows_every_change(store: Store, bus: Bus) -> None:
    account = {
        "valid_from": "2018-03-01",
        "id_number": id_number(),
        "bank": "云霄农商行",
        "account_no": "6222 0210 0100 0001",
    }
    first = offer("payee.account_registered", "pa-1", account)
    corrected = offer("payee.account_registered", "pa-2", account | {"account_no": "6222 0210 0100 0002"})
    cards = PayeeCards(bus.js, bytes.fromhex("cd" * 32))

    rows = await vault_after([*KNOWN, first, corrected], 1, store, bus)

    card = await cards.get(PERSON)
    assert card is not None
    assert (card["bank"], card["account_no"], "phone" in card) == ("云霄农商行", "6222 0210 0100 0002", False)
    assert (rows[PERSON]["payee"], await cards.get(USCC)) == ("written", None)
    assert "6222" not in await everything(store, bus)


async def test_an_account_that_was_kept_before_there_were_payee_cards_gets_one(store: Store, bus: Bus) -> None:
    account, since = {"bank": "云霄农商行", "account_no": "6222021001000003"}, {"valid_from": "2018-03-01"}
    await vault_after(
        [*KNOWN, offer("payee.account_registered", "pa-1", account | since | {"uscc": USCC})], 1, store, bus
    )
    await store.db["vault"].update_many({}, {"$unset": {"payee": ""}})
    bucket = await bus.js.key_value("payees")
    await bucket.delete(USCC)
    settings = Settings(vault_key=VAULT_KEY, card_key="cd" * 32)
    context: Any = SimpleNamespace(store=store, js=bus.js, settings=settings)
    assert await Vault(context).write_missing_cards()
    assert (await PayeeCards(bus.js, bytes.fromhex("cd" * 32)).get(USCC)) == account
