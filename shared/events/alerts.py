"""Events of registry about facts it could not accept, and of notify about what needs a person."""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.events.contract import Event
from shared.events.types import County, Day, EntityId, KnownPersonId, Word

FactName = Annotated[str, Field(max_length=80)]


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
        fact_id: Under which it came, where it has an id and no number of a person could stand in it.
    """

    source: Annotated[str, Field(max_length=64)]
    fact: FactName
    code: Word
    path: Annotated[str, Field(max_length=120)] = ""
    county: County | None = None
    fact_id: Annotated[str, Field(max_length=200)] | None = None


class FactRedriven(Event, topic="fact.redriven", entity="source"):
    """A fact that was refused was judged again and is refused no more."""

    source: Annotated[str, Field(max_length=64)]
    fact: FactName
    fact_id: Annotated[str, Field(max_length=200)]
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


class FactOverdue(Event, topic="fact.overdue", entity="waiting_for"):
    """Facts have waited long for the same thing, and nobody has registered it; said once for each room.

    Args:
        facts: How many wait. since: The open day on which the first began to.
    """

    waiting_for: Annotated[str, Field(max_length=120)]
    facts: Annotated[int, Field(ge=1)]
    since: Day


class AlertRaised(Event, topic="alert.raised", entity="alert_id", partition="alert_id"):
    """Something needs a person.

    Args:
        kind: What happened, a word of notify's rules. matter: what it is about; one alert for each matter.
        coordinator_id: The paired officer; absent: the office of the county.
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
