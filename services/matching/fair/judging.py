"""What matching's hard rules and score say of a guest and a post: the one place where a fair asks them."""

from dataclasses import dataclass
from datetime import date

from services.matching.domain.fitting import RULES, obstacle, why_not
from services.matching.domain.scene import Scene
from services.matching.domain.scoring import score_terms
from services.matching.domain.seeker import Seeker
from services.matching.fair.hall import Guest, Post
from services.matching.fair.known import Known
from services.matching.weights import load_policy
from shared.errors import BangfuError

# Of each term somebody speaks: these tell people apart, so they are the post's; all others are the person's.
CLAIM_TERMS = frozenset({"skills", "need", "waiting", "household"})

_OF_BOTH = tuple(rule for rule in RULES if rule.side == "both")
_ANYONE = Seeker()


@dataclass(frozen=True)
class Judge:
    """The rules and weights of one day of the market; it can be handed to another process."""

    scene: Scene

    def why_not(self, guest: Guest, post: Post) -> str | None:
        """Return the first hard rule that keeps a guest from a post, None if none does."""
        return why_not(guest.seeker, post.id, post.vacancy, self.scene)

    def fits(self, guest: Guest, post: Post) -> bool:
        """Tell whether no rule keeps a guest from a post, for a guest whom nothing keeps from all and an open post."""
        return post.id not in guest.seeker.offered and all(
            rule.holds(guest.seeker, post.vacancy, self.scene) for rule in _OF_BOTH
        )

    def is_free(self, guest: Guest) -> bool:
        """Tell whether nothing that is known of a guest alone keeps them from every post."""
        return obstacle(guest.seeker, self.scene) is None

    def is_open(self, post: Post) -> bool:
        """Tell whether nothing that is known of a post alone keeps everyone from it."""
        alone = (rule.holds(_ANYONE, post.vacancy, self.scene) for rule in RULES if rule.side == "vacancy")
        return post.vacancy.room(self.scene.limits) > 0 and all(alone)

    def terms(self, guest: Guest, post: Post) -> dict[str, int]:
        """Return the terms of the score of a pair that fits, in basis points, none negative."""
        return score_terms(guest.seeker, post.vacancy, self.scene)


def judge_on(day: date, market: Known | None = None) -> Judge:
    """Return the rules and weights in force on a day of a market.

    Raises:
        BangfuError: None are.
    """
    scene = load_policy().scene(day, market or Known({}))
    if scene is None:
        raise BangfuError(f"no weights are in force on {day}: weights.yaml and rules.yaml say from when they are")
    return Judge(scene)
