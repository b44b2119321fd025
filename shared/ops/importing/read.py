"""Read a file row by row: XLSX by calamine, CSV by the standard library in UTF-8 (with or without BOM) or GB18030."""

import codecs
import csv
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook

from shared.ops.importing.columns import Column
from shared.ops.importing.headers import letter, placed
from shared.ops.importing.kinds import Sheet, sheet_of
from shared.ops.importing.outcome import Cell, FileRefused, Row

INSTRUCTIONS: Final = "填写说明"
"""The template's second sheet; it is never read as data."""

_CHUNK_BYTES: Final = 1 << 20
_MAX_UNPACKED_BYTES: Final = 1 << 30  # about two million rows of premiums; a workbook cannot have more
_ENCODINGS: Final = {"utf-8": "utf-8-sig", "gb18030": "gb18030"}


def read_rows(path: Path, kind: str, total: Callable[[int], None] | None = None) -> Iterator[Row]:
    """Yield the rows of a file that are not blank, the first of them being the header; one at a time.

    Args:
        path: A `.xlsx` or `.csv` file. Of a workbook the sheet with the kind's title is read, else the first.
        kind: One of `KINDS`.
        total: Is told how many lines the file has.

    Raises:
        FileRefused: `unknown_file_type`, `unknown_encoding`, `bad_csv`, `not_a_workbook`, `too_large`, `empty_file`
            or `bad_headers`.
        OSError: The file cannot be opened.
        ValueError: There is no such kind.
    """
    sheet = sheet_of(kind)
    columns: list[Column | None] = []
    for number, cells in _table(path, sheet, total or (lambda _: None)):
        if not any(not isinstance(cell, str) or cell.strip() for cell in cells):
            continue
        if columns:
            yield _row(number, cells, columns)
        else:
            columns = placed(cells, sheet, number)
    if not columns:
        raise FileRefused(1, "empty_file", "文件是空的：第一行应为表头，请使用模板")


def _row(number: int, cells: Sequence[Cell], columns: list[Column | None]) -> Row:
    values: dict[str, Cell] = {}
    stray = ""
    for place, cell in enumerate(cells):
        if isinstance(cell, str) and not cell.strip():
            continue
        column = columns[place] if place < len(columns) else None
        if column is not None:
            values[column.field] = cell
        else:
            stray = stray or letter(place)
    return Row(number, values, stray)


def _table(path: Path, sheet: Sheet, total: Callable[[int], None]) -> Iterator[tuple[int, Sequence[Cell]]]:
    match path.suffix.lower():
        case ".csv":
            return _csv_table(path, total)
        case ".xlsx":
            return _xlsx_table(path, sheet, total)
        case _:
            raise FileRefused(1, "unknown_file_type", "请将文件另存为 .xlsx 或 .csv 格式")


def _csv_table(path: Path, total: Callable[[int], None]) -> Iterator[tuple[int, Sequence[Cell]]]:
    number = 0
    encoding, lines = _encoding(path)
    total(lines)
    with path.open(encoding=encoding, newline="") as file:
        try:
            for number, cells in enumerate(csv.reader(file, strict=True), start=1):
                yield number, cells
        except csv.Error:
            raise FileRefused(number + 1, "bad_csv", "引号不成对或单元格过长：请用 Excel 重新另存为 CSV") from None


def _encoding(path: Path) -> tuple[str, int]:
    """Return the encoding in which the whole file can be read, and how many lines it has.

    What is valid UTF-8 is hardly ever GB18030 Chinese.
    """
    for encoding, reading in _ENCODINGS.items():
        lines = 0
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK_BYTES):
                    decoder.decode(chunk)
                    lines += chunk.count(b"\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return reading, lines
    raise FileRefused(1, "unknown_encoding", "文件编码无法识别：请另存为“CSV UTF-8”或 GB18030（简体中文）编码")


def _xlsx_table(path: Path, sheet: Sheet, total: Callable[[int], None]) -> Iterator[tuple[int, Sequence[Cell]]]:
    _refuse_bomb(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            names = [name for name in book.sheet_names if name != INSTRUCTIONS]
            data = book.get_sheet_by_name(sheet.title if sheet.title in names else names[0])
            total(data.total_height)
            # Empty columns before the first are cut off, empty rows are not.
            before: list[Cell] = [""] * (data.start[1] if data.start else 0)
            for number, cells in enumerate(data.iter_rows(), start=1):
                yield number, before + cells
    except (CalamineError, IndexError):
        raise FileRefused(1, "not_a_workbook", _NOT_A_WORKBOOK) from None


def _refuse_bomb(path: Path) -> None:
    """Refuse what is no archive, and what would fill the memory once it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise FileRefused(1, "not_a_workbook", _NOT_A_WORKBOOK) from None
    if size > _MAX_UNPACKED_BYTES:
        raise FileRefused(1, "too_large", "文件过大：请拆分成几个文件")


_NOT_A_WORKBOOK: Final = "不是有效的 .xlsx 工作簿（已加密或已损坏）：请取消密码，用 Excel 重新另存为 .xlsx"
