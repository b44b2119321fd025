"""Tables as an Excel workbook: amounts and counts are numbers, everything else is text and never a formula."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from services.notify.adapters.web.county_view import Cell, Table
from shared.money import yuan

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS: Final = {"money": "#,##0.00", "count": "#,##0", "percent": '0"%"'}
_TITLE: Final = 31  # letters that the name of a sheet may have
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_NARROW, _WIDE, _LOOKED_AT = 10, 44, 200


def workbook(tables: Sequence[Table]) -> bytes:
    """Return a workbook with a sheet for each table."""
    book = Workbook(write_only=True)
    for number, table in enumerate(tables, 1):
        sheet = book.create_sheet(f"{number} {table.title}".translate(_FORBIDDEN)[:_TITLE])
        sheet.freeze_panes = "A2"
        lines = [*table.rows, *([table.total] if table.total else [])]
        for place, width in enumerate(_widths(table.heads, lines[:_LOOKED_AT]), 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.append([_text(sheet, head, bold=True) for head in table.heads])
        styled: dict[tuple[int, str], Any] = {}
        for line in table.rows:
            sheet.append([_cell(sheet, cell, place, styled) for place, cell in enumerate(line)])
        if table.total:
            sheet.append([_bold(_cell(sheet, cell, place, {})) for place, cell in enumerate(table.total)])
    if not tables:
        book.create_sheet()
    found = BytesIO()
    book.save(found)
    return found.getvalue()


def _cell(sheet: Any, cell: Cell, place: int, styled: dict[tuple[int, str], Any]) -> Any:
    """Return what a row appends; a row is written at once, so the next one may use its styled cells again."""
    if cell.value is None:
        return None
    if cell.kind not in _FORMATS:
        text = str(cell.value)
        return _text(sheet, text) if text.startswith("=") else text
    if (place, cell.kind) not in styled:
        styled[place, cell.kind] = WriteOnlyCell(sheet)
        styled[place, cell.kind].number_format = _FORMATS[cell.kind]
    found = styled[place, cell.kind]
    found.value = Decimal(yuan(int(cell.value))) if cell.kind == "money" else int(cell.value)
    return found


def _bold(value: Any) -> Any:
    if isinstance(value, SheetCell):
        value.font = Font(bold=True)
    return value


def _text(sheet: Any, said: str, *, bold: bool = False) -> Any:
    """Return text as text: what begins like a formula is none."""
    found = WriteOnlyCell(sheet, said)
    found.data_type = "s"
    if bold:
        found.font = Font(bold=True)
    return found


def _widths(heads: Sequence[str], lines: Iterable[tuple[Cell, ...]]) -> list[int]:
    widths = [_NARROW + len(head) for head in heads]
    for line in lines:
        for place, cell in enumerate(line):
            said = str(cell.value or "")
            widths[place] = max(widths[place], len(said) + sum(not letter.isascii() for letter in said) + 2)
    return [min(width, _WIDE) for width in widths]
