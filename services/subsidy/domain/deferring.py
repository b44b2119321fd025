"""What does not fit its budget waits whole, in its place; what waits is worked out again like any amount.

Room is made by a grant and by a take-back in the same programme and county. Then what waits is posted in the order of
waiting: strictly, so that nobody overtakes the first one that does not fit, or filling gaps, so that what fits is
posted. A line is charged to the budget of the year in which it is posted; only while that year has no budget does what
waits stay with the last one that had, and is charged to that if room is made there.
"""

from typing import Final

from services.subsidy.domain.accounts import available
from services.subsidy.domain.booking import Day, post, release, settle
from services.subsidy.domain.budgets import BUDGET, binds, budget_of, waits_for
from services.subsidy.domain.claims import claim_key
from services.subsidy.domain.positions import Position, Spot
from services.subsidy.domain.queue import CLAIM
from shared.events.subsidy import DeferralLifted, EntitlementChanged, LineDeferred

EXHAUSTED: Final = "budget_exhausted"


def deal(day: Day, place: str, change: EntitlementChanged) -> None:
    """Post a change, or work it into what waits, or let it wait."""
    position = day.position(change.claim)
    spot = position.waiting.get(claim_key(change.claim))
    if spot is None:
        if _may_post(day, change, position):
            post(day, place, change)
            _post_what_it_covers(day, change)
        else:
            _defer(day, place, change)
        return
    _rework(day, spot, place, change.model_copy(update={"change_fen": spot.fen + change.change_fen}))


def _rework(day: Day, spot: Spot, place: str, rest: EntitlementChanged) -> None:
    """Let what waits grow, shrink or vanish in its place; what is more than vanished is taken back."""
    before = day.draft(CLAIM, spot.place).change
    if rest.change_fen > 0 or not _covers(day.position(rest.claim), rest.change_fen):
        if before is not None and before.county != rest.county:
            _vanish(day, spot, before, merges=None)
        _defer(day, spot.place, rest, merges=place)
        return
    _vanish(day, spot, before or rest, merges=None if rest.change_fen else place)
    if rest.change_fen:
        post(day, place, rest)
    elif not rest.provisional:
        settle(day, rest)


def drain(day: Day, budget: str) -> None:
    """Post what waits for a budget and fits, in the order of waiting."""
    for entry in day.draft(BUDGET, budget).queue:
        change = day.draft(CLAIM, entry.place).change
        if change is None or entry.fen <= 0:
            continue
        year = waits_for(day.draft(BUDGET, budget), day.date)
        if year is None or _room(day, change, year) >= entry.fen:
            _post_waiting(day, entry.place, change, year)
        elif not day.rules.fills_gaps(change.county):
            break


def _post_waiting(day: Day, place: str, change: EntitlementChanged, year: int | None) -> None:
    post(day, place, change, waited_for=year or day.date.year)
    day.draft.say(DeferralLifted(place=place, claim=change.claim, county=change.county, outcome="posted"))
    _post_what_it_covers(day, change)


def _post_what_it_covers(day: Day, change: EntitlementChanged) -> None:
    """Post what waited to take back of a year more than was charged, as soon as the year's months are posted."""
    for _, spot in sorted(day.position(change.claim).waiting.items()):
        if spot.fen < 0 and _covers(day.position(change.claim), spot.fen):
            decision = day.draft(CLAIM, spot.place).change
            if decision is not None:
                _post_waiting(day, spot.place, decision, None)


def _may_post(day: Day, change: EntitlementChanged, position: Position) -> bool:
    """Tell whether a change that has not waited is posted at once."""
    if change.change_fen <= 0 and position.waiting:
        return _covers(position, change.change_fen)  # what waits for an older year's money waits in a year without any
    budget = day.draft(BUDGET, budget_of(change.claim, change.county))
    if not binds(budget, day.date):
        return True
    if change.change_fen <= 0:
        return _covers(position, change.change_fen)
    somebody_waits = any(entry.fen > 0 for entry in budget.queue)
    fits = _room(day, change, day.date.year) >= change.change_fen
    return fits and (not somebody_waits or day.rules.fills_gaps(change.county))


def _covers(position: Position, fen: int) -> bool:
    """Tell whether what an amount takes back was charged; a decision may come before its months are posted."""
    return position.charged_fen >= -fen


def _room(day: Day, change: EntitlementChanged, year: int) -> int:
    return day.balance(available(change.claim.programme, change.county, year))


def _defer(day: Day, place: str, change: EntitlementChanged, merges: str | None = None) -> None:
    """Let a change wait; what it settles is settled now, and a month that waits in a decided year is not final."""
    if not change.provisional:
        settle(day, change)
    before_fen = day.position(change.claim).waiting_months_fen
    waits = change.model_copy(update={"settled_fen": 0})
    day.draft.say(LineDeferred(place=place, change=waits, reason=EXHAUSTED, merges=merges))
    _hold_back(day, change, before_fen)


def _vanish(day: Day, spot: Spot, change: EntitlementChanged, merges: str | None) -> None:
    before_fen = day.position(change.claim).waiting_months_fen
    lifted = DeferralLifted(
        place=spot.place, claim=change.claim, county=change.county, outcome="nothing_left", merges=merges
    )
    day.draft.say(lifted)
    _hold_back(day, change, before_fen)


def _hold_back(day: Day, change: EntitlementChanged, before_fen: int) -> None:
    """Keep back, of what a year's decision made final, the months that wait."""
    position = day.position(change.claim)
    more_fen = position.waiting_months_fen - before_fen
    if position.decided and more_fen:
        release(day, change, -more_fen)
