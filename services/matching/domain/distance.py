"""Coarse places and the distance between them, in integers, so that every machine gets the same answer.

Upstream's coordinates (WGS 84) arrive rounded to about a kilometre; here they are hundredths of a degree.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.events.people import Location

_METRES_PER_STEP = 1_112  # a hundredth of a degree of a great circle (mean radius 6,371 km, IUGG)
_METRES_PER_KM = 1_000
_STEPS_PER_DEGREE = 100
_STEPS_AROUND = 360 * _STEPS_PER_DEGREE
_SCALE = 10_000
_COSINES = tuple(round(math.cos(math.radians(degree)) * _SCALE) for degree in range(91))
_METRES_EAST = _METRES_PER_STEP * np.array(_COSINES, np.int64)  # of a step, in ten thousandths

NOWHERE = 2_000_000  # as `north` of what has no spot; its square still fits 64 bits


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in hundredths of a degree, north and east positive."""

    north: int
    east: int


def spot_of(location: Location) -> Spot:
    """Return the nearest point of the grid."""
    return Spot(round(location.lat * _STEPS_PER_DEGREE), round(location.lon * _STEPS_PER_DEGREE))


def is_within(one: Spot, other: Spot, *, km: int) -> bool:
    """Tell whether two spots are at most `km` apart as the crow flies."""
    return _square(one, other) <= (km * _METRES_PER_KM) ** 2


def kilometres(one: Spot, other: Spot) -> int:
    """Return how many full kilometres lie between two spots as the crow flies."""
    return math.isqrt(_square(one, other)) // _METRES_PER_KM


def _square(one: Spot, other: Spot) -> int:
    """Return the square of the distance in metres; it fits 64 bits.

    Equirectangular, with the cosine of the full degree of latitude: right to about a per cent within a province.
    """
    around = abs(one.east - other.east)
    degree = abs(one.north + other.north) // (2 * _STEPS_PER_DEGREE)
    east = min(around, _STEPS_AROUND - around) * _METRES_PER_STEP * _COSINES[degree] // _SCALE
    north = abs(one.north - other.north) * _METRES_PER_STEP
    return north**2 + east**2


def squares(one: Spot, north: NDArray[np.int32], east: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the squares of the distances of many spots from one, in metres: each the same as for the two alone.

    What is `NOWHERE` north is farther than any place on earth.
    """
    around = np.abs(east.astype(np.int64) - one.east)
    degree = np.abs(north + one.north) // (2 * _STEPS_PER_DEGREE)
    easting = np.minimum(around, _STEPS_AROUND - around) * _METRES_EAST.take(degree, mode="clip") // _SCALE
    northing = (north.astype(np.int64) - one.north) * _METRES_PER_STEP
    found: NDArray[np.int64] = northing**2 + easting**2
    return found


def full_kilometres(square: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return full kilometres from squares of metres, exactly: these squares are small enough for a float's root."""
    return np.floor(np.sqrt(square)).astype(np.int64) // _METRES_PER_KM


def eastward(one: Spot, south: int, size: int, *, km: int) -> int:
    """Return how many steps east or west of one a spot of a band of latitude can be `km` near; never too few.

    Args:
        one: From where.
        south: The most southern steps of the band.
        size: Steps from there to the next band.
        km: How near.
    """
    sums = (abs(one.north + south), abs(one.north + south + size - 1))
    cosine = _COSINES[min(90, max(sums) // (2 * _STEPS_PER_DEGREE))]
    if not cosine:
        return _STEPS_AROUND
    return ((km * _METRES_PER_KM + 1) * _SCALE - 1) // (_METRES_PER_STEP * cosine)


def gap_east(one: Spot, west: int, size: int) -> int:
    """Return how many steps lie east or west between a spot and a column of so many steps from its western end on."""
    last = west + size - 1
    if size >= _STEPS_AROUND or west <= one.east <= last:
        return 0
    gaps = abs(west - one.east) % _STEPS_AROUND, abs(last - one.east) % _STEPS_AROUND
    return min(gaps[0], gaps[1], _STEPS_AROUND - gaps[0], _STEPS_AROUND - gaps[1])
