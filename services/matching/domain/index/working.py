"""The retirement age as the first day of birth of those who may still work: it only moves forward with the birth."""

from datetime import date
from functools import lru_cache

from services.matching.domain.retirement import Group, retires_on

_OLDEST = date(1880, 1, 1)


@lru_cache(maxsize=256)
def born_from(group: Group, on: date) -> date:
    """Return the first day of birth of those of a group who have not reached retirement age on a day."""
    low, high = _OLDEST.toordinal(), on.toordinal()
    while low < high:
        middle = (low + high) // 2
        if on < retires_on(date.fromordinal(middle), group, on):
            high = middle
        else:
            low = middle + 1
    return date.fromordinal(low)
