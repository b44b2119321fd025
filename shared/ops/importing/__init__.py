"""Files of clerks (XLSX, CSV) become facts: read, convert, validate; templates to fill in and lists of errors go back.

No network: whoever calls publishes what `facts_of` gives. Messages to clerks are Chinese; none holds a cell's value.
"""

from shared.ops.importing.errors import errors_beside, write_errors
from shared.ops.importing.hints import refusal
from shared.ops.importing.kinds import KINDS, sheet_of
from shared.ops.importing.outcome import FileRefused, ImportedFact, Row, RowError
from shared.ops.importing.read import read_rows
from shared.ops.importing.rows import facts_of

__all__ = [
    "KINDS",
    "FileRefused",
    "ImportedFact",
    "Row",
    "RowError",
    "errors_beside",
    "facts_of",
    "read_rows",
    "refusal",
    "sheet_of",
    "write_errors",
]
