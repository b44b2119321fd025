"""The life of an alert: what each step makes of it. Pure; nothing here knows a rule.

An alert that is over takes no step but to be raised anew, and every step that says nothing new leaves it as it is.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from services.notify.domain.standing import Alert, State, Step, address_of
from shared.calendar import add_working_days
from shared.events.alerts import AlertEscalated, AlertExpired, AlertRaised, AlertRetracted, AlertReturned
from shared.events.contract import Event
from shared.events.desk import AlertAcknowledged, AlertDone, AlertHandedOver, AlertSeen, AlertSnoozed

HOURS_OF_A_DAY: Final = 8
_LONGEST: Final = 60  # steps that are kept: the first, and the latest
FACTS: Final[tuple[type[Event], ...]] = (AlertSeen, AlertAcknowledged, AlertSnoozed, AlertDone, AlertHandedOver)
OWN: Final[tuple[type[Event], ...]] = (AlertRaised, AlertEscalated, AlertReturned, AlertRetracted, AlertExpired)


def stepped(alert: Alert, event: Event, day: date, cause: str = "") -> Alert:
    """Return an alert after one of its own events, or after a fact of an officer.

    Args:
        alert: As it stood.
        event: What happens to it.
        day: The open day on which that became known.
        cause: Id of the message, for the history.
    """
    if isinstance(event, AlertRaised):
        return _raised(alert, event, day, cause)
    step = _STEPS.get(type(event))
    if step is None or not alert.is_open:
        return alert
    return step(alert, event, day, cause)


def retracted(alert: Alert, day: date, cause: str) -> Alert:
    """Return an alert whose cause is gone."""
    return _ended(alert, "retracted", Step(day, "retracted", cause=cause)) if alert.is_open else alert


def reopened(alert: Alert) -> Alert:
    """Return an alert that was over as it is when its matter occurs again, before it is raised anew."""
    return replace(
        alert,
        **_UNTOUCHED,
        handed_to=None,
        raised_on=None,
        over_on=None,
        done_on=None,
        state="raised",
        escalated_to=(),
        escalates_on=None,
        due_on=None,
        expires_on=None,
    )


def after_patience(day: date, hours: int | None) -> date | None:
    """Return the day at whose close so many working hours are over, eight a day; None for no hours."""
    return None if hours is None else add_working_days(day, -(-hours // HOURS_OF_A_DAY))


_UNTOUCHED: Final[dict[str, Any]] = {"seen_on": None, "acknowledged_by": None, "snoozed_until": None}


def _raised(alert: Alert, event: AlertRaised, day: date, cause: str) -> Alert:
    placed = replace(
        alert,
        raised_on=event.raised_on,
        urgency=event.urgency,
        county=event.county,
        coordinator_id=event.coordinator_id,
        home=alert.home if event.home is None else event.home,
        area=event.area,
        office=event.office,
        patience_hours=event.patience_hours,
        highest=event.highest or "county",
        digest=bool(event.digest),
        due_on=event.due_on,
        expires_on=event.expires_on,
        escalates_on=event.escalates_on,
    )
    if alert.raised_on is None:
        return _with(placed, Step(event.raised_on, "raised", cause=cause, to=address_of(placed)))
    if alert.coordinator_id != event.coordinator_id:
        placed = replace(placed, handed_to=None)
    if address_of(placed) != address_of(alert):
        return _with(replace(placed, **_UNTOUCHED), Step(day, "handed_over", cause=cause, to=address_of(placed)))
    if alert.due_on != event.due_on and event.due_on:
        return _with(placed, Step(day, "moved", cause=cause, to=event.due_on.isoformat()))
    return placed


def _seen(alert: Alert, event: AlertSeen, day: date, cause: str) -> Alert:
    if alert.seen_on is not None:
        return alert
    return _with(replace(alert, seen_on=day), Step(day, "seen", event.by, cause))


def _acknowledged(alert: Alert, event: AlertAcknowledged, day: date, cause: str) -> Alert:
    taken = _taken_on(alert, event.by, day)
    return alert if taken is alert else _with(taken, Step(day, "acknowledged", event.by, cause))


def _taken_on(alert: Alert, by: str, day: date) -> Alert:
    """Return an alert that somebody took on: until its deadline, and for the usual time beyond it, it rises no more."""
    if alert.acknowledged_by is not None:
        return alert
    until = alert.escalates_on and _latest(alert.due_on, after_patience(day, alert.patience_hours))
    kept = until if alert.due_on else None
    return replace(alert, acknowledged_by=by, seen_on=alert.seen_on or day, escalates_on=kept)


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day is not None), default=None)


def _snoozed(alert: Alert, event: AlertSnoozed, day: date, cause: str) -> Alert:
    if event.until <= day or event.until == alert.snoozed_until:
        return alert
    resting = replace(_taken_on(alert, event.by, day), snoozed_until=event.until)
    return _with(resting, Step(day, "snoozed", event.by, cause, event.until.isoformat()))


def _done(alert: Alert, event: AlertDone, day: date, cause: str) -> Alert:
    return _ended(replace(alert, done_on=day), "done", Step(day, "done", event.by, cause))


def _handed_over(alert: Alert, event: AlertHandedOver, day: date, cause: str) -> Alert:
    if event.to == address_of(alert):
        return alert
    given = replace(alert, **_UNTOUCHED | {"handed_to": event.to, "escalates_on": _anew(alert, day)})
    return _with(given, Step(day, "handed_over", event.by, cause, event.to))


def _anew(alert: Alert, day: date) -> date | None:
    """Return when it rises if a new owner does not take it on; giving it away does not put the deadline off."""
    until = after_patience(day, alert.patience_hours)
    return min(until, alert.due_on) if until and alert.due_on and alert.due_on >= day else until


def _escalated(alert: Alert, event: AlertEscalated, _: date, cause: str) -> Alert:
    risen = replace(
        alert,
        escalated_to=(*alert.escalated_to, event.address),
        acknowledged_by=None,
        snoozed_until=None,
        escalates_on=event.escalates_on,
    )
    return _with(risen, Step(event.escalated_on, "escalated", cause=cause, to=event.address))


def _returned(alert: Alert, event: AlertReturned, _: date, cause: str) -> Alert:
    return _with(replace(alert, snoozed_until=None), Step(event.returned_on, "returned", cause=cause))


def _retracted(alert: Alert, _: AlertRetracted, day: date, cause: str) -> Alert:
    return retracted(alert, day, cause)


def _expired(alert: Alert, event: AlertExpired, _: date, cause: str) -> Alert:
    return _ended(alert, "expired", Step(event.expired_on, "expired", cause=cause))


def _ended(alert: Alert, state: State, step: Step) -> Alert:
    over = replace(alert, over_on=step.day, snoozed_until=None, escalates_on=None)
    return replace(_with(over, step), state=state)


def _with(alert: Alert, step: Step) -> Alert:
    history = (*alert.history, step)
    if len(history) > _LONGEST:
        history = (*history[:1], *history[2:])
    return replace(alert, history=history, state=_stands(alert))


def _stands(alert: Alert) -> State:
    """Return where an open alert stands."""
    if alert.snoozed_until:
        return "snoozed"
    if alert.acknowledged_by:
        return "acknowledged"
    if alert.escalated_to:
        return "escalated"
    return "seen" if alert.seen_on else "raised"


_STEPS: Final[dict[type[Event], Callable[[Alert, Any, date, str], Alert]]] = {
    AlertSeen: _seen,
    AlertAcknowledged: _acknowledged,
    AlertSnoozed: _snoozed,
    AlertDone: _done,
    AlertHandedOver: _handed_over,
    AlertEscalated: _escalated,
    AlertReturned: _returned,
    AlertRetracted: _retracted,
    AlertExpired: _expired,
}
