"""Coarse places and the distance between them, in integers, so that every machine gets the same answer.

Upstream's coordinates (WGS 84) arrive rounded to about a kilometre; here they are hundredths of a degree.
"""

import math
from dataclasses import dataclass

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
