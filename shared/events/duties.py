"""Duties (职责): which cadence binds whom, and what became of a duty for a period.

Nothing is said when a duty begins: what is owed on a day follows from the placement, the pair or the office and from
the dated data. Said is only what changes that: done, missed, or no longer owed.
"""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Event, Model
from shared.events.types import County, Day, EntityId, KnownPersonId, Word

Subject = Literal["placement", "pair", "organisation", "office"]
DutyPeriod = Annotated[
    str,
    Field(
        pattern=r"^(20[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?|-Q[1-4]|-H[12]|-W(0[1-9]|[1-4][0-9]|5[0-3])"
        r"|-20[0-9]{2})?|once)$"
    ),
]
"""A week (2018-W09), month (2018-03), quarter (2018-Q1), half year (2018-H1), year (2018), span of years (2017-2019),
the first day of a span of days (2018-03-05), or `once`."""


class Interval(Model):
    """From a day on a duty falls due every so many days, or within so many days; None: no document says how often."""

    since: Day
    days: Annotated[int, Field(ge=1, le=3_660)] | None


class DutyAssigned(Event, topic="duty.assigned", entity="subject_id"):
    """A document said how often a duty falls due whose cadence the plan leaves open; the whole schedule as of now."""

    subject: Subject
    subject_id: EntityId
    duty: Word
    intervals: Annotated[list[Interval], Field(max_length=1_000)]


class _Instance(Event, topic="", entity="subject_id"):
    """One duty of one subject for one period."""

    subject: Subject
    subject_id: EntityId
    duty: Word
    period: DutyPeriod
    county: County | None = None
    person_id: KnownPersonId | None = None


class DutyFulfilled(_Instance, topic="duty.fulfilled", entity="subject_id"):
    """A duty was done for a period; said again where later evidence shows another day.

    Args:
        due_on: The day by which it was to be done; None: it rests with a suspended placement.
        late: It was done after that day.
        evidence: Ids of the events, and of the papers that they name.
    """

    due_on: Day | None
    done_on: Day
    late: bool
    evidence: Annotated[list[EntityId], Field(max_length=500)]


class DutyMissed(_Instance, topic="duty.missed", entity="subject_id"):
    """A duty was not done by its day.

    Args:
        lapsed: It is too late to make up for it; nobody is asked for it any more.
    """

    due_on: Day
    lapsed: bool


class DutyLifted(_Instance, topic="duty.lifted", entity="subject_id"):
    """What was said of a duty for a period no longer holds: it is not owed, or not due yet."""
