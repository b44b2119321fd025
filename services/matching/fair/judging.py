"""What matching's hard rules and score say of a guest and a post: the one place where a fair asks them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from services.matching.domain.fitting import why_not
from services.matching.domain.scoring import score_terms
from services.matching.fair.hall import Guest, Post
from services.matching.weights import load_weights
from shared.errors import BangfuError

# Of each term somebody speaks: these tell people apart, so they are the post's; all others are the person's.
CLAIM_TERMS = frozenset({"skills", "need"})


@dataclass(frozen=True)
class Judge:
    """The rules and weights of one day.

    Args:
        why_not: The first hard rule that keeps a guest from a post, None if none does.
        terms: The terms of the score of a pair that fits, in basis points, none negative.
    """

    why_not: Callable[[Guest, Post], str | None]
    terms: Callable[[Guest, Post], dict[str, int]]


def judge_on(day: date) -> Judge:
    """Return the rules and weights in force on a day.

    Raises:
        BangfuError: No weights are.
    """
    weights = load_weights().on(day)
    if weights is None:
        raise BangfuError(f"no weights are in force on {day}: weights.yaml says from when they are")
    return Judge(
        lambda guest, post: why_not(guest.seeker, post.id, post.vacancy, day),
        lambda guest, post: score_terms(guest.seeker, post.vacancy, weights),
    )
