"""What matching's hard rules and score say of a guest and a post: the one place where a fair asks them."""

from dataclasses import dataclass
from datetime import date

from services.matching.domain.fitting import why_not
from services.matching.domain.scoring import Weights, score_terms
from services.matching.fair.hall import Guest, Post
from services.matching.weights import load_weights
from shared.errors import BangfuError

# Of each term somebody speaks: these tell people apart, so they are the post's; all others are the person's.
CLAIM_TERMS = frozenset({"skills", "need"})


@dataclass(frozen=True)
class Judge:
    """The rules and weights of one day; it can be handed to another process."""

    on: date
    weights: Weights

    def why_not(self, guest: Guest, post: Post) -> str | None:
        """Return the first hard rule that keeps a guest from a post, None if none does."""
        return why_not(guest.seeker, post.id, post.vacancy, self.on)

    def terms(self, guest: Guest, post: Post) -> dict[str, int]:
        """Return the terms of the score of a pair that fits, in basis points, none negative."""
        return score_terms(guest.seeker, post.vacancy, self.weights)


def judge_on(day: date) -> Judge:
    """Return the rules and weights in force on a day.

    Raises:
        BangfuError: No weights are.
    """
    weights = load_weights().on(day)
    if weights is None:
        raise BangfuError(f"no weights are in force on {day}: weights.yaml says from when they are")
    return Judge(day, weights)
