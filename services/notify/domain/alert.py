"""One alert: a matter that needs a person, however often it occurs.

It remembers each occurrence as it comes in (no event of its own for that) and is addressed by `AlertRaised`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from services.notify.domain.matters import Occurrence
from services.notify.domain.occurrence import endings_of, occurrence_of
from services.notify.domain.rules import Urgency
from shared.events.alerts import AlertRaised
from shared.runner.core import Aggregate, Message

CITY = "city"
State = Literal["raised", "seen", "acknowledged", "snoozed", "escalated", "done", "retracted", "expired"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the life of an alert.

    Args:
        day: The open day on which it became known, of a closing the day that was closed. what: the step's name.
        by: Who took it; empty: the rules. cause: id of the event behind it, for `bangfu trace`.
        to: Whose inbox it went to, the day until which it rests, or the officer's note.
    """

    day: date
    what: str
    by: str = ""
    cause: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """What the inbox shows of a matter.

    Args:
        alert_id: Its own id; empty in what was stored before it was kept here, where kind and matter give it.
        county: County whose office answers for it; None: the city's.
        case_id: The person whose coordinator it is for; None: it stays with the office.
        coordinator_id: The paired coordinator, once there is one.
        count: How often it occurred. last_on: the latest open day on which it did.
        amount_fen: Money that moved, added up.
        over_on: The open day since which it needs nobody; then it is in no inbox, until it occurs again.
        details: Facts of the latest occurrence, by name; ids and codes, nothing personal.
        home: The partition that keeps it; facts of officers name it.
        area: Where it is, the longest official code known (village, township, county); None: the city.
        state: Where it stands in its life.
        due_on: The day by which it is to be done. seen_on: the day on which somebody first looked at it.
        acknowledged_by: Who took it on, until it goes to a higher office or to somebody else.
        snoozed_until: The day on which it is back in the inbox.
        escalated_to: The offices that have it too, in the order in which it came to them.
        done_on: The day on which somebody said it is done.
        history: Its steps, oldest first; the repeats of a matter are only counted.
    """

    kind: str = ""
    matter: str = ""
    person_id: str | None = None
    case_id: str | None = None
    county: str | None = None
    coordinator_id: str | None = None
    raised_on: date | None = None
    urgency: Urgency = "act"
    count: int = 0
    last_on: date | None = None
    amount_fen: int = 0
    details: dict[str, str] = field(default_factory=dict)
    over_on: date | None = None
    alert_id: str = ""
    home: int = 0
    area: str | None = None
    state: State = "raised"
    due_on: date | None = None
    seen_on: date | None = None
    acknowledged_by: str | None = None
    snoozed_until: date | None = None
    escalated_to: tuple[str, ...] = ()
    done_on: date | None = None
    history: tuple[Step, ...] = ()


def office_of(alert: Alert) -> str:
    """Return the office that answers for an alert, as `office:<county>` or `office:city`."""
    return f"office:{alert.county or CITY}"


def address_of(alert: Alert) -> str:
    """Return whose inbox an alert is in: `to:<coordinator>` or an office."""
    return f"to:{alert.coordinator_id}" if alert.coordinator_id else office_of(alert)


def case_tag(person_id: str) -> str:
    """Return the tag of the alerts that follow a person to a new coordinator."""
    return f"case:{person_id}"


def _concerns(message: Message) -> Iterable[str]:
    if isinstance(message.event, AlertRaised):
        return (message.event.alert_id,)
    return [occurrence.alert_id for occurrence in _all_of(message)]


def _all_of(message: Message) -> list[Occurrence]:
    occurrence = occurrence_of(message)
    return [*([occurrence] if occurrence else []), *endings_of(message)]


def _evolve(alert: Alert, message: Message) -> Alert:
    match message.event:
        case AlertRaised() as raised:
            return replace(
                alert,
                raised_on=raised.raised_on,
                urgency=raised.urgency,
                county=raised.county,
                coordinator_id=raised.coordinator_id,
            )
        case _:
            own = (each for each in _all_of(message) if each.alert_id == (alert.alert_id or _id_of(alert)))
            occurrence = next(own, None)
            return alert if occurrence is None else _again(_opened(alert, occurrence), occurrence, message.known_on)


def _id_of(alert: Alert) -> str:
    return Occurrence(alert.kind, alert.matter).alert_id  # type: ignore[arg-type]


def _opened(alert: Alert, occurrence: Occurrence) -> Alert:
    if alert.count:
        return alert
    return replace(
        alert,
        kind=occurrence.kind,
        matter=occurrence.matter,
        person_id=occurrence.person_id,
        case_id=occurrence.case_id,
        county=occurrence.county,
    )


def _again(alert: Alert, occurrence: Occurrence, day: date) -> Alert:
    if occurrence.is_over:
        return replace(alert, over_on=day)
    return replace(
        alert,
        over_on=None,
        count=alert.count + 1,
        last_on=max(alert.last_on or day, day),
        amount_fen=alert.amount_fen + occurrence.amount_fen,
        details=dict(occurrence.details),
    )


def _tags(alert: Alert) -> Iterable[str]:
    followed = (case_tag(alert.case_id),) if alert.case_id else ()
    return followed if alert.over_on else (address_of(alert), *followed)


ALERT = Aggregate(
    kind="alert",
    state=Alert,
    initial=lambda id_: Alert(alert_id=id_),
    evolve=_evolve,
    concerns=_concerns,
    tags=_tags,
    keep=lambda alert: alert.count > 0,  # the end of what never was a matter leaves nothing behind
)
