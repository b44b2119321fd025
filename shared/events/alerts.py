"""Events of registry about facts it could not accept, and of notify about what needs a person."""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.events.contract import Event
from shared.events.types import Address, Area, County, Day, EntityId, Home, KnownPersonId, Word

FactName = Annotated[str, Field(max_length=80)]
Level = Literal["township", "county", "city"]


class FactJudged(Event, topic="fact.judged", entity="fact_id"):
    """The outcome of an upstream fact, as its publisher reads it on `outcome.<source>.>`.

    Args:
        path: Where in the fact, dotted. hint: What would be right; never the offending value.
        left_room: Where a parked fact waited until now.
        waiting_for: What a parked fact waits for, for example `employer/91350622MA2Y1A2B7G`.
    """

    source: Annotated[str, Field(max_length=64)]
    fact: FactName
    fact_id: Annotated[str, Field(max_length=200)]
    outcome: Literal["accepted", "duplicate", "parked", "rejected"]
    code: Word | None = None
    path: Annotated[str, Field(max_length=120)] | None = None
    hint: Annotated[str, Field(max_length=300)] | None = None
    waiting_for: Annotated[str, Field(max_length=120)] | None = None
    left_room: Annotated[str, Field(max_length=120)] | None = None


class FactRejected(Event, topic="fact.rejected", entity="source"):
    """A fact was refused; the office whose system sent it should look.

    Args:
        letter: Key under which its sealed copy is kept, where no number of a person could stand in it.
    """

    source: Annotated[str, Field(max_length=64)]
    fact: FactName
    code: Word
    path: Annotated[str, Field(max_length=120)] = ""
    county: County | None = None
    letter: Annotated[str, Field(max_length=300)] | None = None


class FactRedriven(Event, topic="fact.redriven", entity="source"):
    """A fact that was refused was judged again and is refused no more; `letter` as in its refusal."""

    source: Annotated[str, Field(max_length=64)]
    fact: FactName
    letter: Annotated[str, Field(max_length=300)] | None = None
    outcome: Literal["accepted", "parked"]


class FactParked(Event, topic="fact.parked", entity="fact_id"):
    """A fact waits for another one; it holds no personal identifier and runs again when its cause arrives.

    Args:
        page: Where many wait for one thing, which hundred of them it belongs to; None: the first.
    """

    source: Annotated[str, Field(max_length=64)]
    fact_id: Annotated[str, Field(max_length=200)]
    fact_type: Annotated[str, Field(max_length=100)]
    fact_data: dict[str, Any]
    correlation_id: Annotated[str, Field(max_length=200)]
    waiting_for: Annotated[str, Field(max_length=120)]
    since: Day
    page: Annotated[int, Field(ge=1)] | None = None


class FactOverdue(Event, topic="fact.overdue", entity="waiting_for", partition="thing"):
    """Facts have waited long for the same thing, and nobody has registered it; said once for each room.

    Args:
        facts: How many wait. since: The open day on which the first began to.
    """

    waiting_for: Annotated[str, Field(max_length=120)]
    facts: Annotated[int, Field(ge=1)]
    since: Day

    @property
    def thing(self) -> str:
        """Return the id of what they wait for: whoever registers a person or an employer says so in its partition."""
        return self.waiting_for.partition("/")[2] or self.waiting_for


class AlertRaised(Event, topic="alert.raised", entity="alert_id", partition="alert_id"):
    """Something needs a person.

    Said again, with the same id and day, where it goes to another coordinator, its place is known better, or its
    deadline moves; with a later day where the matter occurs again once the alert was over.

    Args:
        kind: What happened, a word of notify's rules. matter: what it is about; one alert for each matter.
        coordinator_id: The paired officer; absent: the office.
        office: Which office answers where no coordinator does. area: where it is, as far as that is known.
        home: The partition in which notify keeps it; facts of officers about it name it.
        due_on: The day by which it is to be done. escalates_on: the day at whose close it goes to the next office,
            unless somebody takes it on. patience_hours: the working hours in between, which a new owner has too.
        expires_on: The day at whose close it is too late to do anything about it.
        highest: The highest office to which it goes.
        digest: It can wait for the summary of the next morning.
    """

    alert_id: EntityId
    kind: Word
    matter: Annotated[str, Field(max_length=160)]
    raised_on: Day
    urgency: Literal["act", "know"]
    county: County | None = None
    coordinator_id: EntityId | None = None
    person_id: KnownPersonId | None = None
    details: Annotated[dict[Word, Annotated[str, Field(max_length=160)]], Field(max_length=20)]
    office: Address | None = None
    area: Area | None = None
    home: Home | None = None
    due_on: Day | None = None
    escalates_on: Day | None = None
    patience_hours: Annotated[int, Field(ge=8, le=8_000)] | None = None
    highest: Level | None = None
    expires_on: Day | None = None
    digest: bool | None = None


class _Later(Event, topic="", entity="alert_id", partition="alert_id"):
    """What becomes of an alert at the close of a day."""

    alert_id: EntityId
    kind: Word
    home: Home
    area: Area | None = None
    person_id: KnownPersonId | None = None


class AlertEscalated(_Later, topic="alert.escalated", entity="alert_id", partition="alert_id"):
    """Nobody took an alert on, or it was not done by its deadline: the next office gets it too.

    Args:
        level: Which office that is. address: whose inbox it is in from now on, beside those that it is in already.
        escalated_on: The day at whose close it went there. escalates_on: the day at whose close it goes further.
    """

    level: Level
    address: Address
    reason: Literal["not_acknowledged", "not_done"]
    escalated_on: Day
    escalates_on: Day | None = None


class AlertReturned(_Later, topic="alert.returned", entity="alert_id", partition="alert_id"):
    """An alert that was put off is back in the inbox.

    Args:
        returned_on: The day on which it is.
    """

    returned_on: Day


class AlertRetracted(_Later, topic="alert.retracted", entity="alert_id", partition="alert_id"):
    """What settles many matters at once settled this one, such as a parameter that a document sets for all counties.

    Of most alerts nothing is said when their cause goes: they end with the event that the rules name under `until`.
    """

    retracted_on: Day


class AlertExpired(_Later, topic="alert.expired", entity="alert_id", partition="alert_id"):
    """It is too late to do anything about an alert; it leaves the inbox."""

    expired_on: Day
