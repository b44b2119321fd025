"""Notify alone, fed with messages as the other services and officers would send them; and the days that it closes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from services.notify.domain.alert import Alert
from services.notify.service import SERVICE
from shared.catalog import partitions_of
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.desk import AlertAcknowledged, AlertDone, AlertHandedOver, AlertSeen, AlertSnoozed
from shared.runner.core import Keys, Message
from shared.runner.memory import Memory

MONDAY = date(2018, 3, 5)


@dataclass
class Desk:
    """Notify with an open day."""

    today: date = MONDAY
    memory: Memory = field(default_factory=lambda: Memory([SERVICE], Keys(b"person", b"content")))
    number: int = 0

    def hears(self, *events: Event, on: date | None = None) -> "Desk":
        """Take in events that became known on the open day, or on another."""
        for event in events:
            for partition in partitions_of(event):
                self.number += 1
                known_on = on or self.today
                self.memory._drain([Message(f"m{self.number}", "", event, self.number, known_on, "c", None, partition)])
        return self

    def closes(self, *, until: date) -> "Desk":
        """Close days, so that the day given is open."""
        while self.today < until:
            self.hears(DayClosed(date=self.today))
            self.today += timedelta(days=1)
        return self

    def of(self, kind: str) -> Alert:
        """Return the only alert of a kind."""
        (alert,) = (alert for alert in self.memory.states("alert").values() if alert.kind == kind)
        return alert

    def says(self, kind: str, fact: str, by: str = "C1", **fields: Any) -> "Desk":
        """Take in what an officer says of the only alert of a kind."""
        alert = self.of(kind)
        return self.hears(_FACTS[fact](alert_id=alert.alert_id, home=alert.home, by=by, **fields))

    def told(self, *kinds: type[Event]) -> list[Any]:
        """Return the events of some kinds that notify emitted, in order."""
        return [m.event for m in self.memory.emitted if isinstance(m.event, kinds)]

    def inboxes(self) -> dict[str, list[str]]:
        """Return the kinds of the alerts in each inbox, by its address."""
        aggregate = next(a for a in SERVICE.aggregates if a.kind == "alert")
        found: dict[str, list[str]] = {}
        for alert in self.memory.states("alert").values():
            for tag in aggregate.tags(alert):
                if tag.startswith(("to:", "office:")):
                    found.setdefault(tag, []).append(alert.kind)
        return {address: sorted(kinds) for address, kinds in sorted(found.items())}

    def standing(self) -> dict[str, Alert]:
        """Return the alerts by id, but for the way on which they came to what they are."""
        return {id_: replace(alert, history=()) for id_, alert in self.memory.states("alert").items()}


def steps(alert: Alert) -> Iterable[str]:
    """Return the names of the steps in the life of an alert."""
    return [step.what for step in alert.history]


_FACTS = {
    "seen": AlertSeen,
    "acknowledged": AlertAcknowledged,
    "snoozed": AlertSnoozed,
    "done": AlertDone,
    "handed_over": AlertHandedOver,
}
