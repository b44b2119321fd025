"""Where the rows stand: by county, and those with a spot also by cells of a grid, coarser the farther they reach."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from services.matching.domain.distance import Spot, eastward, gap_east
from services.matching.domain.index.shelf import LEAST, Row, Shelf, Table

# Size of a cell in hundredths of a degree, and the farthest that who stands in it goes, in km.
_GRIDS = ((50, 60), (400, 500), (36_000, None))
_STEPS_PER_KM = 100 / 111

Cell = tuple[int, int, int]  # grid, northward, eastward
Place = tuple[str, Cell | None]  # county; None: no spot


def place_of(county: str, spot: Spot | None, reach_km: int) -> Place:
    """Return where a row stands that is at a spot and goes so far from there."""
    if spot is None:
        return county, None
    grid = next(number for number, (_, most) in enumerate(_GRIDS) if most is None or reach_km <= most)
    size = _GRIDS[grid][0]
    return county, (grid, spot.north // size, spot.east // size)


class Shelves:
    """Rows by id on the shelves of their places."""

    def __init__(self, width: int) -> None:
        self.table = Table(width)
        self._places: dict[Place, int] = {}
        self._shelves: list[Shelf] = []
        self._by_county: dict[str, list[Shelf]] = defaultdict(list)
        self._bands: dict[tuple[int, int], dict[int, list[Shelf]]] = defaultdict(lambda: defaultdict(list))
        self._where: dict[str, int] = {}  # number of the shelf, and the row in its lower 32 bits

    def __len__(self) -> int:
        return len(self._where)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._where

    def __iter__(self) -> Iterator[Shelf]:
        """Yield all shelves."""
        return iter(self._shelves)

    @property
    def bytes(self) -> int:
        """Memory of all columns."""
        return int(self.table.cells.nbytes)

    def extend(self, rows: Iterable[tuple[str, Place, Row]]) -> None:
        """Add rows of ids that have none."""
        grouped: dict[Place, tuple[list[str], list[Row]]] = defaultdict(lambda: ([], []))
        for id_, place, row in rows:
            ids, values = grouped[place]
            ids.append(id_)
            values.append(row)
        if len(grouped) > 1:
            self.table.reserve(sum(max(LEAST, len(ids)) for ids, _ in grouped.values()))
        for place, (ids, values) in sorted(grouped.items(), key=lambda each: each[0][0]):
            number = self._shelf(place)
            first = (number << 32) + len(self._shelves[number])
            self._where.update(zip(ids, range(first, first + len(ids)), strict=True))
            self.table.extend(self._shelves[number], ids, values)

    def put(self, id_: str, place: Place, row: Row) -> None:
        """Set the row of an id, wherever it stood before."""
        before = self._where.get(id_)
        if before is not None and self._places.get(place) == before >> 32:
            self.table.replace(self._shelves[before >> 32], before & 0xFFFFFFFF, row)
            return
        self.drop(id_)
        self.extend([(id_, place, row)])

    def drop(self, id_: str) -> None:
        """Take the row of an id away, if it has one."""
        before = self._where.pop(id_, None)
        if before is None:
            return
        moved = self.table.remove(self._shelves[before >> 32], before & 0xFFFFFFFF)
        if moved is not None:
            self._where[moved] = before

    def near(self, county: str, spot: Spot | None, reach_km: int | None) -> Iterator[Shelf]:
        """Yield every shelf that can hold a row which is near enough.

        Args:
            county: Where who asks is.
            spot: If known, who has a spot is measured by distance, who has none by the county.
            reach_km: How far who asks goes; None: as far as each row goes.
        """
        for shelf in self._by_county.get(county, ()):
            if len(shelf) and not (spot and shelf.located):
                yield shelf
        if spot is not None:
            yield from (shelf for shelf in self._around(spot, reach_km) if len(shelf))

    def _around(self, spot: Spot, reach_km: int | None) -> Iterator[Shelf]:
        for grid, (size, most) in enumerate(_GRIDS):
            km = most if reach_km is None else reach_km
            if km is None:
                km = 20_038  # half way around
            steps = int(km * _STEPS_PER_KM) + 1
            for band in range((spot.north - steps) // size, (spot.north + steps) // size + 1):
                cells = self._bands.get((grid, band))
                if cells:
                    east = eastward(spot, band * size, size, km=km)
                    for column, shelves in cells.items():
                        if gap_east(spot, column * size, size) <= east:
                            yield from shelves

    def _shelf(self, place: Place) -> int:
        number = self._places.get(place)
        if number is None:
            county, cell = place
            number = self._places[place] = len(self._shelves)
            shelf = Shelf(county, located=cell is not None)
            self._shelves.append(shelf)
            self._by_county[county].append(shelf)
            if cell is not None:
                grid, band, column = cell
                self._bands[grid, band][column].append(shelf)
        return number
