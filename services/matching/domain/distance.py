"""Coarse places and the distance between them, in integers, so that every machine gets the same answer.

Upstream's coordinates (WGS 84) arrive rounded to about a kilometre; here they are hundredths of a degree.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.events.people import Location

_METRES_PER_STEP = 1_112  # a hundredth of a degree of a great circle (mean radius 6,371 km, IUGG)
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
    """Tell whether two spots are at most `km` apart as the crow flies.

    Equirectangular, with the cosine of the full degree of latitude: right to about a per cent within a province.
    """
    around = abs(one.east - other.east)
    degree = abs(one.north + other.north) // (2 * _STEPS_PER_DEGREE)
    east = min(around, _STEPS_AROUND - around) * _METRES_PER_STEP * _COSINES[degree]
    north = abs(one.north - other.north) * _METRES_PER_STEP * _SCALE
    return north**2 + east**2 <= (km * 1_000 * _SCALE) ** 2


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
    return around * _METRES_PER_STEP * _COSINES[degree] <= km * 1_000 * _SCALE


def all_within(
    one: Spot, north: NDArray[np.int32], east: NDArray[np.int32], km: NDArray[np.int64] | int
) -> NDArray[np.bool_]:
    """Tell of many spots whether each is at most `km` (one for all or one each) apart from one spot.

    As `is_within`, but in floats, whose last digits may let in what is too far by a part in a thousand million.
    """
    around = np.abs(east - one.east)
    degree = np.abs(north + one.north) // (2 * _STEPS_PER_DEGREE)
    lengths = np.array(_COSINES, np.float64)[degree] * _METRES_PER_STEP
    easting = np.minimum(around, _STEPS_AROUND - around) * lengths
    northing = (north - one.north) * float(_METRES_PER_STEP * _SCALE)
    near: NDArray[np.bool_] = northing**2 + easting**2 <= (km * float(1_000 * _SCALE)) ** 2 * (1 + 1e-9)
    return near
