"""The processes of a service: they join, beat, die, stand still and come back."""

import asyncio

import pytest

from shared.embedded import EmbeddedStack
from shared.runner.attendance import SILENT_LOOKS
from shared.runner.replicas import REPLICAS, Replicas, Term
from shared.store import Store

pytestmark = pytest.mark.real


async def joined(store: Store, *, sole: bool = False) -> Replicas:
    """Return a process that has joined; it beats only when it is told to."""
    replicas = Replicas(store, sole=sole)
    await replicas.clear()
    await replicas.join()
    return replicas


async def beats(*replicas: Replicas, times: int = 1) -> None:
    for _ in range(times):
        for each in replicas:
            await each.beat()


def share(replicas: Replicas) -> list[int]:
    """Return the partitions that a process believes to hold."""
    ticket = replicas.ticket
    return [] if ticket is None else [k for k in range(16) if replicas.holds(k, Term(ticket))]


async def test_the_first_holds_everything_and_leads(store: Store) -> None:
    only = await joined(store)
    assert share(only) == list(range(16))
    assert only.leads is not None


async def test_who_joins_is_given_half_and_leads_nothing(store: Store) -> None:
    first, second = await joined(store), await joined(store)
    await beats(first, second)
    assert (len(share(first)), len(share(second))) == (8, 8)
    assert set(share(first)) | set(share(second)) == set(range(16))
    assert (first.leads is not None, second.leads) == (True, None)


async def test_who_joins_waits_for_who_holds_the_partition_and_lives(store: Store) -> None:
    first, second = await joined(store), await joined(store)
    term = await second.until_held(1)
    assert second.waits(term)
    await first.leave()
    await beats(second)
    assert not second.waits(term)


async def test_the_share_of_one_that_leaves_is_taken_over_at_the_next_beat(store: Store) -> None:
    first, second = await joined(store), await joined(store)
    await first.leave()
    await beats(second)
    assert share(second) == list(range(16))
    assert second.leads is not None


async def test_the_share_of_one_that_dies_is_taken_over_after_so_many_looks(store: Store) -> None:
    first, second = await joined(store), await joined(store)
    await beats(first, second)
    await beats(second, times=SILENT_LOOKS - 1)
    assert len(share(second)) == 8
    await beats(second)
    assert share(second) == list(range(16))
    assert await store.db[REPLICAS].count_documents({}) == 1


async def test_one_that_stood_still_finds_its_share_gone_and_joins_as_the_youngest(store: Store) -> None:
    first, second = await joined(store), await joined(store)
    await beats(first, second)
    before = await first.until_held(0)
    await beats(second, times=SILENT_LOOKS)
    assert not second.waits(await second.until_held(0))

    await beats(first, second)

    assert not first.holds(0, before)
    assert (first.leads, second.leads is not None) == (None, True)
    assert (len(share(first)), len(share(second))) == (8, 8)


async def test_terms_of_what_only_one_may_do_have_ever_higher_numbers(store: Store) -> None:
    first, second = await joined(store), await joined(store)
    led = [first.leads]
    await beats(second, times=SILENT_LOOKS + 1)
    led.append(second.leads)
    await beats(first)
    await second.leave()
    await beats(first)
    led.append(first.leads)
    assert led == sorted({number for number in led if number is not None})
    assert len(led) == 3


async def test_a_sole_process_takes_everything_at_once_whatever_a_dead_one_left(store: Store) -> None:
    await joined(store)
    heir = await joined(store, sole=True)
    assert share(heir) == list(range(16))
    assert not heir.waits(await heir.until_held(3))


async def test_what_a_dead_process_had_locked_is_free_when_its_row_is_gone(store: Store, stack: EmbeddedStack) -> None:
    dead = Store(stack.mongo_url, store.db.name)
    await joined(dead)
    heir = await joined(store)
    await store.db["heads"].insert_one({"_id": "registry", "hash": ""})
    session = await dead.db.client.start_session()
    session.start_transaction()
    await dead.db["heads"].update_one({"_id": "registry"}, {"$set": {"hash": "dead"}}, session=session)

    await beats(heir, times=SILENT_LOOKS + 1)

    written = store.db["heads"].update_one({"_id": "registry"}, {"$set": {"hash": "heir"}})
    assert (await asyncio.wait_for(written, 5)).modified_count == 1
    dead.close()


async def test_who_waits_for_a_partition_is_woken_when_it_is_given(store: Store) -> None:
    first, second = await joined(store), await joined(store)
    waiting = asyncio.create_task(second.until_held(0))
    await asyncio.sleep(0)
    assert not waiting.done()
    await first.leave()
    await beats(second)
    assert (await asyncio.wait_for(waiting, 5)).ticket == second.ticket
