"""What happens to the county while it works: deaths, pauses, lost connections, lost tails, repeated messages."""

import asyncio
from collections.abc import Callable

from tests.simulation.county import County
from tests.simulation.workload import Timeline
from tests.support.facts import Offer
from tests.support.sim_process import Process
from tests.support.sim_streams import loop_time

MONTH_S = 30 * 24 * 3600.0


class Nemesis:
    """Throws the dice about once a second while the facts of a timeline come in."""

    def __init__(self, county: County, timeline: Timeline) -> None:
        self.county, self.chance, self.left = county, county.chance, list(timeline.offers)
        self.told: list[Offer] = []
        self._doing: dict[str, Callable[[], None]] = {
            "killed": self._kill,
            "paused": self._pause,
            "connection_broken": lambda: self.chance.one_of(list(county.clients.values())).disconnect(),
            "primary_changed": lambda: county.mongo.change_primary(loop_time(), self.chance.between(0, 2)),
            "broker_away": lambda: self._away(self.chance.between(0.5, 3)),
            "stream_full": self._full,
            "tail_lost": self._lose_tail,
            "clock_jumped": lambda: self._jump(self.chance.between(1, 200)),
            "event_repeated": self._repeat_event,
            "fact_repeated": lambda: self._repeat_fact(anew=False),
            "fact_repeated_late": lambda: self._repeat_later(150.0),
            "fact_repeated_after_a_month": lambda: self._repeat_later(MONTH_S),
        }

    async def run(self) -> None:
        """Publish every fact, in order, with faults in between and for some seconds after."""
        quiet = 3
        while self.left or quiet:
            await self._publish(self.chance.dice.randint(2, 12))
            quiet -= not self.left
            await asyncio.sleep(self.chance.between(0.05, 1.0))
            for name, strike in self._doing.items():
                if self.chance.strikes(name):
                    strike()
        for _ in range(2):
            await asyncio.sleep(self.chance.between(0.5, 3.0))

    async def _publish(self, count: int) -> None:
        for each in self.left[:count]:
            while not self.county.offer(each):  # noqa: ASYNC110 - upstream only tries again
                await asyncio.sleep(0.5)
            self.told.append(each)
            if self.chance.strikes("fact_answer_lost"):
                self.county.offer(each)
        self.left = self.left[count:]

    def _kill(self) -> None:
        self.chance.one_of([p for p in self.county.processes.values() if not p.dead] or [self._any()]).kill()

    def _pause(self) -> None:
        self._any().pause(self.chance.one_of([1.0, 4.0, 15.0, 70.0]))

    def _any(self) -> Process:
        return self.chance.one_of(list(self.county.processes.values()))

    def _away(self, seconds: float) -> None:
        self.county.broker.away_until = loop_time() + seconds
        for client in self.county.clients.values():
            client.disconnect()

    def _full(self) -> None:
        self.county.broker.full_until = loop_time() + self.chance.between(0.2, 2)

    def _lose_tail(self) -> None:
        """Cut the power: the broker comes back without the end of its streams, and every process starts anew."""
        county = self.county
        county.epochs.append(loop_time())
        for process in list(county.processes.values()):
            process.kill()
        for name in ("EVENTS", "OUTCOMES"):
            self.chance.fired["messages_lost"] += county.broker.lose_tail(name, self.chance.dice.randint(0, 40))
        kept = county.broker.streams["INTAKE"]
        lost = kept.messages[len(kept.messages) - self.chance.dice.randint(0, min(5, len(kept.messages))) :]
        self.chance.fired["messages_lost"] += county.broker.lose_tail("INTAKE", len(lost))
        for message in lost:
            county.broker.append(kept, message.subject, message.headers, message.data)

    def _jump(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        loop.jump(seconds)  # type: ignore[attr-defined]

    def _repeat_event(self) -> None:
        events = self.county.broker.streams["EVENTS"]
        if events.messages:
            message = self.chance.one_of(events.messages)
            self.county.broker.append(events, message.subject, message.headers, message.data)

    def _repeat_fact(self, *, anew: bool) -> None:
        if self.told:
            each = self.chance.one_of(self.told)
            for _ in range(3):
                self.county.offer(each, anew=anew)

    def _repeat_later(self, seconds: float) -> None:
        self._jump(seconds)
        self._repeat_fact(anew=False)
