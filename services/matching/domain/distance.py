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
    """Return the squares of the distances of many spots from one, in metres: each the same as for the two alone."""
    around = np.abs(east.astype(np.int64) - one.east)
    degree = np.abs(north + one.north) // (2 * _STEPS_PER_DEGREE)
    cosine = np.array(_COSINES, np.int64)[degree]
    easting = np.minimum(around, _STEPS_AROUND - around) * _METRES_PER_STEP * cosine // _SCALE
    northing = (north.astype(np.int64) - one.north) * _METRES_PER_STEP
    found: NDArray[np.int64] = northing**2 + easting**2
    return found


def full_kilometres(square: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return full kilometres from squares of metres, exactly: these squares are small enough for a float's root."""
    return np.floor(np.sqrt(square)).astype(np.int64) // _METRES_PER_KM


def may_be_within(one: Spot, corner: Spot, size: int, *, km: int) -> bool:
    """Tell whether any spot of a square cell can be `km` near; only ever errs by saying that it can.

    Args:
        one: From where.
        corner: The cell's spot that is farthest south and west.
        size: Steps from there to the next cell, north and east.
        km: How near.
    """
    ends = (corner.east, corner.east + size - 1)
    around = 0
    if size < _STEPS_AROUND and not ends[0] <= one.east <= ends[1]:
        apart = [abs(one.east - end) % _STEPS_AROUND for end in ends]
        around = min(min(gap, _STEPS_AROUND - gap) for gap in apart)
    sums = (abs(one.north + corner.north), abs(one.north + corner.north + size - 1))
    degree = min(90, max(sums) // (2 * _STEPS_PER_DEGREE))
    return around * _METRES_PER_STEP * _COSINES[degree] // _SCALE <= km * _METRES_PER_KM
