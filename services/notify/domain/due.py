"""What the closing of days makes of an alert: it rises to the next office, is back in the inbox, or expires. Pure.

A step belongs to the day on which it fell due, not to the closing that found it. So an alert that is raised late, for a
day long closed, takes the same steps at once that it would have taken in time.
"""

from datetime import date, timedelta

from services.notify.domain.life import after_patience, stepped
from services.notify.domain.standing import Alert
from services.notify.domain.tiers import next_office, wakes_on
from shared.events.alerts import AlertEscalated, AlertExpired, AlertReturned, Level
from shared.events.contract import Event


def fallen_due(alert: Alert, by: date | None) -> list[Event]:
    """Return, in order, what falls due for an alert by the close of a day; None: no day is closed yet."""
    said: list[Event] = []
    while by is not None and (day := wakes_on(alert)) is not None and day <= by:
        event = _due_on(alert, day)
        alert = stepped(alert, event, day)
        said.append(event)
    return said


def _due_on(alert: Alert, day: date) -> Event:
    about = {
        "alert_id": alert.alert_id,
        "kind": alert.kind,
        "home": alert.home,
        "area": alert.area,
        "person_id": alert.person_id,
    }
    if alert.expires_on is not None and alert.expires_on <= day:
        return AlertExpired.model_validate(about | {"expired_on": day})
    above = next_office(alert)
    if alert.escalates_on is not None and alert.escalates_on <= day and above is not None:
        return _escalated(alert, above, about, day)
    return AlertReturned.model_validate(about | {"returned_on": day + timedelta(days=1)})


def _escalated(alert: Alert, above: tuple[Level, str], about: dict[str, object], day: date) -> AlertEscalated:
    level, address = above
    return AlertEscalated.model_validate(
        about
        | {
            "level": level,
            "address": address,
            "reason": "not_done" if alert.acknowledged_by else "not_acknowledged",
            "escalated_on": day,
            "escalates_on": after_patience(day, alert.patience_hours),
        }
    )
