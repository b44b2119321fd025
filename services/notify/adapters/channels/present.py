"""What is true of alerts now: asked when something is about to go out, because peers harmed people with old alerts."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import TypeAdapter

from services.notify.domain.alert import ALERT, Alert, address_of

_ALERT = TypeAdapter(Alert)


class Present:
    """Reads alerts as they stand."""

    def __init__(self, db: Any) -> None:
        self._rows = db[ALERT.kind]

    async def addresses(self, alert_ids: Collection[str]) -> Mapping[str, str]:
        """Return in which inbox each of some alerts is now; those that need nobody any more are left out."""
        found = self._rows.find({"_id": {"$in": sorted(alert_ids)}}, {"state": 1})
        alerts = {row["_id"]: _ALERT.validate_python(row["state"]) async for row in found}
        return {alert_id: address_of(alert) for alert_id, alert in alerts.items() if is_open(alert)}


def is_open(alert: Alert) -> bool:
    """Tell whether an alert needs somebody."""
    return alert.over_on is None
