"""What a service is made of: pure aggregates and decisions over an ordered stream of messages.

The law of one message, the same in every service and in every place it runs (live, cases, replay, oracle):

1. a message that is itself a recorded event is folded into every aggregate it concerns;
2. `decide` says what follows; each event it returns is folded at once;
3. if the message touches many (`walks`), `decide_one` is asked for each of them in id order, and `close` once behind
   each walk.

Nothing here knows a clock, chance or I/O. Ids derive from causes, so a rerun gives the same bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, Protocol, TypeVar

from shared.catalog import RECORDED
from shared.events.contract import Event
from shared.events.upcasting import Schemas
from shared.runner.resident import View

S = TypeVar("S")
V = TypeVar("V", bound=View)


@dataclass(frozen=True, slots=True)
class Message:
    """A fact or event on its way through a service.

    Args:
        sequence: Number of the upstream fact behind it, in order of acceptance; inherited by what it causes.
        known_on: The open day on which that fact was accepted; what it causes is posted and known on that day.
        partition: Which partition's copy this is.
        traceparent: W3C trace context of that fact, empty where it had none; inherited like `sequence`.
    """

    id: str
    source: str
    event: Event
    sequence: int
    known_on: date
    correlation_id: str
    causation_id: str | None = None
    partition: int = 0
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The fact cannot be accepted: one code, the field's path, what would be right (never the value)."""

    code: str
    path: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Park:
    """The fact waits until `<kind>/<id>` is known."""

    waiting_for: str


@dataclass(frozen=True, slots=True)
class Walk:
    """A message touches every aggregate of a kind that is due by a day, or that carries a tag (`*`: all).

    Args:
        most: How many with the tag one transaction may hold, where each of them brings many others along.
        given: Kind and id of an aggregate without which nothing is touched; without `tag`, its first tag is looked for.
            So what a message decides can send it over others: the walk is looked at once the decision is folded.
    """

    kind: str
    due_by: date | None = None
    tag: str | None = None
    most: int | None = None
    given: tuple[str, str] | None = None


class Peek(Protocol):
    """Read access to aggregates while deciding; what is absent reads as its initial state."""

    def __call__(self, aggregate: "Aggregate[S]", id_: str) -> S:
        """Return the state as of now, including what this batch has decided so far."""

    def every(self, aggregate: "Aggregate[S]") -> Iterator[tuple[str, S]]:
        """Yield id and state of all aggregates of a resident kind, in id order."""

    def view(self, aggregate: "Aggregate[S]", make: Callable[[Mapping[str, S]], V]) -> tuple[V, AbstractSet[str]]:
        """Return what `make` derives from the committed states of a resident kind, and who has changed since.

        The view is kept by `View.put` as changes are committed; whoever asks lays the newer states over it.
        """


@dataclass(frozen=True, slots=True)
class Delayed:
    """What follows for a message that had to wait for the one in hand, under its own name: waiting leaves no trace."""

    message: Message
    events: list[Event]


Decision = list[Event] | Refuse | Park | Delayed


def _nothing(*_: Any) -> list[Event]:
    return []


@dataclass(frozen=True)
class Aggregate(Generic[S]):
    """One kind of aggregate: what it remembers and how an event changes that.

    Args:
        kind: Name of the collection.
        state: A frozen dataclass or pydantic model that JSON can carry.
        initial: State of an aggregate nobody has heard of, from its id.
        evolve: The state after a message. Never refuses.
        concerns: Ids of the aggregates of this kind that fold a message.
        due_on: The next day whose closing touches it.
        tags: What it can be walked by.
        keep: False when it is over and can be forgotten.
        resident: Held in memory by the one owner of the subscription, so that `every` can see all of them.
        indexes: Fields of the state that queries look by; several joined by commas are one index.
        append_only: What is there once never changes and is never forgotten; the database server refuses it too.
    """

    kind: str
    state: type[S]
    initial: Callable[[str], S]
    evolve: Callable[[S, Message], S]
    concerns: Callable[[Message], Iterable[str]]
    due_on: Callable[[S], date | None] = lambda _: None
    tags: Callable[[S], Iterable[str]] = lambda _: ()
    keep: Callable[[S], bool] = lambda _: True
    resident: bool = False
    indexes: tuple[str, ...] = ()
    append_only: bool = False


@dataclass(frozen=True, slots=True)
class Personal:
    """Personal fields of one person, employer or officer, for the vault; never for an event or a log."""

    subject_id: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Admitted:
    """What the door made of a raw message.

    Args:
        key: `<source>|<id>`; empty where the message is too broken to have one.
        content_hash: Keyed hash of the content; the same key with another hash is refused.
        event: The recorded form, free of personal identifiers; None where it was refused.
        letter: The refused fact that an operator asks to be judged again.
        room: `version/<type>` where only a later version of this service can read the fact.
    """

    key: str
    content_hash: str
    source: str
    fact: str
    fact_id: str
    correlation_id: str = ""
    traceparent: str = ""
    event: Event | None = None
    refusal: Refuse | None = None
    personal: tuple[Personal, ...] = ()
    letter: "Admitted | None" = None
    room: str = ""


class Door(Protocol):
    """Turns raw messages of the intake into facts without personal identifiers."""

    def admit(self, subject: str, headers: dict[str, str] | None, body: bytes) -> Admitted:
        """Validate and pseudonymise one message; a refusal is a value, never an exception."""


@dataclass(frozen=True)
class Intake:
    """How facts on offer are judged.

    Args:
        door: Makes the door from the deployment's keys.
        stamp: Gives an accepted fact its number and the open day, or parks it.
        open_day: The open day; a refusal is known on it.
        wakes: Rooms of waiting facts that an event opens, as `<kind>/<id>`.
        keeps: Under whom the vault keeps what a fact says of somebody, and how much of it.
    """

    door: "Callable[[Keys], Door]"
    stamp: Callable[[Message, Peek], "Message | Park"]
    open_day: Callable[[Peek], date]
    wakes: Callable[[Event], Iterable[str]]
    keeps: Callable[[Personal, Peek], Personal] = lambda personal, _: personal


@dataclass(frozen=True, slots=True)
class Keys:
    """The deployment's secrets that pure code needs: pseudonyms of people and phones, hashes of contents."""

    person: bytes
    content: bytes


@dataclass(frozen=True)
class Sealing:
    """When the journal chain of a subscription is sealed, and what its decisions rest on.

    Args:
        day: The day that an event closes for this chain, None for none. Asked of what an intake records, and of what
            any other subscription has taken in.
        texts: Texts by name that the seal commits to, such as the programme files.
    """

    day: Callable[[Event], date | None]
    texts: Mapping[str, str] = field(default_factory=dict)

    def closed(self, events: Iterable[Event]) -> date | None:
        """Return the day that some events close, None if they close none."""
        return max((day for day in map(self.day, events) if day is not None), default=None)


@dataclass(frozen=True)
class Subscription:
    """One consumer of a service: what it listens to and what it does with it.

    Args:
        name: Durable consumer (`<name>` or `<name>-p<k>`), inbox and journal chain.
        formerly: Its name before what it makes of the events changed so much that it begins anew: it forgets the
            aggregates that were kept under that name and takes in everything again (shared/runner/editions.py). What
            it says again has the ids that it had. Empty: it had no other name.
        listens: Event types; `()` means the whole intake.
        partitioned: One consumer a partition; otherwise one ordered consumer over all of them (which gets only
            partition 0's copy of what goes to every partition).
        emits: Event types that `decide`, `decide_one` and `close` may return.
        walks: What else a message touches, in order. decide_one: what follows for one of them, by kind and id.
        close: What follows once one of the walks is over.
        reads: What `decide` will peek at, as far as it is known beforehand; only saves a second look.
        intake: Set where messages are facts on offer, to be judged before they are folded.
        schemas: The versions of recorded events that it can read.
        seals: Set where the chain is sealed; only for one that is not partitioned.
    """

    name: str
    listens: tuple[type[Event], ...]
    aggregates: tuple[Aggregate[Any], ...]
    formerly: str = ""
    emits: tuple[type[Event], ...] = ()
    decide: Callable[[Message, Peek], Decision] = _nothing
    reads: Callable[[Message], Iterable[tuple[Aggregate[Any], str]]] = lambda _: ()
    walks: Callable[[Message], tuple[Walk, ...]] = lambda _: ()
    decide_one: Callable[[Message, str, str, Peek], list[Event] | Delayed] = _nothing
    close: Callable[[Message, Walk, Peek], list[Event]] = _nothing
    partitioned: bool = False
    intake: "Intake | None" = None
    schemas: Schemas[Event] = RECORDED
    seals: Sealing | None = None


@dataclass(frozen=True)
class Service:
    """A service as the plumbing sees it; registered under the entry point group `bangfu.services`."""

    name: str
    title: str
    subscriptions: tuple[Subscription, ...]
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def aggregates(self) -> tuple[Aggregate[Any], ...]:
        """Return every kind of aggregate that the service keeps, each once."""
        found = {a.kind: a for subscription in self.subscriptions for a in subscription.aggregates}
        return tuple(found.values())
