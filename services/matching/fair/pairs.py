"""The pairs that fit, as arrays, and the two sides of their score.

The score is the sum of its terms. At a fair each term speaks for one side: what the post makes of the person (skills,
need) is the post's claim, all other terms (occupation wanted, nearness, wage, and whatever else tells posts apart) are
the person's wish. `wish + claim` is the score that an offer would have.
"""

from array import array
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from services.matching.fair.hall import Hall
from services.matching.fair.judging import CLAIM_TERMS, Judge
from services.matching.fair.sieve import Sieve

_CHUNKS = 4  # pieces of work a process, so that none waits long for another

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Who fits where: parallel arrays, one entry a pair, by guest and then by post.

    Args:
        guests: How many people are in the hall.
        places: Places of each post.
        guest, post: Positions in the hall.
        wish, claim: What the pair is worth to the person and to the post, in basis points, not negative.
    """

    guests: int
    places: Ints
    guest: Ints
    post: Ints
    wish: Ints
    claim: Ints

    @cached_property
    def score(self) -> Ints:
        """Return what each pair is worth in all."""
        return self.wish + self.claim

    @cached_property
    def starts(self) -> Ints:
        """Return where each guest's pairs begin, and at the end how many pairs there are."""
        return np.searchsorted(self.guest, np.arange(self.guests + 1))

    @cached_property
    def by_wish(self) -> Ints:
        """Return the pairs of each guest, best first: by wish, then by score, then by the order of the hall."""
        return np.lexsort((self.post, -self.score, -self.wish, self.guest))

    @cached_property
    def wish_rank(self) -> Ints:
        """Return for each pair how many posts are better for the guest, plus one; equals share a rank."""
        guest, wish = self.guest[self.by_wish], self.wish[self.by_wish]
        place = np.arange(len(guest))
        fresh = np.ones(len(guest), dtype=bool)
        fresh[1:] = (guest[1:] != guest[:-1]) | (wish[1:] != wish[:-1])
        ranks = np.empty(len(guest), dtype=np.int64)
        ranks[self.by_wish] = np.maximum.accumulate(np.where(fresh, place, 0)) - self.starts[guest] + 1
        return ranks

    @cached_property
    def claim_rank(self) -> Ints:
        """Return a number for each pair, lower for whom the post rather takes: by claim, score, order of the hall."""
        order = np.lexsort((self.guest, -self.score, -self.claim, self.post))
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        return ranks


def pairs_of(hall: Hall, judge: Judge, processes: int = 1) -> Pairs:
    """Return the pairs of a hall that no hard rule keeps apart; several processes give the same and share the work."""
    chunk = max(1, -(-len(hall.guests) // (processes * _CHUNKS)))
    starts = range(0, len(hall.guests), chunk)
    ask = partial(_rows, hall, judge, chunk)
    if processes > 1:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            found = b"".join(pool.map(ask, starts))
    else:
        found = b"".join(map(ask, starts))
    places = np.array([post.places for post in hall.posts], dtype=np.int64)
    return Pairs(len(hall.guests), places, *np.frombuffer(found, dtype=np.int64).reshape(-1, 4).T.copy())


def _rows(hall: Hall, judge: Judge, chunk: int, start: int) -> bytes:
    """Return guest, post, wish and claim of each pair of some guests, as 64-bit numbers."""
    sieve = Sieve(hall.posts, hall.on)
    closed = {place for place, post in enumerate(hall.posts) if not judge.is_open(post)}
    rows = array("q")
    for at in range(start, min(start + chunk, len(hall.guests))):
        guest = hall.guests[at]
        for place in sieve.candidates(guest.seeker) if judge.is_free(guest) else ():
            post = hall.posts[place]
            if place not in closed and judge.fits(guest, post):
                terms = judge.terms(guest, post)
                claim = sum(points for name, points in terms.items() if name in CLAIM_TERMS)
                rows.extend((at, place, sum(terms.values()) - claim, claim))
    return rows.tobytes()


def guest_reason(hall: Hall, judge: Judge, at: int) -> str:
    """Return what most often keeps a guest for whom nothing fits from a post; of equals the first by name."""
    return _commonest(Counter(judge.why_not(hall.guests[at], post) for post in hall.posts))


def post_reason(hall: Hall, judge: Judge, place: int) -> str:
    """Return what most often keeps guests from a post that fits nobody; of equals the first by name."""
    return _commonest(Counter(judge.why_not(guest, hall.posts[place]) for guest in hall.guests))


def _commonest(reasons: Counter[str | None]) -> str:
    named = [(-count, reason) for reason, count in reasons.items() if reason is not None]
    return min(named)[1] if named else "nobody_there"
