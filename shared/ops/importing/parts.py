"""A county's full roster out of the rows of a file: in parts that a fact may hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from shared.ops.importing.hints import cell_error
from shared.ops.importing.kinds import sheet_of
from shared.ops.importing.outcome import RowError

_MOST_ENTRIES: Final = 1_000
_MOST_BYTES: Final = 62 * 1024  # a fact has 64 KiB; what is around the entries takes less than one
_KIND: Final = "roster-snapshot"
_Checked = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a snapshot: the fact's data, and the row of each entry."""

    data: dict[str, Any]
    rows: tuple[int, ...]


def parts_of(checked: Iterable[_Checked | RowError], as_of: date) -> Iterator[Part | RowError]:
    """Yield the parts of each county's snapshot, in the order of the file; or errors only, if there is one.

    The id of a snapshot is made of county and day, so that the same roster sent again is the same snapshot.
    """
    counties: dict[str, list[_Checked]] = {}
    seen: set[str] = set()
    wrong = False
    for item in checked:
        error = item if isinstance(item, RowError) else _repeated(item, seen)
        if error is not None:
            wrong = True
            yield error
        elif not wrong and not isinstance(item, RowError):
            counties.setdefault(item[1]["county"], []).append(item)
    if wrong:
        return
    for county, entries in counties.items():
        yield from _numbered(county, as_of, list(_cut(entries)))


def _repeated(item: _Checked, seen: set[str]) -> RowError | None:
    number, data = item
    if data["id_number"] in seen:
        return cell_error(number, sheet_of(_KIND).by_field["id_number"], "stands_twice")
    seen.add(data["id_number"])
    return None


def _cut(entries: list[_Checked]) -> Iterator[list[_Checked]]:
    """Yield entries in pieces, each as large as a fact may be."""
    piece: list[_Checked] = []
    size = 0
    for entry in entries:
        length = len(orjson.dumps(entry[1])) + 1
        if piece and (len(piece) == _MOST_ENTRIES or size + length > _MOST_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(entry)
        size += length
    if piece:
        yield piece


def _numbered(county: str, as_of: date, pieces: list[list[_Checked]]) -> Iterator[Part]:
    snapshot_id = f"roster-{county}-{as_of:%Y%m%d}"
    for number, piece in enumerate(pieces, 1):
        data = {
            "snapshot_id": snapshot_id,
            "county": county,
            "as_of": as_of.isoformat(),
            "part": number,
            "parts": len(pieces),
            "entries": [entry for _, entry in piece],
        }
        yield Part(data, tuple(row for row, _ in piece))
