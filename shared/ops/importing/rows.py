"""A row becomes a fact: its cells converted, its data validated as registry will, its id a function of its content."""

import hmac
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.ops.importing.cells import CellError
from shared.ops.importing.columns import Sheet, sheet_of
from shared.ops.importing.hints import cell_error, stray_error
from shared.ops.importing.outcome import FileRefused, ImportedFact, Row, RowError
from shared.ops.importing.read import read_rows

_PROGRESS_ROWS: Final = 1_000
_ID_DIGITS: Final = 16

# Pydantic's names of mistakes, as registry calls them.
_CODES: Final = {
    "missing": "missing_field",
    "literal_error": "not_in_list",
    "string_pattern_mismatch": "bad_format",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_long",
    "bad_date": "bad_date",
    "bad_period": "bad_period",
    "bad_text": "bad_text",
}


def facts_of(
    path: Path,
    kind: str,
    *,
    source: str,
    now: datetime,
    id_key: bytes = b"",
    progress: Callable[[int], None] | None = None,
) -> Iterator[ImportedFact | RowError]:
    """Yield for each row its fact, or an error for each thing to put right in it, in the order of the file.

    A file that cannot be read as a table of its kind yields one error. The same row of the same source always gets the
    same event id, whatever its place, its file format and the time of import, so that importing twice gives duplicates.

    Args:
        path: A `.xlsx` or `.csv` file.
        kind: One of `KINDS`.
        source: Registered name of the publisher.
        now: When the file is imported; it becomes the events' `time`.
        id_key: Key of the hash in the ids. Without one, somebody who knows all other fields of a row could find out
            its identity number from the event's id by trying.
        progress: Is told the number of a row now and then, and of the last one.

    Raises:
        ValueError: There is no such kind, or `now` has no offset.
        OSError: The file cannot be opened.
    """
    sheet = sheet_of(kind)
    if now.tzinfo is None:
        raise ValueError("the time of import has an offset, such as +08:00")
    envelope = {
        "specversion": "1.0",
        "source": source,
        "type": sheet.fact.event_type(),
        "time": now.isoformat(timespec="seconds"),
        "datacontenttype": "application/json",
    }
    return _facts(read_rows(path, kind), sheet, envelope, id_key, progress or (lambda _: None))


def _facts(
    rows: Iterator[Row], sheet: Sheet, envelope: dict[str, str], id_key: bytes, progress: Callable[[int], None]
) -> Iterator[ImportedFact | RowError]:
    number = 0
    try:
        for count, row in enumerate(rows, start=1):
            number = row.number
            data, errors = _data(row, sheet)
            if errors:
                yield from errors
            else:
                yield ImportedFact(number, _event(envelope, data, sheet, id_key))
            if count % _PROGRESS_ROWS == 0:
                progress(number)
    except FileRefused as refused:
        yield refused.error
    progress(number)


def _data(row: Row, sheet: Sheet) -> tuple[dict[str, Any], list[RowError]]:
    """Return the fact's data and what is wrong; the data counts only if nothing is."""
    data: dict[str, Any] = {}
    errors = [stray_error(row.number, row.stray)] if row.stray else []
    for field, cell in row.values.items():
        column = sheet.by_field[field]
        try:
            _put(data, field, column.reader.convert(cell))
        except CellError as error:
            errors.append(cell_error(row.number, column, error.code))
    for column in sheet.required:
        if column.reader.many and column.field not in row.values:
            data[column.field] = []
    told = {error.column for error in errors}
    return data, errors + [error for error in _invalid(row.number, data, sheet) if error.column not in told]


def _put(data: dict[str, Any], field: str, value: Any) -> None:
    outer, _, inner = field.partition(".")
    if inner:
        data.setdefault(outer, {})[inner] = value
    else:
        data[field] = value


def _invalid(number: int, data: dict[str, Any], sheet: Sheet) -> list[RowError]:
    try:
        sheet.form.model_validate(data)
    except ValidationError as error:
        found = [_error(number, detail, sheet) for detail in error.errors(include_input=False, include_url=False)]
        return list(dict.fromkeys(found))
    return []


def _error(number: int, detail: ErrorDetails, sheet: Sheet) -> RowError:
    place = [str(part) for part in detail["loc"]]
    column = sheet.by_field.get(place[0]) or sheet.by_field[".".join(place[:2])]
    return cell_error(number, column, _CODES.get(detail["type"], "invalid_value"))


def _event(envelope: dict[str, str], data: dict[str, Any], sheet: Sheet, id_key: bytes) -> dict[str, Any]:
    content = orjson.dumps([envelope["source"], envelope["type"], data], option=orjson.OPT_SORT_KEYS)
    digest = hmac.digest(id_key, content, "sha256").hex()[:_ID_DIGITS]
    subject = {"subject": data[sheet.subject_field]} if sheet.subject_field else {}
    return {**envelope, "id": f"import-{digest}", **subject, "data": data}
