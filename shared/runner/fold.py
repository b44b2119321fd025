"""The fold: a batch of messages and the aggregates it touches go in, everything to commit comes out.

Pure; runner, cases, replay and the fault lab's oracle share it. What is not loaded counts as absent for the rest of the
fold, to find out what else it looks at; then it says what to load (`NeedMore`) and is run again: nothing has happened.
"""

from collections import ChainMap
from collections.abc import Iterable, Sequence
from dataclasses import replace

from shared.catalog import partitions_of
from shared.events.alerts import FactParked
from shared.events.contract import Event
from shared.events.envelope import derived_id
from shared.runner.batch import RERUN, Disposition, Folded, Input, NeedMore, Page, Seen
from shared.runner.core import Delayed, Message, Park, Refuse, Subscription, Walk
from shared.runner.judging import judged, kept, once_more, parked, redriven, rejected, repeated
from shared.runner.waiting import facts_in, page_for
from shared.runner.workspace import States, TooManyError, Workspace

OUTPUT_LIMIT = 1_000  # an atomic batch of the broker holds that many


def fold_batch(
    subscription: Subscription, inputs: Sequence[Input], states: States, seen: dict[str, Seen]
) -> Folded | NeedMore:
    """Fold inputs in order; stop early at the output limit or before a message that walks too far."""
    return _Fold(subscription, states).run(inputs, ChainMap({}, seen))


def fold_page(subscription: Subscription, item: Input, page: Page, states: States) -> Folded | NeedMore:
    """Fold one page of a message that touches more aggregates than one batch holds; pages come in id order."""
    return _Fold(subscription, states).run_page(item, page)


class _Fold:
    def __init__(self, subscription: Subscription, states: States) -> None:
        self.subscription = subscription
        self.result = Folded()
        self.workspace = Workspace(subscription, states, self.result.changed)

    def run(self, inputs: Sequence[Input], seen: ChainMap[str, Seen]) -> Folded | NeedMore:
        for item in inputs:
            if self.result.consumed and len(self.result.emitted) >= OUTPUT_LIMIT:
                break
            mark = len(self.result.emitted)
            try:
                self._one(item, seen)
            except TooManyError:
                self.workspace.forget()
                if not self.result.consumed:
                    self.result.too_many = True
                break
            self.result.consumed += 1
            self._close_day(item, mark)
        return self._result()

    def run_page(self, item: Input, page: Page) -> Folded | NeedMore:
        try:
            self._page(item, page)
        except Exception:
            if not self.workspace.needs:
                raise  # with something missing, the mistake may be that it is missing
        self.workspace.keep()
        self._wake(list(self.result.emitted))
        return self._result()

    def _page(self, item: Input, page: Page) -> None:
        message = _message_of(item)
        if page.first:
            message = self._stamped(message)
            self.result.personal += kept(self.subscription.intake, item, self.workspace)
            self._say(message, self._follows(message), "")
        else:
            message = replace(message, sequence=page.sequence, known_on=page.known_on)
        self.result.page = replace(page, sequence=message.sequence, known_on=message.known_on)
        for id_ in page.ids:
            self._visit(item, message, page.walk.kind, id_)
        if page.ends_walk:
            self._close(message, page.walk)
        if page.last:
            self._judge(item, Disposition("applied"), item.key)
            self.result.consumed = 1
            self._close_day(item, 0)

    def _close_day(self, item: Input, mark: int) -> None:
        """Note whether an input closed a day for a sealed chain."""
        sealing, (_, said) = self.subscription.seals, self.result.dispositions.get(item.key, (item, None))
        if sealing is not None and said is not None and said.outcome == "applied":
            recorded = self.result.emitted[mark:] if self.subscription.intake else [_message_of(item)]
            day = sealing.closed(message.event for message in recorded)
            self.result.closings += [(len(self.result.emitted), day)] if day else []

    def _stamped(self, message: Message) -> Message:
        intake = self.subscription.intake
        stamped = intake.stamp(message, self.workspace) if intake else message
        if isinstance(stamped, Park):
            raise TypeError("a message that waits walks over nothing")
        return stamped

    def _follows(self, message: Message) -> list[Event] | Delayed:
        if self.subscription.intake is None:
            self.workspace.fold(message)
        decision = self.subscription.decide(message, self.workspace)
        if isinstance(decision, Refuse | Park):
            raise TypeError("a message that is refused or waits walks over nothing")
        return decision

    def _result(self) -> Folded | NeedMore:
        if needs := self.workspace.needs:
            keys = frozenset(need for need in needs if not isinstance(need, Walk))
            return NeedMore(keys, frozenset(need for need in needs if isinstance(need, Walk)))
        return self.result

    def _one(self, item: Input, seen: ChainMap[str, Seen]) -> None:
        before = seen.get(item.key)
        if item.position == RERUN:
            self._late(item, before)
            return
        if before is not None and before.position == item.position:
            return  # a redelivery of what is already committed
        repeat = f"{item.key}#{item.position}"
        if repeat in seen:
            return
        if before is not None:
            self._judge(item, repeated(item, before), repeat)
            seen[repeat] = Seen(item.content_hash, item.position)
            return
        seen[item.key] = Seen(item.content_hash, item.position)
        try:
            disposition = self._guarded(item)
        except TooManyError:
            del seen[item.key]
            raise
        self._judge(item, disposition, item.key)
        if item.letter is not None and disposition.outcome == "applied":
            self._redrive(item.letter, seen)

    def _late(self, item: Input, before: Seen | None) -> None:
        """Handle what could not be handled when it came; what has run meanwhile does not run again."""
        if before is not None and before.outcome in {"parked", "rejected"}:
            self._judge(item, self._guarded(item), item.key)

    def _redrive(self, letter: Input, seen: ChainMap[str, Seen]) -> None:
        """Judge a dead letter again; refused again it stays what it is, and nobody is told twice."""
        before = seen.get(letter.key)
        if before is None or before.content_hash != letter.content_hash:
            return
        _, now = self.result.dispositions.get(letter.key, (letter, Disposition(before.outcome)))
        if now.outcome != "rejected":
            return
        try:
            said = self._guarded(letter)
        except TooManyError:
            self.workspace.forget()
            said = Disposition("rejected", "too_many", "", "it touches more than a batch holds: publish it anew")
        if said.outcome == "rejected":
            self._note(letter, said, letter.key)
        else:
            self._judge(letter, said, letter.key, redriven(letter, said))

    def _guarded(self, item: Input) -> Disposition:
        """Process a message; what goes wrong in its handler stays with it, and its batch goes on."""
        try:
            return self._process(item)
        except TooManyError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is recorded
            self.workspace.forget()
            self.result.failures.append((item, error))
            return Disposition("rejected", "handler_failed")

    def _process(self, item: Input) -> Disposition:
        if item.refusal is not None:
            return Disposition("rejected", item.refusal.code, item.refusal.path, item.refusal.hint)
        if item.room:
            return Disposition("parked", waiting_for=item.room)
        mark = len(self.result.emitted)
        try:
            disposition = self._decide(item, _message_of(item))
        except Exception:
            del self.result.emitted[mark:]
            raise
        if disposition.outcome in {"applied", "parked"}:
            self.result.personal += kept(self.subscription.intake, item, self.workspace)
        self.workspace.keep()
        self._wake(self.result.emitted[mark:])
        return disposition

    def _decide(self, item: Input, message: Message) -> Disposition:
        subscription, peek = self.subscription, self.workspace
        if subscription.intake is not None:
            stamped = subscription.intake.stamp(message, peek)
            if isinstance(stamped, Park):
                return self._park(message, stamped)
            message = stamped
        else:
            peek.fold(message)
        decision = subscription.decide(message, peek)
        if isinstance(decision, Refuse):
            self.workspace.forget()
            return Disposition("rejected", decision.code, decision.path, decision.hint)
        if isinstance(decision, Park):
            return self._park(message, decision)
        self._say(message, decision, "")
        self._walk(item, message)
        return Disposition("applied")

    def _walk(self, item: Input, message: Message) -> None:
        for walk in self.subscription.walks(message):
            ids = self.workspace.walked(walk)
            if ids is None:
                raise TooManyError
            for id_ in ids:
                self._visit(item, message, walk.kind, id_)
            self._close(message, walk)

    def _close(self, message: Message, walk: Walk) -> None:
        said = self.subscription.close(message, walk, self.workspace)
        self._emit(message, said, f"close/{walk.kind}/{walk.tag or ''}")

    def _visit(self, item: Input, message: Message, kind: str, id_: str) -> None:
        """Decide for one aggregate; what goes wrong stays with it: it stays due, and the day closes for the others."""
        try:
            said = self.subscription.decide_one(message, kind, id_, self.workspace)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is recorded
            self.result.failures.append((item, error))
            return
        self._say(message, said, f"{kind}/{id_}")

    def _say(self, message: Message, said: list[Event] | Delayed, walked: str) -> None:
        if isinstance(said, Delayed):
            self._emit(said.message, said.events, "")
        else:
            self._emit(message, said, walked)

    def _park(self, message: Message, decision: Park) -> Disposition:
        self.workspace.forget()
        slip = parked(message, decision, page_for(self.workspace, decision.waiting_for))
        self._emit(message, [slip], decision.waiting_for)
        return Disposition("parked", waiting_for=decision.waiting_for)

    def _wake(self, emitted: Sequence[Message]) -> None:
        intake = self.subscription.intake
        if intake is None:
            return
        for room in [room for message in emitted for room in intake.wakes(message.event)]:
            for page, fact in facts_in(self.workspace, room):
                self._rerun(fact, page)

    def _rerun(self, fact: FactParked, page: str) -> None:
        item = once_more(fact, self.subscription.schemas)
        disposition = self._guarded(item)
        said = judged(item, disposition, left_room=page)
        self.workspace.fold(Message(fact.fact_id, fact.source, said, 0, fact.since, fact.correlation_id))
        self.workspace.keep()
        self._judge(item, disposition, item.key)

    def _note(self, item: Input, disposition: Disposition, key: str) -> None:
        # A fact that waits and runs again within one batch is new to the inbox, whatever became of it.
        first, _ = self.result.dispositions.get(key, (item, disposition))
        self.result.dispositions[key] = (first, disposition)

    def _judge(self, item: Input, disposition: Disposition, key: str, *also: Event) -> None:
        self._note(item, disposition, key)
        intake = self.subscription.intake
        if intake is None:
            return
        today = intake.open_day(self.workspace)
        cause = Message(item.fact_id or key, item.source, judged(item, disposition), 0, today, "")
        outcome = disposition.outcome if key == item.key else f"{disposition.outcome}@{item.position}"
        id_ = derived_id(f"{item.source}|{cause.id}", f"{outcome}{disposition.waiting_for}", "outcome", 0)
        self.result.outcomes.append(replace(cause, id=id_, causation_id=cause.id))
        told = (rejected(item, disposition),) if disposition.outcome == "rejected" else also
        self._emit(replace(cause, id=id_), told, "")

    def _emit(self, cause: Message, events: Iterable[Event], walked: str) -> list[Message]:
        ordinals: dict[tuple[str, str], int] = {}
        emitted = []
        # Two sources may give their facts the same id; ids of events are unique already.
        root = f"{cause.source}|{cause.id}" if self.subscription.intake else cause.id
        for event in events:
            for partition in partitions_of(event):
                place = f"{walked}/{event.entity_id}@{partition}"
                ordinal = ordinals.get((place, event.topic), 0)
                ordinals[place, event.topic] = ordinal + 1
                id_ = derived_id(root, place, event.first_type(), ordinal)
                emitted.append(Message(
                    id_, "", event, cause.sequence, cause.known_on, cause.correlation_id, cause.id, partition,
                    cause.traceparent,
                ))  # fmt: skip
            self.workspace.fold(emitted[-1])
        self.result.emitted.extend(emitted)
        return emitted


def _message_of(item: Input) -> Message:
    if item.message is None:
        raise ValueError("a refused input has no message")
    return item.message
