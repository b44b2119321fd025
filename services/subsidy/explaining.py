"""Why a person gets what of a programme, or why not. Pure: the caller brings the states."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.subsidy import english
from services.subsidy.domain.entitlement import Assessed
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.people import assess
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Condition, Programme
from services.subsidy.domain.provider import Provider
from services.subsidy.domain.subjects import on_their_own
from services.subsidy.views import REASONS
from shared.money import yuan
from shared.ops.clocks import NOW, Clocks
from shared.ops.words import say


def explained(
    programme: Programme,
    person_id: str,
    person: Person,
    values: Values,
    *,
    closed: date,
    providers: Mapping[str, Provider],
    seen: Clocks = NOW,
) -> dict[str, Any]:
    """Return every claim of a person under a programme, and whether what it asks of the person holds.

    `closed` is the last day that is over; what matures later is shown with its day. `seen`: which periods are shown.
    """
    every = assess(person_id, person, values, closed, providers)
    return {
        "programme": programme.name,
        "title": dict(programme.title),
        "person_id": person_id,
        "clause": programme.cites,
        "says": programme.source.says,
        "as_of": closed,
        "conditions": [_condition(c, person, values, closed) for c in programme.conditions],
        "claims": [
            _claim(item, closed)
            for item in every
            if item.claim.programme == programme.name and seen.begun(item.claim.period)
        ],
        "driven_by": list(programme.charter.driven_by),
    }


def _condition(condition: Condition, person: Person, values: Values, day: date) -> dict[str, Any]:
    """Return whether a condition holds on a day; None where it is about more than the person."""
    holds = None
    figures = [values.in_force(name, person.county_on(day), day) for name in condition.parameters]
    if all(name.startswith("person.") for name in condition.reads) and None not in figures:
        subject = on_their_own(person, day)
        read = tuple(subject[name] for name in condition.reads)
        holds = condition.holds(read, tuple(figure for figure in figures if figure is not None))
    return {"says": condition.says, "require": condition.require, "holds": holds}


def _claim(item: Assessed, closed: date) -> dict[str, Any]:
    return {
        "period": item.claim.period,
        "payee": item.claim.payee,
        "amount": yuan(item.amount_fen),
        "reason": item.reason,
        "because": say(REASONS.get(item.reason, item.reason), english.REASONS.get(item.reason, item.reason)),
        "parameter": item.parameter or None,
        "computation": [] if item.reason else [say(text, english.step(text)) for text in item.steps()],
        "not_before": item.matures_on if item.matures_on and item.matures_on > closed else None,
    }
