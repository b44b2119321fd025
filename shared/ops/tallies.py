"""What became of the messages of one consumer, counted.

A message of `EVENTS` is looked up in the inbox by its id, so it does not matter where it stood when it was read.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nats.js import JetStreamContext

from shared.catalog import PARTITIONS
from shared.runner.core import Subscription
from shared.runner.lines import key_of
from shared.runner.reading import Stored
from shared.runner.topology import places
from shared.store import Row, Store

OUTCOMES = ("applied", "duplicate", "rejected", "superseded", "parked")
_SAID = {"outcome": 1, "code": 1, "position": 1}


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of `EVENTS`: where it stands, under which subject, and its key in an inbox."""

    position: int
    subject: str
    key: str


@dataclass
class Tally:
    """The messages of one consumer of a subscription.

    Args:
        published: How many the streams hold for it, or held. said: outcomes and codes, with how many of each.
    """

    store: Store
    subscription: Subscription
    published: int = 0
    said: Counter[tuple[str, str]] = field(default_factory=Counter)
    _met: set[str] = field(default_factory=set)

    async def count_positions(self, js: JetStreamContext) -> None:
        """Count `INTAKE`: it forgets after thirty days, its count does not, and all of it is for one consumer.

        Where the stream lost its end, positions are given out again: rows that claim the same one are one message.
        """
        # The inbox is read first: what is published in between is then on its way, never more explained than there is.
        at: dict[int, tuple[str, str]] = {}
        async for row in self._inbox.find({}, _SAID).sort("position", 1):
            at[row["position"]] = _outcome(row)
        self.published = (await js.stream_info("INTAKE")).state.last_seq
        self.said = Counter(said for position, said in at.items() if position <= self.published)

    async def count(self, page: Iterable[Heard]) -> None:
        """Count a page of `EVENTS`: the first message of an id has its outcome, another one was noted by itself."""
        wanted = [each for each in page if self._wants(each.subject)]
        rows = await self._rows(wanted)
        for each in wanted:
            again = each.key in self._met
            noted = _again(rows, each) if again else rows.get(each.key) or rows.get(f"EVENTS#{each.position}")
            self._met.add(each.key)
            self.said.update([_outcome(noted)] if noted else ())
        self.published += len(wanted)

    def row(self) -> Row:
        """Return what is shown: published, each outcome, what is left over, and the codes of refusals."""
        counts, codes = Counter[str](), Counter[str]()
        for (outcome, code), number in self.said.items():
            counts[outcome] += number
            codes[code] += number
        explained: Row = {name: counts[name] for name in OUTCOMES}
        row = {"consumer": self.subscription.name, "published": self.published} | explained
        row |= {"unexplained": self.published - sum(explained.values())}
        return row | {"codes": {code: number for code, number in sorted(codes.items()) if code}}

    @property
    def _inbox(self) -> Any:
        return self.store.db[f"inbox_{self.subscription.name}"]

    async def _rows(self, wanted: list[Heard]) -> dict[str, Row]:
        keys = {each.key for each in wanted}
        keys |= {f"{key}#{each.position}" for each in wanted for key in (each.key, "EVENTS")}
        return {row["_id"]: row async for row in self._inbox.find({"_id": {"$in": sorted(keys)}}, _SAID)}

    def _wants(self, subject: str) -> bool:
        _, entity, verb, partition, *_ = f"{subject}....".split(".")
        return (f"{entity}.{verb}", partition) in self._filters

    @cached_property
    def _filters(self) -> set[tuple[str, str]]:
        """Return topic and partition of everything that the consumers of the subscription listen to."""
        found = set()
        for place in places(self.subscription):
            for each in place.filters:
                _, entity, verb, partition, *_ = each.split(".")
                every = [str(k) for k in range(PARTITIONS)] if partition == "*" else [partition]
                found |= {(f"{entity}.{verb}", one) for one in every}
        return found


def heard(message: Stored) -> Heard:
    """Return what a message of `EVENTS` is."""
    return Heard(message.position, message.subject, key_of(message.data, message.position))


def _again(rows: dict[str, Row], each: Heard) -> Row | None:
    """Return the row of a repetition: its own, or the first one's where the inbox met that later than this."""
    own, first = rows.get(f"{each.key}#{each.position}"), rows.get(each.key)
    return own or ({**first, "outcome": "duplicate"} if first and first["position"] == each.position else None)


def _outcome(row: Row) -> tuple[str, str]:
    return row["outcome"], row.get("code") or ""
