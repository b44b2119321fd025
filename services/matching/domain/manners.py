"""How people are written to, by day: reminders, quiet hours, caps for each number. Values come from manners.yaml."""

from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.events.contract import Model

Days = Annotated[int, Field(ge=1, le=6)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Count = Annotated[int, Field(ge=1, le=1_000)]


class Manners(Model):
    """What holds from a day on.

    Args:
        remind_after_days: How long after delivery an offer without a reply is reminded of, once.
        alert_after_days: How long after it was sent an officer hears of an offer without a reply.
        quiet_from, quiet_until: Time of day in Asia/Shanghai, HH:MM; the hours between them may lie across midnight.
        per_day, per_week: How many messages one number gets at most, whoever of a family they are for.
        confirm_start, confirm_stop: Whether these replies are answered by a message.
    """

    remind_after_days: Days
    alert_after_days: Days
    quiet_from: TimeOfDay
    quiet_until: TimeOfDay
    per_day: Count
    per_week: Count
    confirm_start: bool
    confirm_stop: bool

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.per_week < self.per_day:
            raise ValueError("per_week is at least per_day")
        return self

    def alert_on(self, sent_on: date) -> date:
        """Return the day at whose closing an officer hears of an offer without a reply."""
        return sent_on + timedelta(days=self.alert_after_days)

    def remind_on(self, delivered_on: date) -> date:
        """Return the day at whose closing the reminder of an offer without a reply is queued."""
        return delivered_on + timedelta(days=self.remind_after_days)
