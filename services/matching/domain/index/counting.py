"""Parts of terms that both indexes count alike."""

from dataclasses import dataclass

import numpy as np

from services.matching.domain.distance import Spot, full_kilometres, squares
from services.matching.domain.index.scanning import Ints, Rows
from services.matching.domain.weights import Weights


def slots_sum(rows: Rows, slots: range, table: Ints) -> Ints:
    """Return of each row the sum of a table, nought for `EMPTY`, over its slots, which are filled from the first on."""
    total: Ints = table.take(rows[slots[0]])
    for slot in slots[1:]:
        numbers = rows[slot]
        if not numbers.any():
            break
        total += table.take(numbers)
    return total


def bit_lengths(values: Ints, most: int) -> Ints:
    """Return of each number how many bits it has, from 1 to so many at most."""
    return np.clip(np.frexp(values)[1].astype(np.int64), 1, most)  # exact: these numbers are far below 2 ** 53


@dataclass(frozen=True, slots=True)
class Here:
    """Where somebody who asks is; `county` and `township` are numbers, 0 if no row has them."""

    county: int
    township: int
    spot: Spot | None


@dataclass(frozen=True, slots=True)
class There:
    """Columns that say where a row is; without a spot, north is `NOWHERE`."""

    county: int
    township: int
    north: int
    east: int


def nearness(rows: Rows, here: Here, weights: Weights, at: There) -> Ints:
    """Return what the nearness of rows counts."""
    counts: Ints = weights.county * (rows[at.county] == here.county).astype(np.int64)
    if here.spot is not None:
        north = rows[at.north]
        km = full_kilometres(squares(here.spot, north, rows[at.east]))
        near = weights.township * np.maximum(0, weights.near_km - km) // weights.near_km
        counts = np.maximum(counts, near)
    if here.township:
        counts[rows[at.township] == here.township] = weights.township
    return counts
