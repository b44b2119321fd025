"""The judge: looks at what a run left in streams and databases, and says what is wrong with it."""

from collections import Counter
from collections.abc import Iterator

from services.subsidy.domain.digest import ledger_digest
from services.subsidy.domain.ledger import LINE
from shared.catalog import CATALOG
from shared.events.contract import TYPE_PREFIX
from shared.runner.core import Subscription
from shared.runner.journal import document, entries_in
from shared.runner.loaded import Codec
from shared.runner.topology import places
from shared.runner.wire import admitted, recorded
from tests.simulation.county import County
from tests.simulation.oracle import LISTENER, Expected, expected
from tests.support.facts import KEYS
from tests.support.sim_query import Row
from tests.support.sim_streams import Stored, passes

SAID = 3  # of one kind; the rest is counted
_IN_ORDER = {"bangfu_registry", "bangfu_matching"}  # consumers of one service run beside each other, each in its order
OUTCOMES = {"applied", "duplicate", "rejected", "superseded", "parked"}


class Judge:
    """Checks one run that has come to rest; each check yields what it finds wrong, empty if nothing."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.expected: Expected = expected(county.broker, county.services)
        self.weighed: Counter[str] = Counter()

    def faults(self) -> Iterator[str]:
        """Yield what is wrong, `<check>: <what>`."""
        checks = {
            "journal": self.journals,
            "published": self.publications,
            "cause": self.causes,
            "disposition": self.dispositions,
            "order": self.handling,
            "oracle": self.events,
            "states": self.states,
            "ledger": self.ledger,
            "letters": self.letters,
            "sms": self.messages,
        }
        for name, check in checks.items():
            found = list(check())
            yield from (f"{name}: {fault}" for fault in found[:SAID])
            if found[SAID:]:
                yield f"{name}: and {len(found[SAID:])} more"

    def subscriptions(self) -> Iterator[tuple[str, Subscription]]:
        """Yield database and subscription of everything that runs."""
        for service in self.county.services:
            for subscription in service.subscriptions:
                yield self.county.database(service), subscription

    def rows(self, database: str, collection: str) -> list[Row]:
        """Return the documents of a collection in order of their ids."""
        kept = self.county.mongo.collections.get((database, collection), {})
        return sorted((one.document for one in kept.values()), key=lambda row: str(row["_id"]))

    def journals(self) -> Iterator[str]:
        """Each chain is whole: numbers without a gap, each hash over the one before, the head at the end."""
        for database, subscription in self.subscriptions():
            heads = {row["_id"]: row for row in self.rows(database, "heads")}
            last: dict[str, tuple[int, str]] = {}
            for row in self.rows(database, f"journal_{subscription.name}"):
                number, previous = last.get(row["chain"], (0, ""))
                again = document(row["chain"], number + 1, previous, entries_in(row))
                self.weighed["journal documents"] += 1
                if any(row[name] != again[name] for name in ("number", "previous", "hash")):
                    yield f"{row['_id']} does not follow {number}"
                last[row["chain"]] = row["number"], row["hash"]
            for chain, (number, digest) in last.items():
                if (heads[chain]["number"], heads[chain]["hash"]) != (number, digest):
                    yield f"the head of {chain} is not its last document"

    def publications(self) -> Iterator[str]:
        """What the journals hold and what the streams hold is the same, byte by byte."""
        told = [entry for row in self._journal_rows() for entry in entries_in(row)]
        twice = [id_ for id_, count in Counter(entry.id for entry in told).items() if count > 1]
        yield from (f"{id_} is in the journals twice" for id_ in twice)
        for stream in ("EVENTS", "OUTCOMES"):
            entries = {entry.id: entry.body for entry in told if entry.stream == stream}
            held: dict[str, bytes] = {}
            for message in self.county.broker.streams[stream].messages:
                self.weighed[f"messages in {stream}"] += 1
                if held.setdefault(message.headers["Nats-Msg-Id"], message.data) != message.data:
                    yield f"{message.headers['Nats-Msg-Id']} stands in {stream} with two contents"
            if not self.county.epochs:
                yield from self._out_of_order(stream, list(held))
            if held != entries:
                lost, strange = len(entries.keys() - held.keys()), len(held.keys() - entries.keys())
                yield f"{stream} lacks {lost} entries of the journals and holds {strange} that are in none"

    def _out_of_order(self, stream: str, held: list[str]) -> Iterator[str]:
        """Yield the chains whose entries do not stand in a stream in the order of their journal."""
        place = {id_: number for number, id_ in enumerate(held)}
        chains: dict[str, list[int]] = {}
        for row in self._journal_rows():
            there = [place[e.id] for e in entries_in(row) if e.stream == stream and e.id in place]
            chains.setdefault(row["chain"], []).extend(there)
        yield from (f"{chain} is out of order in {stream}" for chain, n in chains.items() if n != sorted(n))

    def _journal_rows(self) -> Iterator[Row]:
        for database, subscription in self.subscriptions():
            yield from self.rows(database, f"journal_{subscription.name}")

    def causes(self) -> Iterator[str]:
        """No event stands in a stream before the transaction that decided it was committed."""
        committed: dict[str, float] = {}
        for commit in self.county.mongo.log:
            for ((_, collection), _), row in commit.writes.items():
                if row is not None and collection.startswith("journal_"):
                    for entry in row["entries"]:
                        committed.setdefault(entry["id"], commit.at)
        for stream in ("EVENTS", "OUTCOMES"):
            for message in self.county.broker.streams[stream].messages:
                id_ = message.headers["Nats-Msg-Id"]
                if committed.get(id_, message.at) > message.at:
                    yield f"{id_} stood in {stream} before it was committed"

    def dispositions(self) -> Iterator[str]:
        """Each consumer has one outcome for each message it was sent: published is the sum, unexplained is none."""
        for database, subscription in self.subscriptions():
            rows = {row["_id"]: row for row in self.rows(database, f"inbox_{subscription.name}")}
            explained: set[str] = set()
            for message in self._sent_to(subscription):
                self.weighed["messages of a consumer"] += 1
                key = _key(subscription, message)
                again, first = f"{key}#{message.sequence}", rows.get(key)
                if again in rows or (first is not None and first["position"] == message.sequence):
                    explained.add(again if again in rows else key)
                elif first is None or not self.county.epochs:
                    yield f"{subscription.name} has no outcome for {key} at {message.sequence}"
            if not self.county.epochs and explained != rows.keys():
                yield f"{subscription.name} has {len(rows.keys() - explained)} outcomes of messages that nobody sent"
            counts = Counter(row["outcome"] for row in rows.values())
            self.weighed.update({f"outcome {outcome}": count for outcome, count in counts.items()})
            if counts.keys() - OUTCOMES:
                yield f"{subscription.name} has the outcomes {sorted(counts.keys() - OUTCOMES)}"

    def _sent_to(self, subscription: Subscription) -> Iterator[Stored]:
        for place in places(subscription):
            for message in self.county.broker.streams[place.stream].messages:
                if passes(message.subject, frozenset(place.filters)):
                    yield message

    def handling(self) -> Iterator[str]:
        """Each chain takes messages in the order of their stream, once and for ever, until a stream loses its tail."""
        inboxes = {(database, f"inbox_{s.name}"): s for database, s in self.subscriptions()}
        reached: dict[tuple[str, str, int], int] = {}
        known: set[tuple[str, str, str]] = set()
        until = self.county.epochs[0] if self.county.epochs else float("inf")
        for commit in self.county.mongo.log:
            if commit.at >= until:
                return
            for (place, id_), row in commit.writes.items():
                if place not in inboxes or row is None or "position" not in row or (*place, id_) in known:
                    continue
                known.add((*place, id_))
                self.weighed["first outcomes in order"] += 1
                chain = (*place, row.get("partition", -1))
                if row["position"] <= reached.get(chain, 0):
                    yield f"{place[1]} took {id_} at {row['position']} after {reached[chain]}"
                reached[chain] = row["position"]

    def events(self) -> Iterator[str]:
        """Every event has the id and the bytes of the life without faults; registry and matching keep its order."""
        held: dict[str, bytes] = {}
        for message in self.county.broker.streams["EVENTS"].messages:
            held.setdefault(message.headers["Nats-Msg-Id"], message.data)
        wanted = self.expected.events
        if self.county.epochs:
            # In which order notify heard of things can no longer be told from the stream.
            held, wanted = _without_alerts(held), _without_alerts(wanted)
        self.weighed["events of the oracle"] += len(wanted)
        lost, strange = wanted.keys() - held.keys(), held.keys() - wanted.keys()
        if lost or strange:
            named = sorted(_type(wanted[i]) for i in lost), sorted(_type(held[i]) for i in strange)
            kinds = Counter(named[0]), Counter(named[1])
            yield f"{len(lost)} events are missing and {len(strange)} are not the oracle's {kinds}"
        other = [id_ for id_, body in wanted.items() if held.get(id_, body) != body]
        if other:
            yield f"{len(other)} events have other bytes {Counter(_type(held[i]) for i in other)}"
        for database, subscription in self.subscriptions():
            order = self.expected.order.get(database.removeprefix("bangfu_"), [])
            if database in _IN_ORDER and not subscription.partitioned:
                rows = self.rows(database, f"journal_{subscription.name}")
                told = [e.id for row in rows for e in entries_in(row) if e.stream == "EVENTS"]
                own = set(told)
                if told != [id_ for id_ in order if id_ in own]:
                    yield f"{subscription.name} told its events in another order"

    def states(self) -> Iterator[str]:
        """Every aggregate is what it is in the life without faults."""
        for (service, kind), wanted in self.expected.states.items():
            if service == LISTENER and self.county.epochs:
                continue
            found = {row["_id"]: row["state"] for row in self.rows(f"bangfu_{service}", kind)}
            self.weighed["aggregates"] += len(wanted)
            if found != wanted:
                other = sorted(i for i in found.keys() | wanted.keys() if found.get(i) != wanted.get(i))
                yield f"{len(other)} of {len(wanted)} {service}.{kind} differ, first {other[0]}"

    def ledger(self) -> Iterator[str]:
        """The digest of the ledger is the oracle's."""
        codec = Codec(next(s for _, s in self.subscriptions() if LINE in s.aggregates))
        lines = [codec.state(LINE.kind, row) for row in self.rows("bangfu_subsidy", LINE.kind)]
        wanted = [codec.state(LINE.kind, {"state": s}) for s in self.expected.states["subsidy", LINE.kind].values()]
        self.weighed["ledger lines"] += len(lines)
        if ledger_digest(lines) != ledger_digest(wanted):
            yield f"{len(lines)} lines have another digest than the {len(wanted)} of the oracle"

    def letters(self) -> Iterator[str]:
        """Each refused message is kept, and no other."""
        refused = {r["_id"] for r in self.rows("bangfu_registry", "inbox_registry") if r["outcome"] == "rejected"}
        kept = {row["_id"] for row in self.rows("bangfu_registry", "deadletters")}
        self.weighed["letters"] += len(kept)
        if kept - refused:
            yield f"{len(kept - refused)} letters were not refused"
        if missing := {key for key in refused - kept if not self._reran(key)}:
            yield f"{len(missing)} refused messages have no letter"

    def _reran(self, key: str) -> bool:
        """Tell whether a refused fact had waited: what is left of it is its recorded form, not its message."""
        return any(row is not None and row.get("outcome") == "parked" for row in self._history(key))

    def _history(self, key: str) -> Iterator[Row | None]:
        for commit in self.county.mongo.log:
            yield commit.writes.get((("bangfu_registry", "inbox_registry"), key))
        yield {"outcome": "parked"} if self._waited_within_a_batch(key) else None

    def _waited_within_a_batch(self, key: str) -> bool:
        row = self.county.mongo.get(("bangfu_registry", "inbox_registry"), key)
        return row is not None and row.get("code") == "already_exists" and "waiting_for" in row

    def messages(self) -> Iterator[str]:
        """No short message goes out twice, and none that nobody decided to send."""
        carried = Counter(self.county.gateway.carried)
        self.weighed["short messages"] += len(carried)
        yield from (f"{id_} went out {count} times" for id_, count in carried.items() if count > 1)
        known = {row["_id"] for row in self.rows("bangfu_matching", "message")}
        if carried.keys() - known:
            yield f"{len(carried.keys() - known)} messages went out that nobody decided"


def _key(subscription: Subscription, message: Stored) -> str:
    if subscription.intake is None:
        return recorded(message.headers, message.data, message.sequence).key
    door = subscription.intake.door(KEYS)
    return admitted(door, message.subject, message.headers, message.data, message.sequence).key


def _type(body: bytes) -> str:
    return body.partition(b'"type":"')[2].partition(b'"')[0].decode().removeprefix("cn.bangfu.")


def _without_alerts(events: dict[str, bytes]) -> dict[str, bytes]:
    said = {entry.event.event_type() for entry in CATALOG if entry.producer == LISTENER}
    return {id_: body for id_, body in events.items() if f"{TYPE_PREFIX}{_type(body)}" not in said}
