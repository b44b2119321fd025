"""Money as integer fen: the only arithmetic that touches an amount.

Pure. 100 fen are one yuan. Nothing here is a binary fraction: a quotient is rounded once, exactly, half up.
"""

import re
from typing import Final

MAX_FEN: Final = 10**13
"""The largest amount that text may state (100 thousand million yuan): far above a county's budget, far below int64."""

_DAYS_IN_MONTH_MAX: Final = 31
_YUAN: Final = re.compile(r"(-?)(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,2}))?")


def half_up(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` rounded to a whole number, half up.

    A negative quotient is rounded like the positive one (-2.5 becomes -3, as with ``decimal.ROUND_HALF_UP``), so that
    taking an amount back gives exactly the amount that was given.

    Raises:
        ValueError: The denominator is not positive.
    """
    if denominator <= 0:
        raise ValueError(f"the denominator of an amount is positive, got {denominator}")
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded


def percent(amount_fen: int, percent: int) -> int:
    """Return ``percent`` (a whole number) per cent of an amount, in fen, rounded half up once."""
    return half_up(amount_fen * percent, 100)


def prorate(month_fen: int, first_day: int, last_day: int, days_in_month: int) -> int:
    """Return what the days ``first_day`` to ``last_day`` (of the month, both counted) earn of a month's amount, in fen.

    By cumulative difference: F(last) - F(first - 1) with F(d) = month's amount x d / days, rounded half up. However a
    month is split, the parts sum to the whole; each part may differ by a fen from its own rounding.

    Raises:
        ValueError: Not 1 <= first_day <= last_day <= days_in_month <= 31.
    """
    if not 1 <= first_day <= last_day <= days_in_month <= _DAYS_IN_MONTH_MAX:
        raise ValueError(f"days {first_day} to {last_day} are no part of a month of {days_in_month} days")
    return half_up(month_fen * last_day, days_in_month) - half_up(month_fen * (first_day - 1), days_in_month)


def yuan(fen: int) -> str:
    """Return an amount in fen as yuan with two decimals and no grouping: ``742.00``, ``-0.05``."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{part:02d}"


def fen(yuan_text: str) -> int:
    """Return the fen that a plain decimal text states in yuan: ``742``, ``742.5`` and ``-742.00``.

    Raises:
        ValueError: Anything else: a float, an exponent, grouping, full-width digits, a third decimal, spaces, a plus
            sign, leading zeros, or more than ``MAX_FEN``. The message does not repeat the text, because what stands
            in the wrong column of a form may be personal.
    """
    stated = _YUAN.fullmatch(yuan_text) if isinstance(yuan_text, str) else None
    if stated is None:
        raise ValueError("an amount is text in yuan such as 742.00: ASCII digits, at most 12, and at most two decimals")
    amount = int(stated[2]) * 100 + int((stated[3] or "").ljust(2, "0"))
    if amount > MAX_FEN:
        raise ValueError(f"an amount is at most {yuan(MAX_FEN)} yuan")
    return -amount if stated[1] else amount
