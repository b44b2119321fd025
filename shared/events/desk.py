"""Facts of officers about alerts: what they saw, took on, put off, did or gave to somebody else.

Each names the alert and its home, the partition in which notify keeps it, so it goes to exactly that one. One about an
alert that notify does not have (any more) changes nothing.
"""

from shared.events.contract import DESK, Fact
from shared.events.types import Address, Day, EntityId, Home, Text


class _OfAlert(Fact, topic="", entity="alert_id", partition="#home"):
    """What an officer says of one alert.

    Args:
        home: The partition in which the alert is kept, as its row shows it. by: the user or coordinator who says so.
    """

    only_from = (DESK,)

    alert_id: EntityId
    home: Home
    by: EntityId


class AlertSeen(_OfAlert, topic="alert.seen", entity="alert_id", partition="#home"):
    """An officer has looked at an alert."""


class AlertAcknowledged(_OfAlert, topic="alert.acknowledged", entity="alert_id", partition="#home"):
    """An officer takes an alert on; until its deadline it goes to no higher office."""


class AlertSnoozed(_OfAlert, topic="alert.snoozed", entity="alert_id", partition="#home"):
    """An officer takes an alert on and does not want to see it before a day; its deadline stays.

    Args:
        until: The day on which it is back in the inbox.
    """

    until: Day


class AlertDone(_OfAlert, topic="alert.done", entity="alert_id", partition="#home"):
    """An officer has done what an alert asked for; if the matter occurs again, it is raised anew."""

    note: Text | None = None


class AlertHandedOver(_OfAlert, topic="alert.handed_over", entity="alert_id", partition="#home"):
    """An officer gives an alert to somebody else, until another coordinator is paired with the person.

    Args:
        to: Whose it is from now on: `to:<coordinator>`, `office:<township or county>` or `office:city`.
    """

    to: Address
    reason: Text | None = None
