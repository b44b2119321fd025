"""The runner: a batch of messages, one transaction, one publication, one acknowledgement.

load the aggregates the batch touches -> fold -> commit state + inbox + journal in one transaction -> publish the
journal's entries -> acknowledge. A crash anywhere repeats work, never effects: the inbox knows what is done, ids
derive from causes, and what is committed but not published goes out at the next start.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from shared.runner import editions, sealing
from shared.runner.batch import RERUN, Folded, Input, NeedMore, Page, Seen
from shared.runner.companion import Companion
from shared.runner.core import Service, Subscription, Walk
from shared.runner.crash import crash_point
from shared.runner.due import Calm
from shared.runner.fold import fold_batch, fold_page
from shared.runner.journal import document, entries_in, entries_of
from shared.runner.late import Late, row_of
from shared.runner.loaded import PAGE, Codec, Loaded
from shared.runner.place import Place, reached
from shared.runner.publisher import Publisher
from shared.runner.reporting import Progress, report, warnings_of
from shared.runner.resident import Resident
from shared.runner.workspace import Key, led
from shared.store import Commit, LostOwnershipError, Row, Store, patiently
from shared.telemetry import logger


class Runner:
    """Runs one consumer of a subscription.

    Args:
        partition: The partition it stands for; None for an ordered consumer over all of them.
        companions: Adapters that write in the same transaction.
        page: Aggregates that one transaction of a long walk holds.
        late: What was left unhandled; by default what this consumer's inbox keeps of it.
    """

    def __init__(
        self,
        service: Service,
        subscription: Subscription,
        store: Store,
        publisher: Publisher,
        *,
        partition: int | None = None,
        companions: Sequence[Companion] = (),
        page: int = PAGE,
        late: Late | None = None,
    ) -> None:
        self.subscription = subscription
        self.partition = partition
        self.chain = subscription.name if partition is None else f"{subscription.name}-p{partition}"
        self.progress, self._page_size = Progress(), page
        self._service, self._store, self._publisher, self._companions = service, store, publisher, companions
        self._codec, self._late = Codec(subscription), late or Late(subscription, partition, store)
        self._residents: dict[str, Resident] = {}
        self._head: Row = {"_id": self.chain, "number": 0, "hash": "", "commits": 0}
        self._cursor: Row | None = None
        self._broken_off = False
        self._calm = Calm(partition, store)
        self._log = logger().bind(subscription=subscription.name, chain=self.chain)

    async def start(self) -> None:
        """Load what is resident, and publish what a predecessor committed but perhaps did not publish."""
        self._broken_off = True
        await self._patiently(self._load_ownership)
        await self._resend()
        await self._patiently(partial(self._owned, partial(self._catch_up, ())))
        self._broken_off = False

    async def _catch_up(self, inputs: Sequence[Input]) -> int:
        """Handle what was left unhandled and can be handled now, unless a long walk is in hand."""
        unfinished = self._cursor["key"] if self._cursor else ""
        if self._late.waiting and unfinished in ("", self._late.waiting[0].key):
            for item in self._late.before(inputs, await self._seen(inputs)):
                await self._batch([item])
                self._late.waiting.pop(0)
        return 0

    async def _resend(self) -> None:
        unsent = await self._patiently(lambda: self._store.unsent(self.subscription.name, self.chain))
        for companion in self._companions if unsent else ():
            await self._patiently(companion.resume)
        for journal in unsent:
            await self._send(journal)
            crash_point("mid_resend")
            self._log.info("journal.resent", number=journal["number"], count=len(journal["entries"]))
        await sealing.resend(self._store, self._publisher, self.chain)

    async def handle(self, inputs: Sequence[Input], done: Callable[[int], Awaitable[None]]) -> None:
        """Take inputs through the fold in order; `done` is told how many more are committed and published."""
        self.progress.busy_since = time.monotonic()
        if self._broken_off:
            await self.start()  # it may have committed what it did not publish, and is its own successor
        self._broken_off, left = True, list(inputs)
        while left:
            await self._patiently(partial(self._owned, partial(self._catch_up, left)))
            consumed = await self._patiently(partial(self._owned, partial(self._batch, left)))
            await done(consumed)
            self.progress.handled += consumed
            self.progress.busy_since = time.monotonic()
            left = left[consumed:]
        self._broken_off, self.progress.busy_since = False, None

    async def _owned(self, work: Callable[[], Awaitable[int]]) -> int:
        """Do work; if somebody else wrote to the chain meanwhile, look at the store anew and do it again."""
        while True:
            try:
                return await work()
            except LostOwnershipError:
                # Another process took over, or our own commit was done although its answer was lost.
                self._log.warning("chain.moved")
                await self._load_ownership()
                await self._resend()

    async def _batch(self, inputs: Sequence[Input]) -> int:
        crash_point("batch_taken")
        interrupted = self._interrupted(inputs)
        if interrupted == 0:
            await self._pages(inputs[0])
            return 1
        return await self._together(inputs[:interrupted])

    def _interrupted(self, inputs: Sequence[Input]) -> int | None:
        """Return which input is a long walk that was interrupted: it is decided already and only goes on."""
        unfinished = self._cursor["key"] if self._cursor else ""
        return next((number for number, item in enumerate(inputs) if item.key == unfinished), None)

    async def _together(self, inputs: Sequence[Input]) -> int:
        seen = await self._seen(inputs)
        loaded = Loaded(self._codec, self._residents, self._page_size)
        await self._load(loaded, self._foreseen(inputs))
        while True:
            folded = fold_batch(self.subscription, inputs, loaded, seen)
            if isinstance(folded, Folded):
                break
            await self._load(loaded, folded.keys)
            await self._load_walks(loaded, folded.walks, inputs)
        if folded.too_many:
            await self._pages(inputs[0])
            return 1
        await self._commit(folded)
        return folded.consumed

    async def _seen(self, inputs: Sequence[Input]) -> dict[str, Seen]:
        keys = {item.key for item in inputs} | {f"{item.key}#{item.position}" for item in inputs}
        keys |= {item.letter.key for item in inputs if item.letter is not None}
        rows = await self._store.inbox(self.subscription.name, keys)
        return {key: Seen(row["hash"], row["position"], row["outcome"]) for key, row in rows.items()}

    def _foreseen(self, inputs: Sequence[Input]) -> set[Key]:
        """Return what the batch will surely look at, so that one query loads it."""
        keys: set[Key] = set()
        intake = self.subscription.intake
        for message in (item.message for item in inputs if item.message is not None):
            for aggregate in self._codec.aggregates.values():
                keys |= {(aggregate.kind, id_) for id_ in aggregate.concerns(message)}
            keys |= {(aggregate.kind, id_) for aggregate, id_ in self.subscription.reads(message)}
            if intake is not None:
                keys |= {("waiting", room) for room in intake.wakes(message.event)}
        return keys

    async def _load(self, loaded: Loaded, keys: set[Key] | frozenset[Key]) -> None:
        for kind, ids in sorted(loaded.missing(keys).items()):
            loaded.add(kind, ids, await self._store.load(kind, ids))

    async def _load_walks(self, loaded: Loaded, walks: frozenset[Walk], inputs: Sequence[Input]) -> None:
        """Load what walks touch; for closing days at once up to the last day in the batch."""
        coming = {walk for item in inputs if item.message for walk in self.subscription.walks(item.message)} | walks
        for kind in sorted({walk.kind for walk in walks if walk.due_by is not None}):
            by = max(walk.due_by for walk in coming if walk.kind == kind and walk.due_by is not None)
            loaded.add_due(kind, by, await self._calm.due(kind, by, self._page_size + 1))
        for walk in sorted((walk for walk in walks if walk.due_by is None), key=lambda w: (w.kind, str(w.tag))):
            loaded.add_tagged(walk, await self._page(walk, ""), self._size(walk))

    async def _pages(self, item: Input) -> None:
        """Take one message over more aggregates than a batch holds, a page a transaction, from where it stopped."""
        if item.message is None:
            raise ValueError("a refused input walks over nothing")
        walks = self.subscription.walks(item.message)
        place = Place.of(self._cursor, item.key)
        while place.walk < len(walks):
            walk = walks[place.walk]
            size, documents = self._size(walk), await self._onward(walk, place)
            decides = place.first and walk.given is not None
            more = decides or len(documents) > size
            ids = tuple(row["_id"] for row in documents[:size])
            last = not more and place.walk == len(walks) - 1
            page = Page(walk, ids, place.first, not more, last, place.sequence, place.known_on)
            folded = await self._fold_page(item, page, documents[:size])
            place = place.onward((ids or ("",))[-1] if more else None, folded.page)
            cursor = place.row(self.chain, item.key if place.walk < len(walks) else "")
            await self._commit(folded, cursor)
            self._cursor = cursor
            if place.walk < len(walks):
                crash_point("mid_pages")

    def _size(self, walk: Walk) -> int:
        """Return how many aggregates of a walk one transaction holds."""
        return min(self._page_size, walk.most or self._page_size)

    async def _onward(self, walk: Walk, place: Place) -> list[Row]:
        """Return the next page of a walk; of one that another aggregate leads, once what is decided is committed."""
        if walk.given is None:
            return await self._page(walk, place.after)
        kind, id_ = walk.given
        giver = None if place.first else (await self._store.load(kind, (id_,))).get(id_)
        return [] if giver is None else await self._page(led(walk, giver.get("tags", ())), place.after)

    async def _page(self, walk: Walk, after: str) -> list[Row]:
        """Return what a page of a walk holds, and one more where there is more."""
        limit = self._size(walk) + 1
        if walk.due_by is not None:
            return await self._store.due_after(walk.kind, self.partition, walk.due_by, after, limit)
        return await self._store.tagged(walk.kind, self.partition, str(walk.tag), after, limit)

    async def _fold_page(self, item: Input, page: Page, documents: list[Row]) -> Folded:
        loaded = Loaded(self._codec, self._residents, self._page_size)
        loaded.add(page.walk.kind, page.ids, {row["_id"]: row for row in documents})
        await self._load(loaded, self._foreseen([item]))
        while True:
            folded = fold_page(self.subscription, item, page, loaded)
            if isinstance(folded, NeedMore):
                await self._load(loaded, folded.keys)
                continue
            return folded

    async def _commit(self, folded: Folded, cursor: Row | None = None) -> None:
        entries = entries_of(folded.emitted, self._service.name, "EVENTS")
        entries += entries_of(folded.outcomes, self._service.name, "OUTCOMES")
        number = int(self._head["number"])
        journal = document(self.chain, number + 1, self._head["hash"], entries) if entries else None
        unit = Commit(self.subscription.name, self.chain, int(self._head["commits"]), journal=journal, cursor=cursor)
        sealing.advanced(self.subscription.seals, self._head, entries, folded.closings).into(unit)
        unit.head = unit.head | reached(folded)
        for key, (item, disposition) in folded.dispositions.items():
            row = row_of(key, item, disposition, self.partition, keeps=self.subscription.intake is None)
            (unit.reruns if item.position == RERUN else unit.inbox).append(row)
        for (kind, id_), state in folded.changed.items():
            stored = None if state is None else self._codec.document(kind, id_, state, self.partition)
            unit.states[kind, id_] = stored
        unit.grows = self._codec.grows
        unit.companions = [partial(companion.within, folded=folded) for companion in self._companions]
        crash_point("before_commit")
        await self._store.commit(unit)
        self._calm.wrote((kind, document) for (kind, _), document in unit.states.items())
        crash_point("after_commit")
        self._settle(folded, unit)
        self.progress.committed()
        for companion in self._companions:
            # Before anybody hears of the batch: who hears of a person may want the contact card at once.
            await self._patiently(partial(companion.after, folded))
        if journal is not None:
            await self._send(journal)
        await sealing.send(self._store, self._publisher, unit.seals)
        crash_point("before_ack")
        self._report(folded)

    def _settle(self, folded: Folded, unit: Commit) -> None:
        self._head = {**self._head, **unit.head, "commits": self._head["commits"] + 1}
        if unit.journal is not None:
            self._head |= {"number": unit.journal["number"], "hash": unit.journal["hash"]}
        for (kind, id_), state in folded.changed.items():
            if kind in self._residents:
                self._residents[kind].settle(id_, state)

    async def _send(self, journal: Row) -> None:
        await self._publisher.publish(entries_in(journal))
        crash_point("after_publish")
        await self._patiently(lambda: self._store.mark_sent(self.chain, int(journal["number"])))

    async def _load_ownership(self) -> None:
        self._head = await editions.head_of(self._store, self.subscription, self.partition)
        self._cursor = await self._store.cursor(self.chain)
        self._calm.forget()
        await self._late.load()
        for kind, aggregate in self._codec.aggregates.items():
            if aggregate.resident:
                documents = await self._store.every(kind, self.partition)
                states = ((id_, self._codec.state(kind, row)) for id_, row in sorted(documents.items()))
                self._residents[kind] = Resident(states)

    async def _patiently(self, work: Callable[[], Awaitable[Any]]) -> Any:
        def waited(error: Exception, attempt: int) -> None:
            self._log.warning("store.unavailable", error=type(error).__name__, attempt=attempt)

        return await patiently(work, waited)

    def _report(self, folded: Folded) -> None:
        counts = Counter(disposition.outcome for _, disposition in folded.dispositions.values())
        self.progress.counts.update(counts, failed=len(folded.failures))
        self.progress.warnings.update(warnings_of(folded))
        report(self._log, folded, counts)
