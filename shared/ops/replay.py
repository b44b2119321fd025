"""The recorded stream, folded again in memory, held against the live ledger: what `bangfu ops replay` runs.

It reads what registry recorded, in stream order, runs everybody else's pure core on it and
compares every line, balance and offer with those in MongoDB. It cannot publish, send or pay: an import contract keeps
it, and whatever it imports, away from every module that can.
"""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date

from shared.events.subsidy import DayCompleted
from shared.ops.auditing import Scope, balances_of, differences, lines_of, offers_of, waiting_of
from shared.ops.looking import View
from shared.ops.quiet import flight
from shared.ops.recordings import Mark, Recording, recordings
from shared.runner.core import Keys
from shared.runner.memory import Deferral, Deferrals, Memory
from shared.store import Row

Told = Callable[[int, int], None]

_NO_KEYS = Keys(person=b"", content=b"")  # recorded events hold pseudonyms already: nothing is made from numbers here


def _quietly(_: int, __: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Span:
    """The part of the stream that is looked at. What came before `first` is folded all the same: lines rest on it.

    Args:
        ends: Where the folding ends, whichever comes first; the last event before it included.
    """

    first: Mark | None = None
    ends: tuple[Mark, ...] = ()

    @property
    def whole(self) -> bool:
        """Tell whether it is the whole stream."""
        return self.first is None and not self.ends


@dataclass
class Replayed:
    """What the recorded events give.

    Args:
        events: How many of registry's events were folded. first, position: the sequences of the first and the last.
        end: The last sequence of the stream when it was begun.
        before: The last day that was posted before the span begins. completed: the last day that was posted.
        unreadable: Sequences of what could not be read.
    """

    memory: Memory
    events: int = 0
    first: int = 0
    position: int = 0
    end: int = 0
    before: date | None = None
    completed: date | None = None
    begun: bool = False
    unreadable: tuple[int, ...] = ()


async def audited(view: View, span: Span, scope: Scope, told: Told = _quietly) -> Row:
    """Return the comparison: counts, both digests, and every difference; `told` hears how far it is."""
    left_out = await deferrals(view)
    done = await replayed(view, span, left_out, told)
    posted = done.memory.states("line")
    live = await view.states("line")
    # A part of the stream is held against what was posted in its days; the whole of it against all there is.
    after = done.before if span.first else None
    until = (done.completed or date.min) if span.ends else None
    ours, theirs = (lines_of(states, scope, after, until) for states in (posted, live))
    found = differences("line", ours, theirs)
    balances = offers = None
    if span.whole:
        accounts = balances_of(done.memory.states("account"), scope)
        booked = balances_of(await view.states("account"), scope)
        found += differences("balance", accounts, booked)
        balances = {"replayed": len(accounts), "live": len(booked)}
        if scope == Scope():
            waits = waiting_of(done.memory.states("claim"))
            found += differences("waiting", waits, waiting_of(await view.states("claim")))
            made, offered = (offers_of(states) for states in (done.memory.states("offer"), await view.states("offer")))
            found += differences("offer", made, offered)
            offers = {"replayed": len(made), "live": len(offered)}
    found += [
        {"what": "event", "id": str(n), "field": "", "replayed": "unreadable", "live": ""} for n in done.unreadable
    ]
    now = await flight(view.js, view.services, view.stores)
    digest = view.work("digest")
    digests = {
        "replayed": digest([posted[line_id] for line_id in ours]),
        "live": digest([live[line_id] for line_id in theirs]),
    }
    return {
        "equal": not found and digests["replayed"] == digests["live"],
        "in_flight": not now.landed or now.last_sequence > done.end,  # or the ledger has gone on since
        "events": done.events,
        "first": done.first,
        "position": done.position,
        "posted_until": done.completed.isoformat() if done.completed else None,
        "unhandled": sum(not each.before for chain in left_out.values() for each in chain.values()),
        "lines": {"replayed": len(ours), "live": len(theirs)},
        "balances": balances,
        "offers": offers,
        "digests": digests,
        "differences": found,
    }


async def deferrals(view: View) -> dict[str, dict[str, Deferral]]:
    """Return what live consumers of `EVENTS` could not handle at its turn: by chain and message, when they did."""
    query = {"$or": [{"outcome": {"$in": ["parked", "rejected"]}}, {"ran_before": {"$exists": True}}]}
    found: dict[str, dict[str, Deferral]] = {}
    for service in view.services:
        for subscription in (s for s in service.subscriptions if s.intake is None):
            async for row in view.stores[service.name].db[f"inbox_{subscription.name}"].find(query):
                chain = f"{subscription.name}-p{row['partition']}" if "partition" in row else subscription.name
                id_ = row["_id"].partition("|")[2]
                ran = row["outcome"] == "applied"
                late = (
                    Deferral(row["ran_before"].partition("|")[2], date.fromisoformat(row["known_on"])) if ran else None
                )
                found.setdefault(chain, {})[id_] = late or Deferral()
    return found


async def replayed(view: View, span: Span, left_out: Deferrals, told: Told) -> Replayed:
    """Fold what registry recorded, up to the end of the span, through all other services."""
    doors = [s for s in view.services if any(subscription.intake for subscription in s.subscriptions)]
    sources = {f"/bangfu/{service.name}" for service in doors}
    done = Replayed(Memory([s for s in view.services if s not in doors], _NO_KEYS, left_out))
    done.end = (await view.js.stream_info("EVENTS")).state.last_seq
    async with aclosing(recordings(view.js, sources)) as every:
        async for recording in every:
            if any(end.is_before(recording) for end in span.ends):
                break
            if not done.begun and (span.first is None or not span.first.is_after(recording)):
                done.begun, done.before = True, done.completed
            _fold(done, recording)
            told(recording.position, done.end)
    if not done.begun:
        done.before = done.completed
    return done


def _fold(done: Replayed, recording: Recording) -> None:
    done.first, done.position = done.first or recording.position, recording.position
    if recording.message is None:
        done.unreadable = (*done.unreadable, recording.position)
        return
    done.events += 1
    done.memory.recall(recording.message)
    days = [message.event.date for message in done.memory.emitted if isinstance(message.event, DayCompleted)]
    done.completed = max([*days, *([done.completed] if done.completed else [])], default=None)
    done.memory.emitted.clear()  # states are what is compared; a year of events would not fit
