"""The outbox: what was raised, handed over, escalated or came back, written in the transaction that decided it.

A row says that an inbox got an alert, and nothing of people or channels: whom it reaches and how is decided when it is
sent, from what is true then. Its id follows from the event's, so that a batch that runs again writes the same rows.
"""

from typing import Any, Final
from uuid import UUID, uuid5

from pymongo import UpdateOne

from services.notify.adapters.channels.port import Row
from services.notify.domain.alert import ALERT, Alert, address_of
from shared.events.alerts import AlertEscalated, AlertRaised, AlertReturned
from shared.events.contract import Event
from shared.events.desk import AlertHandedOver
from shared.runner.batch import Folded
from shared.store import Session

DELIVERIES: Final = "desk_deliveries"

_APPLIED: Final = "applied"
_NAMESPACE: Final = UUID("6f1d3c1e-0f53-5c4b-9a70-5b1f7f2b7c11")


def name_of(*parts: str) -> str:
    """Return the id that follows from some parts: the same for the same, a UUID (version 5)."""
    return str(uuid5(_NAMESPACE, "\n".join(parts)))


def rows_of(folded: Folded) -> list[Row]:
    """Return a row for each time that an inbox got an alert: by a decision of the batch, or by an officer's hand.

    Of alerts that the batch changed: another consumer may hear of a hand-over before the one that keeps the alert.
    """
    given = [item.message for item, said in folded.dispositions.values() if said.outcome == _APPLIED and item.message]
    rows = [_row(message.id, message.event) for message in (*folded.emitted, *given)]
    return [row for row in rows if row is not None and (ALERT.kind, row["alert_id"]) in folded.changed]


def _row(event_id: str, event: Event) -> Row | None:
    said: Row
    match event:
        case AlertRaised():
            said = {"address": _address(event), "occasion": event.raised_on.isoformat(), "digest": event.digest}
        case AlertEscalated():
            said = {"address": event.address, "occasion": event.escalated_on.isoformat(), "digest": False}
        case AlertReturned():  # to every inbox in which it is
            said = {"address": None, "occasion": event.returned_on.isoformat(), "digest": None}
        case AlertHandedOver():
            said = {"address": event.to, "occasion": event_id, "digest": None}
        case _:
            return None
    delivery = {"_id": name_of("delivery", event_id), "alert_id": event.alert_id, "state": "new"}
    return delivery | said | {"back": isinstance(event, AlertReturned)}


def _address(raised: AlertRaised) -> str:
    if raised.coordinator_id is None and raised.office is not None:
        return raised.office
    return address_of(Alert(county=raised.county, coordinator_id=raised.coordinator_id))


class Outbox:
    """Takes part in the batches of notify's consumers (`shared.runner.companion.Companion`)."""

    def __init__(self, db: Any) -> None:
        self._rows = db[DELIVERIES]

    async def within(self, session: Session, folded: Folded) -> None:
        """Write the rows of a batch; one that is there stays as it is."""
        rows = rows_of(folded)
        if rows:
            writes = [UpdateOne({"_id": row["_id"]}, {"$setOnInsert": row}, upsert=True) for row in rows]
            await self._rows.bulk_write(writes, ordered=False, session=session)

    async def after(self, _: Folded) -> None:
        """Nothing: whoever sends looks."""

    async def resume(self) -> None:
        """Nothing: whoever sends looks."""
