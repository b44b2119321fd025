"""A row becomes a fact: its cells converted, its data validated as registry will, its id a function of its content.

Where the rows of a file make one fact together, as a county's full roster does, they become parts that a fact may hold.
"""

import hmac
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.ops.importing.cells import CellError
from shared.ops.importing.hints import cell_error, stray_error
from shared.ops.importing.kinds import Sheet, sheet_of
from shared.ops.importing.outcome import FileRefused, ImportedFact, Row, RowError
from shared.ops.importing.parts import parts_of
from shared.ops.importing.read import read_rows

_Progress = Callable[[int], None]
_Checked = tuple[int, dict[str, Any]]

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
    "personal_data_in_text": "personal_data_in_text",
}


def facts_of(
    path: Path,
    kind: str,
    *,
    source: str,
    now: datetime,
    id_key: bytes = b"",
    as_of: date | None = None,
    progress: _Progress | None = None,
    total: _Progress | None = None,
) -> Iterator[ImportedFact | RowError]:
    """Yield for each row its fact, or an error for each thing to put right in it, in the order of the file.

    A file that cannot be read as a table of its kind yields one error. The same row of the same source always gets the
    same event id, whatever its place, its file format and the time of import, so that importing twice gives duplicates.
    Where the rows make one fact together, all of them are read first, and a single error leaves errors only: what a
    full roster lacks would be taken for an exit.

    Args:
        path: A `.xlsx` or `.csv` file.
        kind: One of `KINDS`.
        source: Registered name of the publisher.
        now: When the file is imported; it becomes the events' `time`.
        id_key: Key of the hash in the ids. Without one, somebody who knows all other fields of a row could find out
            its identity number from the event's id by trying.
        as_of: Day that the file describes, where its rows make one fact together.
        progress: Is told the number of a row now and then, and of the last one.
        total: Is told about how many rows there are, once the file is open.

    Raises:
        ValueError: There is no such kind, `now` has no offset, or `as_of` lacks.
        OSError: The file cannot be opened.
    """
    sheet = sheet_of(kind)
    if now.tzinfo is None:
        raise ValueError("the time of import has an offset, such as +08:00")
    fact = sheet.whole or sheet.fact
    envelope = {
        "specversion": "1.0",
        "source": source,
        "type": fact.event_type(),
        "time": now.isoformat(timespec="seconds"),
        "datacontenttype": "application/json",
    }
    checked = _checked(read_rows(path, kind, total), sheet, progress or (lambda _: None))
    if sheet.whole is None:
        return _facts(checked, sheet, envelope, id_key)
    if as_of is None:
        raise ValueError(f"a file of kind {kind} needs the day that it describes")
    return _parts(checked, envelope, id_key, as_of)


def _facts(
    checked: Iterator[_Checked | RowError], sheet: Sheet, envelope: dict[str, str], id_key: bytes
) -> Iterator[ImportedFact | RowError]:
    for item in checked:
        if isinstance(item, RowError):
            yield item
        else:
            number, data = item
            yield ImportedFact(number, _event(envelope, data, sheet.subject_of(data), id_key))


def _parts(
    checked: Iterator[_Checked | RowError], envelope: dict[str, str], id_key: bytes, as_of: date
) -> Iterator[ImportedFact | RowError]:
    parts = parts_of(checked, as_of)
    for part in parts:
        if isinstance(part, RowError):
            yield part
        else:
            event = _event(envelope, part.data, part.data["snapshot_id"], id_key)
            yield ImportedFact(part.rows[0], event, part.rows)


def _checked(rows: Iterator[Row], sheet: Sheet, progress: _Progress) -> Iterator[_Checked | RowError]:
    """Yield for each row its number and its data, or what is wrong with it."""
    number = 0
    try:
        for count, row in enumerate(rows, start=1):
            number = row.number
            data, errors = _data(row, sheet)
            if errors:
                yield from errors
            else:
                yield number, data
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
    if sheet.either and not any(column.field in row.values for column in sheet.either):
        errors.append(cell_error(row.number, sheet.either[0], "missing_field"))
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


def _event(envelope: dict[str, str], data: dict[str, Any], subject: str | None, id_key: bytes) -> dict[str, Any]:
    content = orjson.dumps([envelope["source"], envelope["type"], data], option=orjson.OPT_SORT_KEYS)
    digest = hmac.digest(id_key, content, "sha256").hex()[:_ID_DIGITS]
    named = {"subject": subject} if subject else {}
    return {**envelope, "id": f"import-{digest}", **named, "data": data}
