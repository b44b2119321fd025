"""What the journals published, held against what the streams still have. Pure.

The journal is the record and a stream is its transport: whatever a journal says was published and a stream does not
hold is lost there, and goes out again under the same id, subject and bytes.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from shared.runner.publisher import Entry


@dataclass(frozen=True, slots=True)
class Held:
    """What a stream holds.

    Args:
        ids: `Nats-Msg-Id` of every message in it.
        last: Sequence of the last message it ever stored; 0 where the stream is new or missing.
        forgot: It let go of its oldest messages, as a stream with an age limit does.
    """

    ids: set[str] = field(default_factory=set)
    last: int = 0
    forgot: bool = False


@dataclass
class Chain:
    """One journal chain, looked through in order.

    Args:
        name: Journal chain, `<subscription>` or `<subscription>-p<k>`.
        streams: What each stream holds that the chain publishes to.
        origin: What it records comes from outside; everything else is caused by an event.
        journalled: Entries seen so far. missing: how many of them each stream has lost.
    """

    name: str
    streams: Mapping[str, Held]
    origin: bool = False
    journalled: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    _reached: set[str] = field(default_factory=set)

    def lost(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return which of the next entries are lost, in order.

        A stream that forgets has let go of the beginning of every chain: what is absent before the first entry that
        it holds is old, and what is absent after it is lost.
        """
        found = []
        for entry in entries:
            self.journalled += 1
            held = self.streams[entry.stream]
            if entry.id in held.ids:
                self._reached.add(entry.stream)
            elif not held.forgot or entry.stream in self._reached:
                self.missing[entry.stream] = self.missing.get(entry.stream, 0) + 1
                found.append(entry)
        return found


def ready(lost: Iterable[Entry], events: Container[str], *, origin: bool) -> list[Entry]:
    """Return the first of the lost entries that may go out: an effect never goes before its cause.

    A chain keeps its own order, so with its cause everything is there that its cause came after. Whoever had not read
    the lost messages yet meets them in an order in which they might have come the first time.

    Args:
        lost: Entries of one chain, in order.
        events: Ids of everything that `EVENTS` holds.
        origin: The causes are facts from outside, which `EVENTS` does not hold under their own ids.
    """
    found, ids = list[Entry](), set[str]()
    for entry in lost:
        cause = "" if origin else str(orjson.loads(entry.body).get("causationid", ""))
        if cause and cause not in events and cause not in ids:
            break
        found.append(entry)
        ids.add(entry.id)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a durable consumer says it is: sequences of its stream.

    Args:
        floor: Everything up to it is acknowledged. delivered: the last one that was handed out.
    """

    durable: str
    stream: str
    floor: int
    delivered: int

    def ahead_of(self, last: int) -> bool:
        """Tell whether it has passed the end of its stream, and would pass over what comes next."""
        return max(self.floor, self.delivered) > last
