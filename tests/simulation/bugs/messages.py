"""Bugs of what comes in and goes out: acknowledgements, publications, text messages."""

from typing import Any

from shared.runner import consumer, journal, publisher, puller, runner
from shared.sms.mongo import MongoSendingLog
from shared.store import Store
from tests.simulation.mutant import Patch


def ack_before_commit() -> list[Patch]:
    original = consumer.Consumer.handle

    async def handle(self: Any, batch: list[Any]) -> None:
        for message in batch:
            await message.ack()
            message._ackd = False
        await original(self, batch)

    return [(consumer.Consumer, "handle", handle)]


def publish_before_commit() -> list[Patch]:
    original = Store.commit

    async def commit(self: Store, unit: Any) -> None:
        if unit.journal is not None and SENDERS.get(id(self)) is not None:
            await SENDERS[id(self)].publish(journal.entries_in(unit.journal))
        await original(self, unit)

    init = runner.Runner.__init__

    def remembering(self: Any, service: Any, subscription: Any, store: Any, sender: Any, **options: Any) -> None:
        SENDERS[id(store)] = sender
        init(self, service, subscription, store, sender, **options)

    return [(Store, "commit", commit), (runner.Runner, "__init__", remembering)]


SENDERS: dict[int, Any] = {}


def never_resent() -> list[Patch]:
    async def resend(_: Any) -> None:
        return

    return [(runner.Runner, "_resend", resend)]


def sent_before_publication() -> list[Patch]:
    async def stored(self: Any, chunk: Any) -> int:
        for entry in chunk:
            await self._client.publish(entry.subject, entry.body, headers=publisher._headers(entry))
        return 0

    return [(publisher.Publisher, name, stored) for name in ("_atomically", "_one_by_one")]


def one_by_one_stops() -> list[Patch]:
    async def one_by_one(self: Any, chunk: Any) -> int:
        for entry in chunk[:1]:
            stored = await self._js.publish(
                entry.subject, entry.body, headers=publisher._headers(entry), stream=entry.stream
            )
        return int(stored.seq)

    return [(publisher.Publisher, "_one_by_one", one_by_one)]


def refusal_is_done() -> list[Patch]:
    return [(publisher, "_answered", lambda _: {"seq": 0})]


def new_ids() -> list[Patch]:
    count = iter(range(10**9))

    def headers(entry: Any) -> dict[str, str]:
        return {"Nats-Msg-Id": f"{entry.id}-{next(count)}", "Content-Type": "application/json"}

    return [(publisher, "_headers", headers)]


def no_reset() -> list[Patch]:
    async def reset(_: Any) -> None:
        return

    return [(puller.Puller, "_reset", reset)]


def acks_all() -> list[Patch]:
    original = runner.Runner.handle

    async def handle(self: Any, inputs: Any, done: Any) -> None:
        async def all_done(_: int) -> None:
            await done(len(inputs))

        await original(self, inputs[:3], all_done)

    return [(runner.Runner, "handle", handle)]


def sends_again() -> list[Patch]:
    async def give_up(self: Any, *_: Any) -> int:
        rows = [row["_id"] async for row in self._rows.find({"status": "sending"})]
        for id_ in rows:
            await self._rows.delete_one({"_id": id_})
        return len(rows)

    return [(MongoSendingLog, "give_up", give_up)]


def sms_not_noted() -> list[Patch]:
    async def begin(self: Any, *_: Any) -> bool:
        del self
        return True

    async def finish(self: Any, outcome: Any) -> bool:
        fields = {"status": outcome.status, "at": outcome.at, "detail": outcome.detail, "published": False}
        await self._rows.update_one({"_id": outcome.message_id}, {"$set": fields}, upsert=True)
        return True

    return [(MongoSendingLog, "begin", begin), (MongoSendingLog, "finish", finish)]
