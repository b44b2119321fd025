"""A consumer with a new name begins anew, on a real mongod and on the simulation's in-memory one."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from shared.embedded import EmbeddedStack
from shared.ops.running import find_services
from shared.runner.core import Service, Subscription
from shared.runner.editions import head_of
from shared.store import Commit, Row, Store
from tests.support.live import open_store
from tests.support.sim_mongo import SimMongo
from tests.support.sim_motor import SimStore
from tests.support.toy import TOY

pytestmark = pytest.mark.real

ANEW = replace(TOY, name="toy-anew", formerly="toy", partitioned=True)


@pytest.fixture(params=["mongod", "memory"])
async def kept(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Return a database in which partitions 3 and 4 of the former edition have counted a person each."""
    if request.param == "mongod":
        stack: EmbeddedStack = request.getfixturevalue("stack")
        prefix: str = request.getfixturevalue("database_prefix")
        opened = await open_store(stack.mongo_url, f"{prefix}_toy", Service("toy", "", (TOY,)))
    else:
        opened = SimStore(SimMongo(), "toy")
        await opened.prepare({a.kind: a.indexes for a in TOY.aggregates}, ["toy"])
    await opened.commit(counted("toy", 0, 3))
    await opened.commit(counted("toy", 0, 4))
    yield opened
    opened.close()


def counted(subscription: str, commits: int, partition: int) -> Commit:
    """Return a batch of one partition: a message that was handled, and whom it was about."""
    row: Row = {"_id": f"m-{partition}", "outcome": "applied", "hash": "", "position": 1, "partition": partition}
    person = f"p{partition}"
    states = {("count", person): {"_id": person, "state": {"visits": 1}, "partition": partition}}
    return Commit(subscription, f"{subscription}-p{partition}", commits, inbox=[row], states=states)


async def counts(store: Store) -> list[str]:
    return sorted(await store.every("count"))


async def test_it_forgets_what_its_own_partition_kept_and_keeps_what_was_handled(kept: Store) -> None:
    head = await head_of(kept, ANEW, 3)
    assert (head["_id"], head["commits"], head["number"], head["sent"]) == ("toy-anew-p3", 1, 0, 0)
    assert await counts(kept) == ["p4"]
    assert sorted(await kept.inbox("toy", ["m-3", "m-4"])) == ["m-3", "m-4"]
    assert (await kept.head("toy-p3"))["commits"] == 1


async def test_it_forgets_once_however_often_it_starts(kept: Store) -> None:
    head = await head_of(kept, ANEW, 3)
    await kept.commit(counted("toy-anew", head["commits"], 3))
    assert (await head_of(kept, ANEW, 3))["commits"] == 2
    assert await counts(kept) == ["p3", "p4"]


@pytest.mark.parametrize("subscription", [TOY, replace(ANEW, formerly=""), replace(ANEW, formerly="nobody")])
async def test_without_a_former_edition_nothing_is_forgotten_or_written(
    kept: Store, subscription: Subscription
) -> None:
    before = await kept.head(f"{subscription.name}-p3")
    assert await head_of(kept, subscription, 3) == before
    assert await counts(kept) == ["p3", "p4"]


def test_only_who_can_forget_and_say_all_of_it_again_begins_anew() -> None:
    anew = [each for service in find_services() for each in service.subscriptions if each.formerly]
    assert {each.name for each in anew} == {"notify-alerts", "notify-files"}
    for each in anew:
        assert each.intake is None, "facts are numbered once"
        assert each.seals is None, "a sealed chain goes on"
        assert not any(aggregate.append_only for aggregate in each.aggregates)
