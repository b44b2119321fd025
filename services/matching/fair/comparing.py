"""Both plans of a fair side by side, and what each person gives up in them; ids, codes and basis points only."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from services.matching.fair.hall import Hall
from services.matching.fair.judging import Judge
from services.matching.fair.pairs import Ints, Pairs, guest_reason, pairs_of, post_reason
from services.matching.fair.plans import blocking, greatest_total, stable

Row = dict[str, Any]
_ALONE = 1_000_000  # pairs to ask about, up to which other processes are not worth their start

PLANS: dict[str, Callable[[Pairs], Ints]] = {"total": greatest_total, "stable": stable}


def compared(hall: Hall, judge: Judge) -> Row:
    """Return the whole answer: sums of each plan, what stability costs, every person, every post that takes nobody.

    What a person gives up is counted in their own wish, against the best post that fits them: the wish there less the
    wish where the plan puts them, all of it if it puts them nowhere. Rank 1 is a post than which none is better.
    """
    asked = len(hall.guests) * len(hall.posts)
    pairs = pairs_of(hall, judge, 1 if asked <= _ALONE else os.cpu_count() or 1)
    plans = {name: plan(pairs) for name, plan in PLANS.items()}
    sums = {name: _sums(pairs, plan) for name, plan in plans.items()}
    return {
        "on": hall.on.isoformat(),
        "people": len(hall.guests),
        "posts": len(hall.posts),
        "places": int(pairs.places.sum()),
        "pairs": len(pairs.guest),
        "plans": sums,
        "stability_price_bp": sums["total"]["score_bp"] - sums["stable"]["score_bp"],
        "stability_price_people": sums["total"]["placed"] - sums["stable"]["placed"],
        "blocking": _blocking(hall, pairs, plans["total"]),
        "assigned": _people(hall, pairs, plans),
        "fits_nothing": _left_over(hall, pairs, judge),
        "fits_nobody": _idle(hall, pairs, judge),
    }


def _sums(pairs: Pairs, plan: Ints) -> Row:
    taken, fitting = plan[plan >= 0], int((np.diff(pairs.starts) > 0).sum())
    breaking = blocking(pairs, plan)
    return {
        "placed": len(taken),
        "without": fitting - len(taken),
        "score_bp": int(pairs.score[taken].sum()),
        "wish_bp": int(pairs.wish[taken].sum()),
        "claim_bp": int(pairs.claim[taken].sum()),
        "given_up_bp": int(_best(pairs).sum() - pairs.wish[taken].sum()),
        "first_choice": int((pairs.wish_rank[taken] == 1).sum()),
        "blocking_pairs": len(breaking),
        "blocking_people": len(np.unique(pairs.guest[breaking])),
    }


def _best(pairs: Pairs) -> Ints:
    best = np.zeros(pairs.guests, dtype=np.int64)
    np.maximum.at(best, pairs.guest, pairs.wish)
    return best


def _blocking(hall: Hall, pairs: Pairs, plan: Ints) -> list[Row]:
    """Return for each person who would break the plan the best post that would have them."""
    first: dict[int, int] = {}
    ranks = pairs.wish_rank
    for pair in blocking(pairs, plan).tolist():
        guest = int(pairs.guest[pair])
        if guest not in first or ranks[pair] < ranks[first[guest]]:
            first[guest] = pair
    return [
        {
            "person": hall.guests[guest].id,
            "has": _post(hall, pairs, int(plan[guest])),
            "rather": _post(hall, pairs, pair),
        }
        for guest, pair in sorted(first.items())
    ]


def _people(hall: Hall, pairs: Pairs, plans: dict[str, Ints]) -> list[Row]:
    best = _best(pairs)
    rows = []
    for guest in np.flatnonzero(np.diff(pairs.starts)).tolist():
        own = int(pairs.by_wish[pairs.starts[guest]])
        row: Row = {"person": hall.guests[guest].id, "best": _place(hall, pairs, own, int(best[guest]))}
        row |= {name: _place(hall, pairs, int(plan[guest]), int(best[guest])) for name, plan in plans.items()}
        row["stable_less_total_bp"] = row["total"]["gives_up_bp"] - row["stable"]["gives_up_bp"]
        rows.append(row)
    return rows


def _place(hall: Hall, pairs: Pairs, pair: int, best: int) -> Row:
    if pair < 0:
        return {"post": None, "title": None, "score_bp": 0, "wish_bp": 0, "rank": None, "gives_up_bp": best}
    wish = int(pairs.wish[pair])
    return {
        "post": _post(hall, pairs, pair),
        "title": hall.posts[int(pairs.post[pair])].vacancy.title,
        "score_bp": int(pairs.score[pair]),
        "wish_bp": wish,
        "rank": int(pairs.wish_rank[pair]),
        "gives_up_bp": best - wish,
    }


def _post(hall: Hall, pairs: Pairs, pair: int) -> str | None:
    return hall.posts[int(pairs.post[pair])].id if pair >= 0 else None


def _left_over(hall: Hall, pairs: Pairs, judge: Judge) -> list[Row]:
    nothing = np.flatnonzero(np.diff(pairs.starts) == 0).tolist()
    return [{"person": hall.guests[at].id, "reason": guest_reason(hall, judge, at)} for at in nothing]


def _idle(hall: Hall, pairs: Pairs, judge: Judge) -> list[Row]:
    nobody = np.flatnonzero(np.bincount(pairs.post, minlength=len(hall.posts)) == 0).tolist()
    return [{"post": hall.posts[at].id, "reason": post_reason(hall, judge, at)} for at in nobody]
