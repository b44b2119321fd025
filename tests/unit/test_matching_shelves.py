"""The rows of the index: where they stand, and that neither moving them nor looking in steps changes what is found."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.distance import Spot, eastward, gap_east, is_within
from services.matching.domain.index import scanning
from services.matching.domain.index.shelf import LEAST
from services.matching.domain.index.shelves import Place, Shelves
from services.matching.domain.ranking import best_seekers, best_vacancies
from services.matching.domain.seeker import SEEKERS
from services.matching.domain.vacancy import VACANCIES
from tests.support import pool as pools
from tests.support.pool import Pool, all_seekers, all_vacancies, scene_of

PLACES: list[Place] = [("350622", None), ("350622", (0, 47, 234)), ("350623", None)]
spots = st.builds(Spot, st.integers(-9_000, 9_000), st.integers(-18_000, 18_000))


def rows_of(shelves: Shelves) -> dict[str, tuple[str, int]]:
    """Return the county and the only value of every row by its id."""
    table = shelves.table
    return {
        table.ids[row]: (shelf.county, int(table.cells[0, row]))
        for shelf in shelves
        for row in range(shelf.first, shelf.first + len(shelf))
    }


def test_rows_stay_what_they_were_while_shelves_grow_shrink_and_take_the_room_of_others() -> None:
    chance, shelves = random.Random(5), Shelves(1)  # noqa: S311 - seeded changes
    known: dict[str, tuple[str, int]] = {}
    for size in (40 * LEAST, 2, 20 * LEAST, 60 * LEAST, 0):
        ids = [f"p{number}" for number in range(size)]
        for id_ in sorted(known.keys() - ids, key=lambda _: chance.random()):
            shelves.drop(id_)
            del known[id_]
        for value, id_ in enumerate(ids):
            place = chance.choice(PLACES)
            shelves.put(id_, place, (value,))
            known[id_] = place[0], value
        assert rows_of(shelves) == known
        assert len(shelves) == len(known)
    assert shelves.bytes // 4 <= 4 * 60 * LEAST


@given(spots, spots, st.sampled_from([50, 400, 36_000]), st.integers(0, 25_000))
def test_no_cell_is_passed_over_that_holds_a_spot_near_enough(one: Spot, other: Spot, size: int, km: int) -> None:
    band, column = other.north // size, other.east // size

    reached = gap_east(one, column * size, size) <= eastward(one, band * size, size, km=km)

    assert reached or not is_within(one, other, km=km)


def test_looking_in_two_steps_and_shelf_by_shelf_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    chance, pool = random.Random(27), Pool()  # noqa: S311 - a seeded crowd
    for number in range(400):
        pool.settle(SEEKERS.kind, f"p{number}", pools.seeker(chance.choice))
        pool.settle(VACANCIES.kind, f"V{number}", pools.vacancy(chance.choice))
    scene, found = scene_of(pool), 0
    for name, value in (("_FEW", 0), ("_ENOUGH", 1), ("_SMALL", 4), ("_AT_ONCE", 8)):
        monkeypatch.setattr(scanning, name, value)

    for number in range(60):
        vacancies, seekers = all_vacancies(f"p{number}", scene), all_seekers(f"V{number}", scene)
        for most in (1, 3, 8):
            assert best_vacancies(f"p{number}", most, scene) == vacancies[:most]
            assert best_seekers(f"V{number}", most, scene) == seekers[:most]
        found += len(vacancies) + len(seekers)
    assert found > 500
