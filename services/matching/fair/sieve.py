"""Which posts are worth a closer look for a person: a quick sieve that never holds back a pair that fits.

Only conditions that every fitting pair meets are looked at, by arrays, and each with slack where it is not exact; the
hard rules themselves decide afterwards. Ten million pairs are too many to ask one by one.
"""

from collections.abc import Sequence
from datetime import date
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.fitting import education_rank
from services.matching.domain.seeker import Seeker
from services.matching.fair.hall import Post
from shared.events.types import Status

_ANY_AGE = 1_000
_STEPS_AROUND = 36_000
_KM_PER_STEP = 1.11  # a hundredth of a degree of latitude, rounded down
_SLACK_KM = 1.0


class Sieve:
    """The posts as arrays."""

    def __init__(self, posts: Sequence[Post], on: date) -> None:
        every = [post.vacancy for post in posts]
        self._on = on
        self._open = np.array([v.is_open(on) for v in every], dtype=bool)
        self._county = np.array([v.county for v in every], dtype=object)
        self._pays = np.array([np.inf if v.best_wage_fen is None else v.best_wage_fen for v in every], dtype=float)
        self._youngest = np.array([v.age_min or 0 for v in every], dtype=np.int64)
        self._oldest = np.array([v.age_max or _ANY_AGE for v in every], dtype=np.int64)
        self._schooling = np.array([_rank(v.education_min) for v in every], dtype=np.int64)
        self._meant = {
            status: np.array([not v.reserved_for or status in v.reserved_for for v in every], dtype=bool)
            for status in get_args(Status)
        }
        self._located = np.array([v.spot is not None for v in every], dtype=bool)
        self._north = np.array([v.spot.north if v.spot else 0 for v in every], dtype=np.int64)
        self._east = np.array([v.spot.east if v.spot else 0 for v in every], dtype=np.int64)

    def candidates(self, seeker: Seeker) -> list[int]:
        """Return, in order, the posts among which all are that fit the person; none for whom nothing can fit."""
        if seeker.obstacle is not None or seeker.born_on is None:
            return []
        years = self._on.year - seeker.born_on.year  # the age, or one more before the birthday
        fits = self._open & self._meant[seeker.status] & (self._schooling <= _rank(seeker.education))
        fits &= (
            (self._pays >= seeker.wanted_wage_fen)
            & (self._youngest <= years)
            & (years - 1 <= self._oldest)
            & self._near(seeker)
        )
        return [int(place) for place in np.flatnonzero(fits)]

    def _near(self, seeker: Seeker) -> NDArray[np.bool_]:
        home: NDArray[np.bool_] = self._county == seeker.county
        if seeker.spot is None or seeker.max_distance_km is None:
            return home
        reach = seeker.max_distance_km + _SLACK_KM + seeker.max_distance_km / 50
        degrees = np.abs(self._north + seeker.spot.north) / 200 + 1  # a degree nearer to the pole: narrower
        around = np.abs(self._east - seeker.spot.east)
        east = np.minimum(around, _STEPS_AROUND - around) * _KM_PER_STEP * np.cos(np.radians(np.minimum(degrees, 90)))
        north = np.abs(self._north - seeker.spot.north) * _KM_PER_STEP
        return np.where(self._located, north**2 + east**2 <= reach**2, home)


def _rank(education: str) -> int:
    return education_rank(education) if education else 0
