"""Two plans of a fair: the greatest total, and the stable one; and who would rather break a plan.

A plan is an array: for each guest the pair (an entry of `Pairs`) that is theirs, -1 for none.

Sources: Gale, Shapley, "College Admissions and the Stability of Marriage", 1962 (deferred acceptance); Crouse, "On
implementing 2D rectangular assignment algorithms", 2016, and Jonker, Volgenant, 1987 (as scipy has them).
"""

import heapq

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from services.matching.fair.pairs import Ints, Pairs
from shared.errors import BangfuError

_EXACT = 2**53  # the solver reckons in doubles, which hold every whole number up to here
_LOTS_MAX = 1_024
_MIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def greatest_total(pairs: Pairs) -> Ints:
    """Return the plan whose scores sum up to the most; among equals a lot decides that is the same on every machine.

    Raises:
        BangfuError: So many people that whole numbers would not stay exact.
    """
    plan = np.full(pairs.guests, -1, dtype=np.int64)
    if not len(pairs.guest):
        return plan
    worth = _worth(pairs)
    # Each place is a column, and each guest has one more of their own, which is staying without: then all are matched.
    counts = np.minimum(pairs.places, np.bincount(pairs.post, minlength=len(pairs.places)))
    first = np.concatenate([[0], np.cumsum(counts)])
    repeats = counts[pairs.post]
    entry = np.repeat(np.arange(len(worth)), repeats)
    within = np.arange(len(entry)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    rows = np.concatenate([pairs.guest[entry], np.arange(pairs.guests)])
    columns = np.concatenate([first[pairs.post[entry]] + within, first[-1] + np.arange(pairs.guests)])
    top = int(worth.max()) + 1  # costs are positive: an entry of nought would count as none
    costs = np.concatenate([top - worth[entry], np.full(pairs.guests, top)]).astype(float)
    shape = (pairs.guests, int(first[-1]) + pairs.guests)
    guests, taken = min_weight_full_bipartite_matching(csr_array((costs, (rows, columns)), shape=shape))
    post = np.searchsorted(first, taken, side="right") - 1
    key = pairs.guest * len(pairs.places) + pairs.post
    placed = taken < first[-1]
    plan[guests[placed]] = np.searchsorted(key, guests[placed] * len(pairs.places) + post[placed])
    return plan


def _worth(pairs: Pairs) -> Ints:
    """Return scores scaled up, with a lot from 1 in the room below, so that lots never outweigh a point of score."""
    highest = int(pairs.score.max()) + 1
    lots = min(_LOTS_MAX, _EXACT // (highest * pairs.guests**2 * 2))
    if lots < 1:
        raise BangfuError(f"{pairs.guests} people in one fair are too many: hold it by county")
    drawn = pairs.guest.astype(np.uint64) << np.uint64(32) | pairs.post.astype(np.uint64)
    drawn = drawn * np.uint64(_MIX[0])
    drawn = (drawn ^ (drawn >> np.uint64(30))) * np.uint64(_MIX[1])
    drawn = (drawn ^ (drawn >> np.uint64(27))) * np.uint64(_MIX[2])
    lot = ((drawn ^ (drawn >> np.uint64(31))) % np.uint64(lots)).astype(np.int64) + 1
    return pairs.score * (lots * pairs.guests + 1) + lot


def stable(pairs: Pairs) -> Ints:
    """Return the stable plan that is best for every guest: nobody could have a better post that would rather have them.

    Deferred acceptance with capacities: each guest asks their posts from the best down, a full post keeps whom it
    rather has. At most one step a pair; the order of asking makes no difference.
    """
    wishes, starts = pairs.by_wish.tolist(), pairs.starts.tolist()
    post, guest, rank = pairs.post.tolist(), pairs.guest.tolist(), pairs.claim_rank.tolist()
    upcoming, places = starts[:-1], pairs.places.tolist()
    held: list[list[tuple[int, int]]] = [[] for _ in places]  # heaps: the one to give way first
    waiting = list(range(pairs.guests))
    while waiting:
        asking = waiting.pop()
        if upcoming[asking] == starts[asking + 1]:
            continue
        pair = wishes[upcoming[asking]]
        upcoming[asking] += 1
        heap, entry = held[post[pair]], (-rank[pair], pair)
        if len(heap) < places[post[pair]]:
            heapq.heappush(heap, entry)
        else:
            waiting.append(guest[heapq.heappushpop(heap, entry)[1]])
    plan = np.full(pairs.guests, -1, dtype=np.int64)
    for heap in held:
        for _, pair in heap:
            plan[guest[pair]] = pair
    return plan


def blocking(pairs: Pairs, plan: Ints) -> Ints:
    """Return the pairs that would rather have each other than what the plan gives them, both by more than a tie."""
    taken = plan[plan >= 0]
    has = np.full(pairs.guests, -1, dtype=np.int64)
    has[pairs.guest[taken]] = pairs.wish[taken]
    weakest = np.full(len(pairs.places), np.iinfo(np.int64).max)
    np.minimum.at(weakest, pairs.post[taken], pairs.claim[taken])
    weakest[np.bincount(pairs.post[taken], minlength=len(pairs.places)) < pairs.places] = -1
    return np.flatnonzero((pairs.wish > has[pairs.guest]) & (pairs.claim > weakest[pairs.post]))
