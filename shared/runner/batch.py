"""What goes into a fold and what comes out of it: inputs, their outcomes, everything that one transaction commits."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.runner.core import Message, Personal, Refuse, Walk
from shared.runner.workspace import Key

RERUN = -1  # position of what was parked or refused and runs again: its inbox row keeps the position it came with


@dataclass(frozen=True, slots=True)
class Disposition:
    """What became of one message for one consumer: exactly one outcome."""

    outcome: str  # applied, duplicate, rejected, superseded, parked
    code: str = ""
    path: str = ""
    hint: str = ""
    waiting_for: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """A message as it came off a stream.

    Args:
        key: Inbox key, `<source>|<id>`, or `<stream>#<position>` where the message has no id.
        position: Sequence in the stream; tells a redelivery from a message that was published twice.
        letter: The refused fact that this message asks to be judged again.
        room: `version/<type>` where only a later version of this process can read the message.
        before: Key of the message before which a late one runs.
    """

    key: str
    position: int
    content_hash: str = ""
    message: Message | None = None
    refusal: Refuse | None = None
    source: str = ""
    fact: str = ""
    fact_id: str = ""
    personal: tuple[Personal, ...] = ()
    raw: bytes = b""
    letter: "Input | None" = None
    room: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the inbox remembers of a key."""

    content_hash: str
    position: int
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class NeedMore:
    """The fold looked at what is not loaded: load this and fold again."""

    keys: frozenset[Key]
    walks: frozenset[Walk] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a long walk: ids of a kind in order; the first page decides, the last one of each walk closes it.

    `sequence` and `known_on` are the stamp that the first page gave the message; later pages go on with it.
    """

    walk: Walk
    ids: tuple[str, ...]
    first: bool
    ends_walk: bool
    last: bool
    sequence: int = 0
    known_on: date = date.min


@dataclass
class Folded:
    """Everything that one transaction commits, in order.

    Args:
        consumed: How many of the inputs are dealt with; the rest belongs to the next batch.
        too_many: The first input walks over more aggregates than one batch holds: fold it page by page.
        closings: Days that were closed for a sealed chain, each behind so many of what is emitted.
    """

    consumed: int = 0
    too_many: bool = False
    emitted: list[Message] = field(default_factory=list)
    outcomes: list[Message] = field(default_factory=list)
    dispositions: dict[str, tuple[Input, Disposition]] = field(default_factory=dict)
    changed: dict[Key, Any] = field(default_factory=dict)
    personal: list[Personal] = field(default_factory=list)
    failures: list[tuple[Input, Exception]] = field(default_factory=list)
    page: Page | None = None
    closings: list[tuple[int, date]] = field(default_factory=list)
