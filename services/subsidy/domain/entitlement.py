"""The one move of the engine: what is due by all facts known, against what was said before.

A late, corrected or repeated fact takes no path of its own: claims are assessed anew and only differences are said.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from services.subsidy.domain.claims import claim_key, claim_of
from services.subsidy.domain.grounds import Grounds, Shown, shown
from services.subsidy.domain.parameters import Values, gap
from services.subsidy.domain.programme import Programme
from services.subsidy.domain.standing import Decided, Standing
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.subsidy import (
    Claim,
    EntitlementChanged,
    EntitlementRefused,
    EntitlementScheduled,
    ParameterFoundUnset,
    RefusalLifted,
)
from shared.runner.core import Message

NOTHING_DUE: Final = "按现已掌握的事实，该期间应补0.00元。"
UNSET: Final = "parameter_unset"
NO_LONGER_DUE: Final = "no_longer_due"


@dataclass(frozen=True, slots=True)
class Assessed:
    """What all facts known say of one claim: an amount, or the reason why there is none.

    Args:
        amount_fen: What is due; negative only for a year whose provisional months were more than the year.
        reason: Why it accrues nothing; empty where an amount is due. `parameter`: the figure that is unset.
        matures_on: The day at whose closing this becomes true; None: it is true at once.
        steps: Says how the amount was worked out; asked only where something is posted.
        provisional: A month booked ahead of its year's decision.
        settles: The provisional periods that this decision makes final. `settled_fen`: their amount.
        grounds: Where its figures and conditions were looked at, so that a line can show them.
        because: Why what was due before is due no more, where no refusal says it (yet).
    """

    claim: Claim
    county: str
    amount_fen: int = 0
    reason: str = ""
    parameter: str = ""
    matures_on: date | None = None
    steps: Callable[[], Sequence[str]] = lambda: (NOTHING_DUE,)
    provisional: bool = False
    settles: tuple[str, ...] = ()
    settled_fen: int = 0
    grounds: Grounds | None = None
    because: str = ""

    @property
    def key(self) -> str:
        """Return the key of the claim."""
        return claim_key(self.claim)


def closed_through(message: Message) -> date:
    """Return the last day that is over for a message: the day being closed, or the day before the open day."""
    return message.known_on if isinstance(message.event, DayClosed) else message.known_on - timedelta(days=1)


def moves(
    subject: str,
    standing: Standing,
    assessed: Sequence[Assessed],
    closed: date,
    *,
    values: Values,
    rank: int = 0,
) -> list[Event]:
    """Return what has to be said so that the claims stand as assessed.

    Args:
        subject: The person or employer whose facts these are.
        standing: What was said before; a claim in it that is not assessed any more is due nothing.
        assessed: Each claim at most once.
        closed: The last day that is over; what matures later is not said yet.
        values: The programmes, and which gaps in their parameters somebody was already told of.
        rank: The order in which the person became known.
    """
    all_ = {a.key: a for a in assessed}
    now = {key: a for key, a in all_.items() if a.matures_on is None or a.matures_on <= closed}
    next_on = _next_maturity(assessed, closed)
    events: list[Event] = []
    for key in sorted(now.keys() | standing.decided.keys()):
        before = standing.decided.get(key)
        item = now.get(key) or _vanished(key, before, all_.get(key))
        events += _about(item, before or Decided(item.county), values, rank, next_on)
    if not events and next_on != standing.next_on:
        return [EntitlementScheduled(subject_key=subject, next_on=next_on)]
    return [*_gaps(events, values.parameters.noted), *events]


def by_text(programme: Programme, assessed: Iterable[Assessed], closed: date) -> list[Assessed]:
    """Return what a programme's text says of the periods that it is about; of others only when to look again."""
    return [
        item
        for item in assessed
        if programme.is_about(item.claim.period) or (item.matures_on is not None and item.matures_on > closed)
    ]


def one_each(assessed: Iterable[Assessed]) -> list[Assessed]:
    """Return each claim once: amounts of one claim add up, and an amount goes before a reason why there is none."""
    found: dict[str, Assessed] = {}
    for item in assessed:
        key = item.key
        found[key] = _together(found[key], item) if key in found else item
    return list(found.values())


def _together(one: Assessed, other: Assessed) -> Assessed:
    if one.reason or other.reason:
        return one if other.reason else other
    amount_fen = one.amount_fen + other.amount_fen
    return replace(one, amount_fen=amount_fen, steps=lambda: [*one.steps(), *other.steps()])


def _about(item: Assessed, before: Decided, values: Values, rank: int, next_on: date | None) -> list[Event]:
    events: list[Event] = []
    if item.amount_fen != before.due_fen or item.settled_fen != before.settled_fen:
        events.append(_changed(item, before, values, rank, next_on))
    if (item.reason, item.parameter) == (before.reason, before.parameter):
        return events
    if item.reason:
        refused = EntitlementRefused(
            claim=item.claim, county=item.county, reason=item.reason, parameter=item.parameter or None, next_on=next_on
        )
        return [*events, refused]
    return [*events, RefusalLifted(claim=item.claim, next_on=next_on)]


def _changed(item: Assessed, before: Decided, values: Values, rank: int, next_on: date | None) -> EntitlementChanged:
    programme = values.rulebook.programmes[item.claim.programme]
    rests_on = shown(programme, item.grounds, values) if item.grounds else Shown()
    return EntitlementChanged(
        claim=item.claim,
        county=item.county,
        change_fen=item.amount_fen - before.due_fen,
        due_fen=item.amount_fen,
        provisional=item.provisional,
        settles=list(item.settles) or None,
        settled_fen=item.settled_fen - before.settled_fen,
        person_rank=rank,
        programme_version=programme.version,
        clause=programme.cites,
        computation=list(item.steps()),
        parameters=list(rests_on.parameters) or None,
        checklist=list(rests_on.checklist) or None,
        reason=item.reason or item.because or None,
        next_on=next_on,
    )


def _vanished(key: str, before: Decided | None, later: Assessed | None) -> Assessed:
    """Return a claim that nothing makes due now; `later` is what is to be said of it on a day to come."""
    if before is None:
        raise ValueError("a claim is assessed now or was decided before")
    because, grounds = (later.reason, later.grounds) if later else ("", None)
    return Assessed(
        claim_of(key),
        before.county,
        provisional=before.provisional,
        grounds=grounds,
        because=because or NO_LONGER_DUE,
    )


def _next_maturity(assessed: Iterable[Assessed], closed: date) -> date | None:
    days = (item.matures_on for item in assessed if item.matures_on is not None)
    return min((day for day in days if day > closed), default=None)


def _gaps(events: Iterable[Event], noted: Collection[str]) -> list[Event]:
    """Return one notice for each figure that is found missing for a county for the first time."""
    found: dict[str, Event] = {}
    for event in events:
        if not isinstance(event, EntitlementRefused) or event.parameter is None:
            continue
        mark = gap(event.parameter, event.county)
        if mark not in noted:
            found.setdefault(mark, ParameterFoundUnset(
                parameter=event.parameter, programme=event.claim.programme, county=event.county
            ))  # fmt: skip
    return list(found.values())
