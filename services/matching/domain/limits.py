"""How often people are written to and places are held: dated figures, read from rules.yaml."""

from typing import Annotated

from pydantic import Field

from shared.events.contract import Model
from shared.events.types import Status

Some = Annotated[int, Field(ge=1, le=1_000)]


class Limits(Model):
    """The figures of the hard rules that no law fixes, or that a law may change.

    Args:
        open_offers: Offers without an answer that one person has at a time.
        answer_days: How long an offer waits for an answer; reminder and alert (manners.yaml) fall within a week.
        offers_per_place, offers_at_once: To how many people a vacancy is offered at a time: a place, and at most.
        candidates_per_opening: Offers without an answer and held places of a vacancy, an opening.
        offers_per_day, offers_per_week: New offers to one person on one day, and within seven days.
        asked_per_opening: People who are offered a vacancy in all, an opening.
        hold_days: How long an acceptance holds a place without a confirmed employment.
        listed_first: Who is offered a public post first while it is new or vacated; listed_first_days: for how long.
        public_post_days: How many days in public-welfare posts a person may have in all.
        near_retirement_years: Who began a public-welfare post closer to retirement may stay until then.
        calls_per_month, calls_per_year: Expert services and dispatches of one person that begin within 30 or 365 days.
    """

    open_offers: Some
    answer_days: Annotated[int, Field(ge=7, le=60)]
    offers_per_place: Some
    offers_at_once: Some
    candidates_per_opening: Some
    offers_per_day: Some
    offers_per_week: Some
    asked_per_opening: Some
    hold_days: Some
    listed_first: Annotated[list[Status], Field(max_length=7)]
    listed_first_days: Some
    public_post_days: Annotated[int, Field(ge=1, le=20_000)]
    near_retirement_years: Some
    calls_per_month: Some
    calls_per_year: Some
