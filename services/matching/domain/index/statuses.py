"""Statuses of the roster as bits."""

from collections.abc import Iterable
from typing import get_args

from shared.events.types import Status

STATUSES: tuple[Status, ...] = get_args(Status)
NUMBERS: dict[str, int] = {status: number for number, status in enumerate(STATUSES)}
ALL = (1 << len(STATUSES)) - 1


def bit_of(status: str) -> int:
    """Return the bit of a status."""
    return 1 << NUMBERS[status]


def bits_of(statuses: Iterable[str]) -> int:
    """Return the bits of some statuses."""
    return sum({bit_of(status) for status in statuses})
