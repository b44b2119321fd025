"""One alert: a matter that needs a person, however often it occurs, and where it stands in its life.

It remembers each occurrence, each fact of an officer and each ending as it comes in; whose it is, and until when it is
to be done, is told by its own events.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from services.notify.domain.endings import endings_of
from services.notify.domain.life import FACTS, OWN, reopened, retracted, stepped
from services.notify.domain.matters import Occurrence
from services.notify.domain.occurrence import occurrence_of
from services.notify.domain.standing import (
    CITY,
    NOWHERE,
    Alert,
    State,
    Step,
    address_of,
    addresses_of,
    case_tag,
    office_of,
)
from services.notify.domain.tiers import wakes_on
from shared.runner.core import Aggregate, Message

__all__ = [
    "ALERT", "CITY", "NOWHERE", "Alert", "State", "Step", "address_of", "addresses_of", "case_tag", "office_of",
    "parameter_tag",
]  # fmt: skip


def parameter_tag(parameter: str) -> str:
    """Return the tag of the alerts that ask for a parameter, of whatever county."""
    return f"parameter:{parameter}"


def _concerns(message: Message) -> Iterable[str]:
    if isinstance(message.event, FACTS + OWN):
        return (str(message.event.entity_id),)
    return [occurrence.alert_id for occurrence in _all_of(message)]


def _all_of(message: Message) -> list[Occurrence]:
    occurrence = occurrence_of(message)
    return [*([occurrence] if occurrence else []), *endings_of(message.event)]


def _evolve(alert: Alert, message: Message) -> Alert:
    event = message.event
    if isinstance(event, FACTS):
        # One that names another home was led here by a mistake, and this partition has no say over the alert.
        return stepped(alert, event, message.known_on, message.id) if alert.home == message.partition else alert
    if isinstance(event, OWN):
        return stepped(alert, event, message.known_on, message.causation_id or message.id)
    own = (each for each in _all_of(message) if each.alert_id == (alert.alert_id or _id_of(alert)))
    occurrence = next(own, None)
    if occurrence is None:
        return alert
    if occurrence.is_over:
        return _settled(alert, occurrence.amount_fen, message)
    return replace(_again(_opened(alert, occurrence), occurrence, message.known_on), home=message.partition)


def _settled(alert: Alert, fen: int, message: Message) -> Alert:
    """Return an alert whose cause is gone, or so much of the money that it is about; none: all of it."""
    if fen and alert.is_open and fen < alert.amount_fen:
        return replace(alert, amount_fen=alert.amount_fen - fen)
    return retracted(alert, message.known_on, message.id)


def _id_of(alert: Alert) -> str:
    return Occurrence(alert.kind, alert.matter).alert_id  # type: ignore[arg-type]


def _opened(alert: Alert, occurrence: Occurrence) -> Alert:
    if alert.count:
        return reopened(alert) if alert.over_on else alert
    return replace(
        alert,
        kind=occurrence.kind,
        matter=occurrence.matter,
        person_id=occurrence.person_id,
        case_id=occurrence.case_id,
        county=occurrence.county,
        of_county=occurrence.county,
    )


def _again(alert: Alert, occurrence: Occurrence, day: date) -> Alert:
    return replace(
        alert,
        count=alert.count + 1,
        last_on=max(alert.last_on or day, day),
        amount_fen=alert.amount_fen + occurrence.amount_fen,
        details=dict(occurrence.details),
    )


def _tags(alert: Alert) -> Iterable[str]:
    followed = (case_tag(alert.case_id),) if alert.case_id else ()
    if alert.over_on:
        return followed
    asked = (parameter_tag(alert.details["parameter"]),) if "parameter" in alert.details else ()
    return (*addresses_of(alert), *followed, *asked)


ALERT = Aggregate(
    kind="alert",
    state=Alert,
    initial=lambda id_: Alert(alert_id=id_),
    evolve=_evolve,
    concerns=_concerns,
    due_on=wakes_on,
    tags=_tags,
    keep=lambda alert: alert.count > 0,  # the end of what never was a matter leaves nothing behind
    indexes=("area", "state"),
)
