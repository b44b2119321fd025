"""A fact before it has an envelope: on which day it arrives, from whom, what it says."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

FIRST_DAY, LAST_DAY = date(2018, 1, 1), date(2019, 6, 30)

CLOCK = "bangfu-clock"
AGENCY = "zhangzhou-social-insurance"
SMS_GATEWAY = "zhangzhou-sms"


@dataclass(frozen=True)
class Fact:
    """What an upstream system states.

    Attributes:
        at: Day on which it arrives.
        source: The publisher's registered name.
        kind: `<entity>.<past_participle>`, as in the intake contract.
        data: The fact's own fields; money in fen, dates as `YYYY-MM-DD`.
        subject: Id of the main entity; None where that is a person.
    """

    at: date
    source: str
    kind: str
    data: dict[str, Any]
    subject: str | None = None


def chance(seed: int, part: str) -> random.Random:
    """Return the chance of one part of the sample, so that a change in one part does not move the others."""
    return random.Random(f"{seed}/{part}")


def weekday(day: date) -> date:
    """Return the day itself, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= 5 else day


def month_of(day: date) -> str:
    """Return the month of a day as `YYYY-MM`."""
    return f"{day:%Y-%m}"


def month_end(month: str) -> date:
    """Return the last day of a month."""
    year, number = int(month[:4]), int(month[5:])
    return date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)


def months(first: date, last: date) -> list[str]:
    """Return the months that the days from `first` to `last` touch; none if `last` is before `first`."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    years = (divmod(first.month - 1 + step, 12) for step in range(count)) if first <= last else ()
    return [f"{first.year + more}-{index + 1:02d}" for more, index in years]


def of_kind(facts: Iterable[Fact], kind: str) -> list[Fact]:
    """Return the facts of one kind, in their order."""
    return [fact for fact in facts if fact.kind == kind]
