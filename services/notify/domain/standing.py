"""What is kept of an alert: the matter, whose it is, and where it stands in its life. Pure."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from services.notify.domain.rules import Urgency
from shared.events.alerts import Level

CITY: Final = "city"
NOWHERE: Final = -1
State = Literal["raised", "seen", "acknowledged", "snoozed", "escalated", "done", "retracted", "expired"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step in the life of an alert.

    Args:
        day: The open day on which it became known; of a closing, the day that was closed. what: the step's name.
        by: Who took it; empty: the rules. cause: id of the event behind it, for `bangfu trace`.
        to: Whose inbox it went to, or the day until which it rests or by which it is now to be done.
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
        home: The partition that keeps it, which facts of officers name; NOWHERE: stored before that was noted.
        area: Where it is, the longest official code known (village, township, county); None: the city.
        office: The office that answers where no coordinator does; None: that of the county.
        of_county: County that the matter itself names.
        handed_to: Whom an officer gave it to, until another coordinator is paired with the person.
        state: Where it stands in its life.
        due_on: The day by which it is to be done. expires_on: the day at whose close it is too late for anything.
        escalates_on: The day at whose close the next office, if there is one above, gets it too; None: never.
        patience_hours: The working hours that each has to take it on. highest: the highest office that it goes to.
        digest: It can wait for the summary of the next morning.
        seen_on: The day on which somebody first looked at it.
        acknowledged_by: Who took it on, until it goes to a higher office or to somebody else.
        snoozed_until: The day on which it is back in the inbox.
        escalated_to: The offices that have it too, in the order in which it came to them.
        done_on: The day on which somebody said it is done.
        history: Its steps, oldest first; repeats of the matter are only counted.
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
    home: int = NOWHERE
    area: str | None = None
    office: str | None = None
    of_county: str | None = None
    handed_to: str | None = None
    state: State = "raised"
    due_on: date | None = None
    expires_on: date | None = None
    escalates_on: date | None = None
    patience_hours: int | None = None
    highest: Level = "county"
    digest: bool = False
    seen_on: date | None = None
    acknowledged_by: str | None = None
    snoozed_until: date | None = None
    escalated_to: tuple[str, ...] = ()
    done_on: date | None = None
    history: tuple[Step, ...] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether it stands in somebody's inbox, or rests until a day."""
        return self.raised_on is not None and self.over_on is None


def office_of(alert: Alert) -> str:
    """Return the office that answers for an alert, as `office:<township or county>` or `office:city`."""
    return alert.office or f"office:{alert.county or CITY}"


def address_of(alert: Alert) -> str:
    """Return whose an alert is: `to:<coordinator>` or an office."""
    if alert.handed_to:
        return alert.handed_to
    return f"to:{alert.coordinator_id}" if alert.coordinator_id else office_of(alert)


def addresses_of(alert: Alert) -> tuple[str, ...]:
    """Return every inbox that an open alert is in: its owner's, and those of the offices that got it too."""
    return tuple(dict.fromkeys((address_of(alert), *alert.escalated_to)))


def case_tag(person_id: str) -> str:
    """Return the tag of the alerts that follow a person to a new coordinator."""
    return f"case:{person_id}"
