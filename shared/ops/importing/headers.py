"""The header row: which column stands where. What is unknown or missing is one error that names the right headers."""

import difflib
import unicodedata
from collections.abc import Sequence

from shared.ops.importing.columns import Column
from shared.ops.importing.kinds import Sheet
from shared.ops.importing.outcome import Cell, FileRefused


def placed(cells: Sequence[Cell], sheet: Sheet, number: int) -> list[Column | None]:
    """Return the column at each place of a header row; None where the header is empty.

    White space and full-width brackets make no difference; the order is free, optional columns may lack.

    Args:
        cells: The header row.
        sheet: The kind of file.
        number: The header's row.

    Raises:
        FileRefused: `bad_headers`: unknown ones (by letter, because a file without headers shows its first person
            here), each with the nearest right one; ones that stand twice; required ones that are missing.
    """
    known = {_plain(column.header): column for column in sheet.columns}
    headers = [_plain(cell) for cell in cells]
    found = [known.get(header) for header in headers]
    absent = [column.header for column in sheet.columns if column not in found]
    complaints = [
        f"{letter(place)}列的表头无法识别，{_nearest(header, absent)}"
        for place, header in enumerate(headers)
        if header and found[place] is None
    ]
    complaints += [f"“{column.header}”重复，请只保留一列" for column in sheet.columns if found.count(column) > 1]
    missing = [column.header for column in sheet.required if column not in found]
    if missing:
        complaints.append(f"缺少必填列：{'、'.join(missing)}")
    if complaints:
        raise FileRefused(number, "bad_headers", "；".join(complaints))
    return found


def letter(place: int) -> str:
    """Return a column's letter as spreadsheet programs show it: 0 is A, 26 is AA."""
    more, last = divmod(place, 26)
    return (letter(more - 1) if more else "") + chr(ord("A") + last)


def _plain(cell: Cell) -> str:
    return "".join(unicodedata.normalize("NFKC", str(cell)).split())


def _nearest(header: str, absent: list[str]) -> str:
    near = difflib.get_close_matches(header, absent, n=1, cutoff=0.3)
    return f"最接近的正确表头是“{near[0]}”" if near else "本表没有这一列，请删除"
