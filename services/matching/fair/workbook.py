"""The whole answer of a fair as a workbook, a sheet a table."""

from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook

from services.matching.fair.words import Tables, tables
from shared.errors import BangfuError
from shared.ops.words import say

_SHEETS: Final = {
    "sums": ("汇总", "sums"),
    "people": ("方案对照", "people"),
    "blocking": ("阻塞对", "blocking"),
    "fits_nothing": ("无合适岗位的人", "fits nothing"),
    "fits_nobody": ("无人适合的岗位", "fits nobody"),
}
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def write_workbook(found: dict[str, Any], path: Path) -> None:
    """Write the answer; what a spreadsheet program would take for a formula is written as text.

    Raises:
        BangfuError: The path does not end in `.xlsx`, or cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise BangfuError(f"--out {path}: a file that ends in .xlsx")
    book, every = Workbook(write_only=True), tables(found)
    for each in fields(Tables):
        sheet = book.create_sheet(say(*_SHEETS[each.name]))
        _, columns, rows = getattr(every, each.name)
        sheet.append([heading for _, heading in columns])
        for row in rows:
            sheet.append([_inert(row[field]) for field, _ in columns])
    try:
        book.save(path)
    except OSError as error:
        raise BangfuError(f"--out {path}: {error.strerror}") from None


def _inert(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
