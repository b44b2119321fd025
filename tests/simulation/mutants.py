"""The deliberate bugs: each is a small patch of the real code, with one sentence that says what it breaks."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from types import ModuleType
from typing import Any

from pymongo import WriteConcern
from pymongo.errors import BulkWriteError

from services.subsidy.domain import booking, posting, settling
from shared.events.premiums import PremiumCorrected
from shared.events.subsidy import LinePosted
from shared.runner import consumer, fold, journal, place, publisher, puller, runner, workspace
from shared.runner.core import Message
from shared.sms.mongo import MongoSendingLog
from shared.store import Store
from tests.simulation import letters
from tests.simulation.weather import Weather

Patch = tuple[Any, str, Any]


@dataclass(frozen=True)
class Mutant:
    """One deliberate bug.

    Args:
        says: What it does, in one sentence.
        patches: Makes the changes: object, name, new value.
        needs: Faults without which nobody would notice it, and how often they strike.
    """

    name: str
    says: str
    patches: Callable[[], list[Patch]]
    needs: dict[str, float] = field(default_factory=dict)
    page: int = 500
    replicas: int = 1

    def sky(self) -> Weather:
        """Return the weather that it is hunted in."""
        return Weather(dict(self.needs), self.replicas, self.page, crashes_most=10)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Have the bug in the code."""
        patches = self.patches()
        before = [(what, name, vars(what)[name]) for what, name, _ in patches]
        _put(patches)
        try:
            yield
        finally:
            _put(before)


def _put(patches: list[Patch]) -> None:
    for what, name, value in patches:
        # What a subscription consists of is frozen, for everybody else.
        (setattr if isinstance(what, type | ModuleType) else object.__setattr__)(what, name, value)


REPEATS = {"event_repeated": 0.6, "fact_repeated": 0.6, "fact_repeated_late": 0.3}
DEATHS = {f"crash_{name}": 0.04 for name in ("before_commit", "after_commit", "after_publish", "before_ack", "mid_ack")}

ABORTS = {"transaction_aborted": 0.05, "commit_aborted": 0.1}
LOST_COMMITS = {"commit_lost": 0.2, "commit_never_answered": 1.0}
OWNERS = {"paused": 0.9, "killed": 0.2}
PAGED = {"crash_mid_pages": 0.2, "crash_after_commit": 0.03}
REDELIVERIES = DEATHS | {"ack_lost": 0.1, "connection_broken": 0.5}
SMS = {"killed": 0.9, "sms_unanswered": 0.5} | DEATHS


def _ack_before_commit() -> list[Patch]:
    original = consumer.Consumer.handle

    async def handle(self: Any, batch: list[Any]) -> None:
        for message in batch:
            await message.ack()
            message._ackd = False
        await original(self, batch)

    return [(consumer.Consumer, "handle", handle)]


def _publish_before_commit() -> list[Patch]:
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


def _never_resent() -> list[Patch]:
    async def resend(_: Any) -> None:
        return

    return [(runner.Runner, "_resend", resend)]


def _sent_before_publication() -> list[Patch]:
    async def stored(self: Any, chunk: Any) -> int:
        for entry in chunk:
            await self._client.publish(entry.subject, entry.body, headers=publisher._headers(entry))
        return 0

    return [(publisher.Publisher, name, stored) for name in ("_atomically", "_one_by_one")]


def _outside(move: Callable[[Store, Any], Awaitable[Any]]) -> Callable[[], list[Patch]]:
    """Have one part of a commit written on its own, before the transaction."""

    def patches() -> list[Patch]:
        original = Store._write

        async def write(self: Store, session: Any, unit: Any) -> None:
            await original(self, session, await move(self, unit))

        return [(Store, "_write", write)]

    return patches


async def _inbox_outside(store: Store, unit: Any) -> Any:
    for row in unit.inbox:
        await store.db[f"inbox_{unit.subscription}"].update_one({"_id": row["_id"]}, {"$set": row}, upsert=True)
    return replace(unit, inbox=[])


async def _states_outside(store: Store, unit: Any) -> Any:
    for (kind, id_), row in unit.states.items():
        if row is not None:
            await store.db[kind].replace_one({"_id": id_}, row, upsert=True)
    return replace(unit, states={key: row for key, row in unit.states.items() if row is None})


async def _journal_outside(store: Store, unit: Any) -> Any:
    row = unit.journal
    if row is None:
        return unit
    await store.db[f"journal_{unit.subscription}"].update_one({"_id": row["_id"]}, {"$set": row}, upsert=True)
    return replace(unit, journal=None, head=unit.head | {name: row[name] for name in ("number", "hash")})


def _inbox_expires() -> list[Patch]:
    original = Store.inbox

    async def inbox(self: Store, subscription: str, keys: Any) -> Any:
        found = await original(self, subscription, keys)
        head = max((row["position"] for row in found.values()), default=0)
        return {key: row for key, row in found.items() if row["position"] > head - 20 and len(found) < 2}

    async def write(self: Store, session: Any, unit: Any) -> None:
        table = self.db[f"inbox_{unit.subscription}"]
        for row in unit.inbox:
            await table.delete_one({"_id": row["_id"]}, session=session)
        await wrote(self, session, unit)

    wrote = Store._write
    return [(Store, "inbox", inbox), (Store, "_write", write)]


def _swallowed_duplicate_key() -> list[Patch]:
    wrote, original = Store._write, Store.inbox

    async def inbox(self: Store, subscription: str, keys: Any) -> Any:
        found = await original(self, subscription, keys)
        return {key: row for key, row in found.items() if row["outcome"] != "applied"}

    async def write(self: Store, session: Any, unit: Any) -> None:
        try:
            await wrote(self, session, unit)
        except BulkWriteError:
            session.transaction = self.db.link.server.begin(owner=session.link.process)
            await wrote(self, session, replace(unit, inbox=[]))

    return [(Store, "inbox", inbox), (Store, "_write", write)]


def _no_fence() -> list[Patch]:
    async def advance(self: Store, session: Any, unit: Any) -> None:
        moved = {"commits": unit.commits + 1} | unit.head
        if unit.journal is not None:
            moved |= {"number": unit.journal["number"], "hash": unit.journal["hash"]}
        await self.db["heads"].update_one({"_id": unit.chain}, {"$set": moved}, upsert=True, session=session)

    return [(Store, "_advance", advance)]


def _one_member_is_enough() -> list[Patch]:
    async def commit(self: Store, unit: Any) -> None:
        async with await self._client.start_session() as session:
            await session.with_transaction(lambda s: self._write(s, unit), write_concern=WriteConcern(1))

    return [(Store, "commit", commit)]


def _unknown_is_done() -> list[Patch]:
    original = Store.commit

    async def commit(self: Store, unit: Any) -> None:
        try:
            await original(self, unit)
        except Exception as error:
            if not getattr(error, "has_error_label", lambda _: False)("UnknownTransactionCommitResult"):
                raise

    return [(Store, "commit", commit)]


def _letter_forgets_session() -> list[Patch]:
    original = letters.Letters.within

    async def within(self: Any, session: Any, folded: Any) -> None:
        del session
        await original(self, None, folded)

    return [(letters.Letters, "within", within)]


def _skipped_link() -> list[Patch]:
    original = runner.document

    def document(chain: str, number: int, previous: str, entries: Any) -> Any:
        return original(chain, number, "" if number % 3 == 0 else previous, entries)

    return [(runner, "document", document)]


def _one_by_one_stops() -> list[Patch]:
    async def one_by_one(self: Any, chunk: Any) -> int:
        for entry in chunk[:1]:
            stored = await self._js.publish(
                entry.subject, entry.body, headers=publisher._headers(entry), stream=entry.stream
            )
        return int(stored.seq)

    return [(publisher.Publisher, "_one_by_one", one_by_one)]


def _refusal_is_done() -> list[Patch]:
    return [(publisher, "_answered", lambda _: {"seq": 0})]


def _new_ids() -> list[Patch]:
    count = iter(range(10**9))

    def headers(entry: Any) -> dict[str, str]:
        return {"Nats-Msg-Id": f"{entry.id}-{next(count)}", "Content-Type": "application/json"}

    return [(publisher, "_headers", headers)]


def _no_reset() -> list[Patch]:
    async def reset(_: Any) -> None:
        return

    return [(puller.Puller, "_reset", reset)]


def _acks_all() -> list[Patch]:
    original = runner.Runner.handle

    async def handle(self: Any, inputs: Any, done: Any) -> None:
        async def all_done(_: int) -> None:
            await done(len(inputs))

        await original(self, inputs[:3], all_done)

    return [(runner.Runner, "handle", handle)]


def _same_id_other_content() -> list[Patch]:
    return [(fold, "_repeated", lambda *_: fold.Disposition("duplicate"))]


def _pages_forget_place() -> list[Patch]:
    return [(place.Place, "of", classmethod(lambda cls, *_: cls()))]


def _page_skips_one() -> list[Patch]:
    def skipping(original: Any) -> Any:
        async def found(self: Store, kind: str, partition: Any, what: Any, *after_and_limit: Any) -> Any:
            rows = await original(self, kind, partition, what, *after_and_limit)
            return rows[1:] if after_and_limit[0] else rows

        return found

    return [(Store, name, skipping(vars(Store)[name])) for name in ("due_after", "tagged")]


def _lost_correction() -> list[Patch]:
    original = settling.Settling.decide

    def decide(self: Any, message: Message, peek: Any) -> Any:
        return [] if isinstance(message.event, PremiumCorrected) else original(self, message, peek)

    from services.subsidy import subscribers  # noqa: PLC0415 - only its own subscription is changed

    return [(subscribers.SETTLING, "decide", partial(decide, subscribers._settling))]


def _parked_forgotten() -> list[Patch]:
    return [(fold._Fold, "_wake", lambda *_: None)]


def _poison_dropped() -> list[Patch]:
    original = fold._Fold._judge

    def judge(self: Any, item: Any, said: Any, key: str) -> None:
        if said.code != "not_json" and item.refusal is None:
            original(self, item, said, key)

    return [(fold._Fold, "_judge", judge)]


def _blind_to_its_batch() -> list[Patch]:
    original = workspace.Workspace._find

    def find(self: Any, kind: str, id_: str) -> Any:
        settled, self._settled = self._settled, {}
        try:
            return original(self, kind, id_)
        finally:
            self._settled = settled

    return [(workspace.Workspace, "_find", find)]


def _redelivery_is_news() -> list[Patch]:
    def one(self: Any, item: Any, seen: Any) -> None:
        original(self, replace(item, position=item.position + 10**6) if item.key in seen else item, seen)

    original = fold._Fold._one
    return [(fold._Fold, "_one", one)]


def _posted_twice() -> list[Patch]:
    original = posting._postings

    def postings(*said: Any, **more: Any) -> Any:
        made = original(*said, **more)
        return [each.model_copy(update={"amount_fen": each.amount_fen + 1}) for each in made[:1]] + made[1:]

    return [(posting, "_postings", postings)]


def _line_from_memory() -> list[Patch]:
    counted, original = iter(range(1, 10**6)), booking.line_of

    def line_of(*said: Any) -> LinePosted:
        number = next(counted)
        return original(*said).model_copy(update={"line_id": f"L{number:09d}", "line_no": number})

    return [(booking, "line_of", line_of)]


def _sends_again() -> list[Patch]:
    async def give_up(self: Any, *_: Any) -> int:
        rows = [row["_id"] async for row in self._rows.find({"status": "sending"})]
        for id_ in rows:
            await self._rows.delete_one({"_id": id_})
        return len(rows)

    return [(MongoSendingLog, "give_up", give_up)]


def _sms_not_noted() -> list[Patch]:
    async def begin(self: Any, *_: Any) -> bool:
        del self
        return True

    async def finish(self: Any, outcome: Any) -> bool:
        fields = {"status": outcome.status, "at": outcome.at, "detail": outcome.detail, "published": False}
        await self._rows.update_one({"_id": outcome.message_id}, {"$set": fields}, upsert=True)
        return True

    return [(MongoSendingLog, "begin", begin), (MongoSendingLog, "finish", finish)]


MUTANTS = (
    Mutant("ack before commit", "A message is acknowledged before its batch is committed.", _ack_before_commit, DEATHS),
    Mutant("publish before commit", "Events go out before the transaction that decides them.", _publish_before_commit),
    Mutant("never resent", "What a predecessor committed and did not publish is not published.", _never_resent, DEATHS),
    Mutant(
        "sent before published",
        "Events are sent without waiting for the broker to say that it has them.",
        _sent_before_publication,
        {"broker_away": 0.6, "connection_broken": 0.6},
    ),
    Mutant(
        "inbox outside",
        "Inbox rows are written without the transaction's session.",
        _outside(_inbox_outside),
        DEATHS | ABORTS,
    ),
    Mutant(
        "states outside",
        "Aggregates are written without the transaction's session.",
        _outside(_states_outside),
        DEATHS | ABORTS,
    ),
    Mutant(
        "journal outside",
        "The journal is written without the transaction's session.",
        _outside(_journal_outside),
        DEATHS | ABORTS,
    ),
    Mutant(
        "letters outside",
        "The companion forgets the session of the transaction.",
        _letter_forgets_session,
        DEATHS | ABORTS,
    ),
    Mutant("inbox expires", "The inbox forgets what is older than the last twenty positions.", _inbox_expires, REPEATS),
    Mutant(
        "duplicate key swallowed",
        "A duplicate key in the inbox is taken for no error.",
        _swallowed_duplicate_key,
        REPEATS,
    ),
    Mutant("no fence", "A commit does not look how many commits its chain has seen.", _no_fence, OWNERS, replicas=2),
    Mutant(
        "one member is enough",
        "Transactions commit with w:1.",
        _one_member_is_enough,
        {"primary_changed": 0.9} | DEATHS,
    ),
    Mutant("unknown is done", "An unknown answer to a commit is taken for success.", _unknown_is_done, LOST_COMMITS),
    Mutant("link skipped", "Every third journal document is not chained to the one before it.", _skipped_link),
    Mutant(
        "one by one stops",
        "After a refused batch only its first event is published.",
        _one_by_one_stops,
        {"stream_full": 0.5},
    ),
    Mutant(
        "refusal is done",
        "A batch that the broker refused is taken for stored.",
        _refusal_is_done,
        {"stream_full": 0.5},
    ),
    Mutant("new ids", "Each attempt to publish has an id of its own.", _new_ids),
    Mutant("no reset", "A new owner does not begin at the acknowledgement floor.", _no_reset, DEATHS),
    Mutant("acks all", "A batch is acknowledged as a whole although only its beginning was handled.", _acks_all),
    Mutant("other content accepted", "The same id with another content counts as a duplicate.", _same_id_other_content),
    Mutant(
        "pages begin again", "An interrupted walk begins again at its first page.", _pages_forget_place, PAGED, page=1
    ),
    Mutant("page skips one", "The second page of a walk leaves out its first aggregate.", _page_skips_one, page=1),
    Mutant("correction lost", "A corrected premium changes nothing.", _lost_correction),
    Mutant("parked forgotten", "What waits is not woken when its cause comes.", _parked_forgotten),
    Mutant("poison dropped", "A message that cannot be read leaves no outcome.", _poison_dropped),
    Mutant(
        "blind to its batch", "A message does not see what the one before it in its batch decided.", _blind_to_its_batch
    ),
    Mutant(
        "redelivery is news",
        "A redelivery is judged as a new message with a known id.",
        _redelivery_is_news,
        REDELIVERIES,
    ),
    Mutant("one fen more", "The first posting of a line is one fen too much.", _posted_twice),
    Mutant(
        "numbers from memory", "Lines are numbered by a counter of the process.", _line_from_memory, DEATHS | ABORTS
    ),
    Mutant("sent again", "What a stopped sender left `sending` is sent again.", _sends_again, SMS),
    Mutant("sending not noted", "A message goes out before it is noted that it does.", _sms_not_noted, SMS),
)
