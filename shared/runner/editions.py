"""A consumer that begins anew under another name, because today's code makes something else of the same events.

What its former edition kept was folded by other rules, and folding on would mix the two. So its aggregates are
forgotten before the first batch, in one transaction with the beginning of the new chain; inbox and journal of the
former edition stay as they are.
"""

from contextlib import suppress

from shared.runner.core import Subscription
from shared.store import Commit, LostOwnershipError, Row, Session, Store
from shared.telemetry import logger


async def head_of(store: Store, subscription: Subscription, partition: int | None) -> Row:
    """Return the head of a consumer's chain; one that begins anew has forgotten its former edition by then.

    Raises:
        StoreError: The store is away.
    """
    chain = _chain(subscription.name, partition)
    head = await store.head(chain)
    if head["commits"] or not subscription.formerly:
        return head
    former = await store.head(_chain(subscription.formerly, partition))
    if not former["commits"]:
        return head

    kept: Row = {} if partition is None else {"partition": partition}

    async def forgotten(session: Session) -> None:
        for aggregate in subscription.aggregates:
            await store.db[aggregate.kind].delete_many(kept, session=session)

    with suppress(LostOwnershipError):  # another process has done it, and gone on
        await store.commit(Commit(subscription.name, chain, 0, companions=[forgotten]))
        logger().warning("edition.begun", consumer=chain, former=former["_id"], commits=former["commits"])
    return await store.head(chain)


def _chain(name: str, partition: int | None) -> str:
    return name if partition is None else f"{name}-p{partition}"
