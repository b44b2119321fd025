"""Kinds `training_day` and `activity_year`: what a county gets for activities.

`training_day`: so much for each person and day; one claim for each day of activity, at the figure of that day.
`activity_year`: so much a year, once so many people took part in the year's activities; at the figure of the day on
which the last of them was counted. Pure; amounts in fen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from services.subsidy.domain import appraised
from services.subsidy.domain.county import COUNTY, County
from services.subsidy.domain.entitlement import UNSET, Assessed, closed_through, moves
from services.subsidy.domain.grounds import Grounds
from services.subsidy.domain.parameters import PARAMETERS, Values, place_of
from services.subsidy.domain.programme import Kind, Programme, Rulebook
from shared.calendar import month_of
from shared.events.contract import Event
from shared.events.subsidy import Claim
from shared.money import yuan
from shared.runner.core import Message, Peek

KINDS: Final[tuple[Kind, ...]] = ("training_day", "activity_year", *appraised.KINDS)
TOO_FEW: Final = "too_few_visits"


def assess(programme: Programme, code: str, county: County, values: Values) -> list[Assessed]:
    """Return what is due to a county for every day or year in which an activity of the programme was held."""
    if not programme.covers(code):
        return []
    heads: dict[date, int] = {}
    for activity in county.activities.get(programme.name, ()):
        heads[activity.day] = heads.get(activity.day, 0) + activity.heads
    if programme.kind == "training_day":
        return [_of_day(programme, code, values, day, heads[day]) for day in sorted(heads)]
    years = sorted({day.year for day in heads})
    return [_of_year(programme, code, values, {d: heads[d] for d in sorted(heads) if d.year == y}) for y in years]


def _of_year(programme: Programme, code: str, values: Values, heads: Mapping[date, int]) -> Assessed:
    """Return what a year comes to; `heads` are those of its days, in order."""
    counted = 0
    item = Assessed(Claim(programme=programme.name, payee=code, period=str(max(heads).year)), code)
    for day, more in heads.items():
        counted += more
        least = values.number(programme, "least", code, day)
        if counted >= (least or 0):
            amount_fen = values.number(programme, "amount", code, day)
            if amount_fen is None:
                return replace(item, reason=UNSET, parameter=programme.uses["amount"])
            steps = partial(_year_steps, day, counted, amount_fen)
            return replace(item, amount_fen=amount_fen, steps=steps, grounds=Grounds(code, day))
    return replace(item, reason=TOO_FEW)


def _year_steps(day: date, counted: int, amount_fen: int) -> list[str]:
    return [f"截至{day}当年活动累计{counted}人次，年度经费{yuan(amount_fen)}元。"]


def _of_day(programme: Programme, code: str, values: Values, day: date, heads: int) -> Assessed:
    claim = Claim(programme=programme.name, payee=code, period=month_of(day), since=day)
    item = Assessed(claim, code, grounds=Grounds(code, day))
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
        by_activity = self.rulebook.of_kind("training_day", "activity_year")
        items = ((p, item) for p in by_activity for item in assess(p, code, county, values))
        assessed = [item for programme, item in items if programme.is_about(item.claim.period)]
        assessed += appraised.assess_all(code, county.appraisals, values)
        return moves(code, county.standing, assessed, closed_through(message), values=values)
