"""The list of errors that goes back to the clerk: one line each, by row of the file, in the format of the file.

It names rows and columns and repeats no cell: what is personal stays in the clerk's own file.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from shared.ops.importing.outcome import RowError
from shared.ops.words import say

_Line = tuple[str | int, ...]

_HEADERS: Final = (
    ("行号", "row"),
    ("列名", "column"),
    ("错误代码", "code"),
    ("错误说明", "what is wrong"),
    ("应当如何填写", "what would be right"),
)
_WIDTHS: Final = {"A": 8, "B": 20, "C": 24, "D": 48, "E": 80}
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_PROGRESS_LINES: Final = 1_000


def errors_beside(path: Path) -> Path:
    """Return where the errors of a file are written: next to it, `roster.errors.xlsx` for `roster.xlsx`."""
    return path.with_name(f"{path.stem}.errors{'.csv' if path.suffix.lower() == '.csv' else '.xlsx'}")


def write_errors(errors: Iterable[RowError], path: Path, progress: Callable[[int], None] | None = None) -> int:
    """Write errors as they come, as CSV (UTF-8 with BOM, which spreadsheet programs recognise) or XLSX by the suffix.

    What a spreadsheet program would take for a formula is written as text. Returns how many errors there were.

    Raises:
        ValueError: The suffix is neither `.csv` nor `.xlsx`.
    """
    write = {".csv": _write_csv, ".xlsx": _write_xlsx}.get(path.suffix.lower())
    if write is None:
        raise ValueError("a list of errors is a .csv or a .xlsx file")
    count = 0

    def lines() -> Iterator[_Line]:
        nonlocal count
        yield tuple(say(*header) for header in _HEADERS)
        for count, error in enumerate(errors, start=1):
            yield (error.number, *(_inert(each) for each in (error.column, error.code, error.wrong, error.hint)))
            if progress and count % _PROGRESS_LINES == 0:
                progress(count)

    write(lines(), path)
    return count


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _write_csv(lines: Iterator[_Line], path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(lines)


def _write_xlsx(lines: Iterator[_Line], path: Path) -> None:
    from openpyxl import Workbook  # noqa: PLC0415 - slow to import, and no command but this wants it

    book = Workbook(write_only=True)
    sheet = book.create_sheet(say("错误清单", "errors"))
    sheet.freeze_panes = "A2"
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    for line in lines:
        sheet.append(line)
    sheet.auto_filter.ref = "A1:E1"
    book.save(path)
