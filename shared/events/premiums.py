"""Facts of the social-insurance agency: premiums, headcounts, pensions. Premiums are the employer's share only."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Event, Fact
from shared.events.types import Count, County, Day, Fen, KnownPersonId, KnownUscc, Month, PersonId, Uscc, Year


class PremiumPaid(Fact, topic="premium.paid", entity="person_id"):
    """A premium that an employer really paid for a person and an insurance month."""

    uscc: Uscc
    person_id: PersonId
    period: Month
    paid_on: Day
    pension_fen: Fen
    medical_fen: Fen
    unemployment_fen: Fen
    injury_fen: Fen | None = None
    maternity_fen: Fen | None = None
    late_fee_fen: Fen | None = None


class PremiumCorrected(Fact, topic="premium.corrected", entity="person_id"):
    """The new totals of an insurance month."""

    uscc: Uscc
    person_id: PersonId
    period: Month
    date: Day
    pension_fen: Fen
    medical_fen: Fen
    unemployment_fen: Fen


class PremiumRefunded(Fact, topic="premium.refunded", entity="person_id"):
    """What was given back of an insurance month."""

    uscc: Uscc
    person_id: PersonId
    period: Month
    date: Day
    pension_fen: Fen
    medical_fen: Fen
    unemployment_fen: Fen


class EmployerPremiumRecorded(Event, topic="employer.premium_recorded", entity="uscc"):
    """The employer-keyed copy of a premium fact, for programmes that look at an employer's month.

    Args:
        content: Digest of the whole fact, so that a repeat in every field can be told from a second payment.
    """

    uscc: KnownUscc
    person_id: KnownPersonId
    period: Month
    kind: Literal["paid", "corrected", "refunded"]
    date: Day
    unemployment_fen: Fen
    content: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    county: County | None = None


class HeadcountReported(Fact, topic="headcount.reported", entity="uscc"):
    """An employer's staff over a year and the unemployment premium actually paid, employer's and workers' share."""

    uscc: Uscc
    year: Year
    at_start: Count
    at_end: Count
    natural_leavers: Count
    unemployment_premium_fen: Fen
    average: Annotated[int, Field(ge=1, le=10_000_000)] | None = None


class PensionEnrolled(Fact, topic="pension.enrolled", entity="person_id"):
    """A resident chose a contribution tier for a year."""

    person_id: PersonId
    year: Year
    tier_fen: Fen


class PensionContributed(Fact, topic="pension.contributed", entity="person_id"):
    """A resident paid the own part of a year's contribution."""

    person_id: PersonId
    year: Year
    paid_on: Day
    own_fen: Fen
