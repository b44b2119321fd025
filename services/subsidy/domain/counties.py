"""Kind `training_day`: a county gets so much for each person and day of training; one claim for each day of activity.

Pure; amounts in fen; the figure is the one in force on the day of the activity.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from services.subsidy.domain.county import COUNTY, County
from services.subsidy.domain.entitlement import UNSET, Assessed, closed_through, moves
from services.subsidy.domain.parameters import PARAMETERS, Values, place_of
from services.subsidy.domain.programme import Kind, Programme, Rulebook
from shared.calendar import month_of
from shared.events.contract import Event
from shared.events.subsidy import Claim
from shared.money import yuan
from shared.runner.core import Message, Peek

KINDS: Final[tuple[Kind, ...]] = ("training_day",)


def assess(programme: Programme, code: str, county: County, values: Values) -> list[Assessed]:
    """Return what is due to a county for every day on which an activity of the programme was held."""
    heads: dict[date, int] = {}
    for activity in county.activities.get(programme.name, ()):
        heads[activity.day] = heads.get(activity.day, 0) + activity.heads
    return [_of_day(programme, code, values, day, heads[day]) for day in sorted(heads)]


def _of_day(programme: Programme, code: str, values: Values, day: date, heads: int) -> Assessed:
    item = Assessed(Claim(programme=programme.name, payee=code, period=month_of(day), since=day), code)
    rate_fen = values.number(programme, "amount", code, day)
    if rate_fen is None:
        return replace(item, reason=UNSET, parameter=programme.uses["amount"])
    return replace(item, amount_fen=heads * rate_fen, steps=partial(_steps, day, heads, rate_fen))


def _steps(day: date, heads: int, rate_fen: int) -> list[str]:
    return [f"{day}培训{heads}人，每人每天{yuan(rate_fen)}元，合计{yuan(heads * rate_fen)}元。"]


@dataclass(frozen=True)
class Counties:
    """Decisions about counties under a rulebook."""

    rulebook: Rulebook

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Return what a fact about one county changes."""
        return [event for id_ in COUNTY.concerns(message) for event in self.decide_one(message, id_, peek)]

    def decide_one(self, message: Message, code: str, peek: Peek) -> list[Event]:
        """Return what a message changes for a county."""
        county = peek(COUNTY, code)
        values = Values(self.rulebook, peek(PARAMETERS, place_of(message)))
        items = ((programme, item) for programme in self.rulebook.of_kind(*KINDS)
                 for item in assess(programme, code, county, values))  # fmt: skip
        assessed = [item for programme, item in items if programme.is_about(item.claim.period)]
        return moves(code, county.standing, assessed, closed_through(message), values=values)
