"""Tables as clerks send them, for tests of what reads them."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl import Workbook


def table(path: Path, *rows: Mapping[str, Any], encoding: str = "gb18030") -> Path:
    """Write rows under the headers of the first, as the name ends: .csv in an encoding, or .xlsx."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    if path.suffix == ".csv":
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(lines)
        return path
    book = Workbook()
    for line in lines:
        book.worksheets[0].append(line)
    book.save(path)
    return path
