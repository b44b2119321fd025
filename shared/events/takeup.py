"""Events about money that should have fallen due and did not."""

from typing import Annotated

from pydantic import Field

from shared.events.contract import Event, Model
from shared.events.types import County, Day, EntityId, KnownPersonId, Period, ProgrammeName, Uscc, Word

MOST_MISSING = 50


class Missing(Model):
    """Periods for which a person, or who would be paid for the person, gets nothing for want of one fact.

    Args:
        reason: Why nothing accrues. awaits: the fact that would change it.
        since, until: First and last period. periods: how many.
    """

    programme: ProgrammeName
    payee: EntityId
    reason: Word
    awaits: Annotated[str, Field(max_length=80)]
    since: Period
    until: Period
    periods: Annotated[int, Field(ge=1)]


class EmployerUnclaimed(Event, topic="entitlement.employer_unclaimed", entity="uscc", partition="uscc"):
    """What an employer misses for itself as it stands now; replaces what was said before, as for a person."""

    uscc: Uscc
    county: County
    as_of: Day
    missing: Annotated[list[Missing], Field(max_length=MOST_MISSING)]


class EntitlementUnclaimed(Event, topic="entitlement.unclaimed", entity="person_id", partition="person_id"):
    """What a person misses as it stands now; replaces what was said before, and says nothing is missing if empty."""

    person_id: KnownPersonId
    county: County
    as_of: Day
    missing: Annotated[list[Missing], Field(max_length=MOST_MISSING)]
