"""The watchdog: what must be so in a service process, looked at every few seconds, and what happens if it is not.

Ready means that work gets on. Each condition that does not hold has a name, which `/health/ready` says, and a remedy:

* `wait`: the other side has to come back or somebody has to act; the process goes on by itself then;
* `soon`: the process mends it in place, or is started anew if it has not after a while;
* `now`: the process is started anew, because only its start puts right what was lost (see refill.py).

Starting anew is safe at any moment: a crash anywhere repeats work, never effects.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shared.telemetry import logger

EXIT_CODE = 75  # EX_TEMPFAIL of sysexits.h: start me again
_LOOK_S = 10.0  # a look at what does not answer takes that long at most


class Remedy(StrEnum):
    """What follows where a condition does not hold."""

    WAIT = "wait"
    SOON = "soon"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class ConsumerSeen:
    """A durable consumer that this process holds.

    Args:
        behind: Messages that it has yet to deliver or to hear of. standing: what grows while it gets on.
        stopped: Its lane does not pull, or cannot finish a batch.
    """

    there: bool = True
    ahead: bool = False
    behind: int = 0
    standing: tuple[int, ...] = ()
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at everything; what could not be asked, because the broker is silent, is left out.

    Args:
        closed: The connection is closed for good.
        refused: The store lets our user do nothing (any more).
        streams: What is wrong with each stream: `gone`, `end_lost`, `full`.
        publishing_s: How long the oldest publication has been waiting.
        unreadable: What cannot be read with the key of this process.
    """

    closed: bool = False
    broker: bool = True
    store: bool = True
    refused: bool = False
    streams: Mapping[str, frozenset[str]] = field(default_factory=dict)
    consumers: Mapping[str, ConsumerSeen] = field(default_factory=dict)
    publishing_s: float = 0.0
    ended: str = ""
    unreadable: tuple[str, ...] = ()

    @property
    def full(self) -> bool:
        """Tell whether a stream has no room."""
        return any("full" in wrong for wrong in self.streams.values())

    @property
    def excused(self) -> bool:
        """Tell whether it is no wonder that nothing gets on, and no fault of this process."""
        return self.full or not (self.broker and self.store)


@dataclass(frozen=True, slots=True)
class Condition:
    """What does not hold, since how many seconds, and what follows."""

    name: str
    for_s: float
    remedy: Remedy


_OF_STREAM = {"gone": Remedy.NOW, "end_lost": Remedy.NOW, "full": Remedy.WAIT}


def judged(seen: Seen, standstill_s: Mapping[str, float], stall_s: float) -> dict[str, Remedy]:
    """Return what does not hold at one look. Pure.

    Args:
        seen: The look.
        standstill_s: How long each consumer has had work and not got on.
        stall_s: From how many seconds on that is too long.
    """
    found = {} if seen.broker else {"broker.silent": Remedy.WAIT}
    if not seen.store:  # a password that was changed is read anew by the next start
        found |= {"store.refused": Remedy.SOON} if seen.refused else {"store.silent": Remedy.WAIT}
    found |= {"broker.closed": Remedy.NOW} if seen.closed else {}
    for stream, wrong in seen.streams.items():
        found |= {f"stream.{stream}.{each}": _OF_STREAM[each] for each in sorted(wrong)}
    for durable, consumer in seen.consumers.items():
        faults = _faults(consumer, standstill_s.get(durable, 0.0), stall_s, excused=seen.excused)
        found |= {f"consumer.{durable}.{name}": remedy for name, remedy in faults.items()}
    if seen.publishing_s >= stall_s:
        found["publisher.stuck"] = Remedy.SOON if seen.broker and not seen.full else Remedy.WAIT
    found |= {"adapter.ended": Remedy.SOON} if seen.ended else {}
    return found | {f"{what}.unreadable": Remedy.WAIT for what in seen.unreadable}


def _faults(consumer: ConsumerSeen, standstill_s: float, stall_s: float, *, excused: bool) -> dict[str, Remedy]:
    found = {} if consumer.there else {"gone": Remedy.SOON}
    found |= {"ahead": Remedy.NOW} if consumer.ahead else {}
    found |= {"stopped": Remedy.SOON} if consumer.stopped and not excused else {}
    return found | ({"standstill": Remedy.SOON} if standstill_s >= stall_s else {})


class Watchdog:
    """Looks, remembers since when, and has the process started anew where that is the remedy.

    Args:
        look: Gathers the facts; takes a few seconds at most, also where nothing answers.
        restart: Has the process started anew.
        every_s: How long it rests between two looks. stall_s: how long work may stand still.
        started: Tells whether the start is over; before, only what the start itself cannot get over counts.
    """

    def __init__(
        self,
        look: Callable[[], Awaitable[Seen]],
        restart: Callable[[], None],
        *,
        every_s: float,
        stall_s: float,
        started: Callable[[], bool] = lambda: True,
    ) -> None:
        self._look, self._restart, self._started = look, restart, started
        self._every_s, self._stall_s = every_s, stall_s
        self._since: dict[tuple[str, Remedy], float] = {}
        self._stood: dict[str, tuple[tuple[int, ...], float]] = {}
        self._looked_at = float("-inf")
        self.conditions: tuple[Condition, ...] = ()

    @property
    def awake(self) -> bool:
        """Tell whether it looked lately."""
        return time.monotonic() - self._looked_at < 2 * self._every_s + _LOOK_S

    async def run(self) -> None:
        """Look until cancelled, or until the process is to be started anew."""
        while True:
            due = self.note(await self._look(), time.monotonic())
            if due:
                logger().error("watchdog.restart", reason=", ".join(due))
                self._restart()
                return
            await asyncio.sleep(min(self._every_s, 0.5) if self.conditions else self._every_s)

    def note(self, seen: Seen, now: float) -> list[str]:
        """Take in a look; return for which conditions the process is to be started anew.

        Args:
            seen: What was found.
            now: Seconds on a clock that never goes back.
        """
        found = judged(seen, self._standstill(seen, now), self._stall_s)
        if not self._started():
            found = {name: remedy for name, remedy in found.items() if name in {"broker.closed", "adapter.ended"}}
        before = {each.name for each in self.conditions}
        self._since = {each: self._since.get(each, now) for each in found.items()}
        self.conditions = tuple(
            Condition(name, round(now - since, 1), remedy) for (name, remedy), since in sorted(self._since.items())
        )
        self._looked_at = now
        for name in sorted(found.keys() - before):
            logger().warning("watchdog.red", reason=name)
        for name in sorted(before - found.keys()):
            logger().info("watchdog.green", reason=name)
        return [each.name for each in self.conditions if self._is_due(each)]

    def _is_due(self, condition: Condition) -> bool:
        # A lane may wait for the one that held it before; twice the time of a standstill is more than that takes.
        overdue = condition.remedy is Remedy.SOON and condition.for_s >= 2 * self._stall_s
        return condition.remedy is Remedy.NOW or overdue

    def _standstill(self, seen: Seen, now: float) -> dict[str, float]:
        """Return how long each consumer has had work and not got on; where nothing can get on, nobody is to blame."""
        stood = {}
        for durable, consumer in seen.consumers.items():
            before, since = self._stood.get(durable, (None, now))
            if consumer.behind and not seen.excused:
                stood[durable] = (consumer.standing, since if consumer.standing == before else now)
        self._stood = stood
        return {durable: now - since for durable, (_, since) in stood.items()}


def start_anew(grace_s: float) -> None:
    """End this process so that its supervisor starts it again: in order, or by force if that hangs too."""
    force = threading.Timer(grace_s, os._exit, (EXIT_CODE,))
    force.daemon = True
    force.start()
    os.kill(os.getpid(), signal.SIGTERM)
