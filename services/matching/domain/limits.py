"""How often people are written to and places are held: dated figures, read from rules.yaml."""

from typing import Annotated

from pydantic import Field

from shared.events.contract import Model
from shared.events.types import Status

Some = Annotated[int, Field(ge=1, le=1_000)]


class Limits(Model):
    """The figures of the hard rules that no law fixes, or that a law may change.

    Args:
        offers_per_day, offers_per_week: New offers to one person on one day, and within seven days.
        asked_per_opening: People who are offered a vacancy in all, an opening.
        hold_days: How long an acceptance holds a place without a confirmed employment.
        listed_first: Who is offered a public post first while it is new or vacated.
        public_post_days: How many days in public-welfare posts a person may have in all.
        near_retirement_years: Who began a public-welfare post closer to retirement may stay until then.
        calls_per_month, calls_per_year: Expert services and dispatches of one person that begin within 30 or 365 days.
    """

    offers_per_day: Some
    offers_per_week: Some
    asked_per_opening: Some
    hold_days: Some
    listed_first: Annotated[list[Status], Field(max_length=7)]
    public_post_days: Annotated[int, Field(ge=1, le=20_000)]
    near_retirement_years: Some
    calls_per_month: Some
    calls_per_year: Some
