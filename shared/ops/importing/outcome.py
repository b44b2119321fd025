"""What comes out of a file: rows, facts, errors. An error names a row, a column and a code, never a cell's value."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.errors import BangfuError

Cell = str | float | bool | date | datetime | time | timedelta
"""A cell as the readers give it: CSV knows text only, a whole number of XLSX may be a float; empty is `""`."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not blank.

    Attributes:
        number: As the spreadsheet program shows it; the header has one too.
        values: The cells that are not empty, by the fact's field (`location.lat` for a nested one).
        stray: Letter of the first column without a header in which something stands; empty if there is none.
    """

    number: int
    values: dict[str, Cell]
    stray: str = ""


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing to put right.

    Attributes:
        number: Row of the file.
        column: Chinese header, or the letter of a column without one; empty if the file as a whole is meant.
        code: Lower snake case, one for each cause; where registry would refuse too, the code is registry's.
        hint: What would be right, in the user's language.
        wrong: What is wrong, in the user's language; empty where the hint says it.
    """

    number: int
    column: str
    code: str
    hint: str
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class ImportedFact:
    """What is to be published: `event` is a whole CloudEvent in structured JSON form.

    Attributes:
        number: Row of the file; the first one where many rows make one fact.
        rows: These rows, in the order of the fact's entries.
    """

    number: int
    event: dict[str, Any]
    rows: tuple[int, ...] = ()


class FileRefused(BangfuError):  # noqa: N818 - a disposition, not a mistake
    """A file that cannot be read as a table of its kind; `error` says where and what would be right."""

    def __init__(self, number: int, code: str, hint: str, column: str = "") -> None:
        super().__init__(f"{code} at row {number}: {hint}")
        self.error = RowError(number, column, code, hint)
