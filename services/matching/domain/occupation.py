"""How close two occupations are: by their codes, if both are codes, else by their names alone.

Source: GB/T 6565-2015 and the 职业分类大典: one digit of the code is the major group, three the sub-major, five the
minor group, seven the occupation itself (written 6-31-01-02 or 6310102).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

LEVELS = 4
DIGITS_OF_LEVEL = (1, 3, 5, 7)
_CODE = re.compile(r"\d([-\d]*\d)?")
_CADRES = frozenset("123")  # heads of bodies and firms, professionals, clerks: 管理、技术岗位


@lru_cache(maxsize=16_384)
def code_of(occupation: str) -> str:
    """Return the digits of an occupation's code; empty if it is a name."""
    return occupation.replace("-", "") if _CODE.fullmatch(occupation) else ""


def is_cadres(occupation: str) -> bool:
    """Tell whether a code is one of leaders', professionals' or clerks' posts; of a name nobody can tell."""
    return code_of(occupation)[:1] in _CADRES


def levels_shared(wanted: str, had: Iterable[str]) -> int:
    """Return how much of an occupation agrees with the closest of others: 4 the same, 3 to 1 related, 0 another."""
    return max([_shared(wanted, each) for each in had], default=0)


@lru_cache(maxsize=65_536)
def _shared(one: str, other: str) -> int:
    if one == other:
        return LEVELS
    first, second = code_of(one), code_of(other)
    if not first or not second:
        return 0
    if first == second:
        return LEVELS
    agree = [first[:digits] == second[:digits] for digits in DIGITS_OF_LEVEL if digits <= min(len(first), len(second))]
    return min(sum(agree), LEVELS - 1)
