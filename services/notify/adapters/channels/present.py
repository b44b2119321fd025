"""What is true of alerts now: asked when something is about to go out, because peers harmed people with old alerts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.notify.adapters.channels.port import Row
from services.notify.domain.alert import ALERT
from services.notify.domain.rules import Urgency

_QUIET: Final = frozenset({"snoozed", "done", "retracted", "expired"})  # nobody needs to hear of it
_TAKEN: Final = "acknowledged"
_INBOXES: Final = ("to:", "office:")


@dataclass(frozen=True, slots=True)
class Open:
    """An alert that waits for somebody.

    Args:
        addresses: The inboxes in which it is.
        taken: Somebody took it on, and wants to hear no more of it than that it is back.
    """

    addresses: frozenset[str]
    kind: str
    urgency: Urgency
    raised_on: date
    taken: bool = False

    def is_told(self, address: str, *, back: bool) -> bool:
        """Tell whether it is worth telling of in an inbox; `back`: that it came back."""
        return address in self.addresses and (back or not self.taken)


class Present:
    """Reads alerts as they stand."""

    def __init__(self, db: Any) -> None:
        self._rows = db[ALERT.kind]

    async def of(self, alert_ids: Collection[str]) -> Mapping[str, Open]:
        """Return those of some alerts that wait for somebody."""
        wanted = {
            "tags": 1,
            "state.kind": 1,
            "state.urgency": 1,
            "state.raised_on": 1,
            "state.state": 1,
            "state.over_on": 1,
        }
        found = self._rows.find({"_id": {"$in": sorted(alert_ids)}}, wanted)
        return {row["_id"]: alert async for row in found if (alert := _read(row)) is not None}


def _read(row: Row) -> Open | None:
    """Return an alert as it is stored; None if it waits for nobody. Its tags say in which inboxes it is."""
    state = row["state"]
    addresses = frozenset(tag for tag in row.get("tags", ()) if tag.startswith(_INBOXES))
    if state.get("over_on") or state.get("state") in _QUIET or not state.get("raised_on") or not addresses:
        return None
    raised_on = date.fromisoformat(state["raised_on"])
    return Open(addresses, state["kind"], state["urgency"], raised_on, taken=state.get("state") == _TAKEN)
