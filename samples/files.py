"""Write tables as clerks send them: XLSX with text cells, CSV in GB18030. The same rows always give the same bytes."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from openpyxl import Workbook

# The earliest time that a zip entry can carry; it also stands for "created" and "modified" inside.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def cell(field: str, value: Any) -> str:
    """Return a fact's value as a clerk writes it; a field that is not given is an empty cell."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case list():
            return "、".join(value)
        case int() if field.endswith("_fen"):
            return f"{value // 100}.{value % 100:02d}"
        case _:
            return str(value)


def table(columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> list[list[str]]:
    """Return the header and one line a row, in the columns' order."""
    return [list(columns.values())] + [[cell(field, row.get(field)) for field in columns] for row in rows]


def csv_bytes(lines: list[list[str]]) -> bytes:
    """Return CSV in GB18030 with CRLF, as spreadsheet programs in China save it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue().encode("gb18030")


def xlsx_bytes(title: str, lines: list[list[str]]) -> bytes:
    """Return a workbook with one sheet whose cells are all text, so that no long number is rounded."""
    book = Workbook(write_only=False)
    book.properties.creator, book.properties.created = "bangfu samples", datetime(*_EPOCH)  # noqa: DTZ001 - XLSX has no zone
    sheet = book.active
    if sheet is None:
        raise TypeError("a new workbook has an active sheet")
    sheet.title = title
    for line in lines:
        sheet.append(line)
    for row in sheet.iter_rows():
        for written in row:
            written.number_format = "@"
    packed = io.BytesIO()
    book.save(packed)
    return _repacked(packed.getvalue())


def _repacked(packed: bytes) -> bytes:
    """Return the archive with a fixed time on every entry and in the document's properties."""
    stamp = datetime(*_EPOCH).isoformat().encode() + b"Z"  # noqa: DTZ001 - the Z is written behind it
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + stamp, content)
            target.writestr(zipfile.ZipInfo(entry.filename, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
