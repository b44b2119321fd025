"""One cell to one value of a fact, or a code that says why not. Pure; nothing is guessed and no value is repeated."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Final, TypeGuard, TypeVar

from shared.identity import IdentityError, normalise_id_number, normalise_phone, normalise_uscc, unreachable_phone
from shared.money import fen
from shared.ops.importing.outcome import Cell

_Code = TypeVar("_Code")

# What Excel leaves of a long number; no code of the contract has a dot or a plus.
_EXPONENT: Final = re.compile(r"\d\.\d+[eE]\+?\d+|\d[eE]\+\d+")
_DAY: Final = re.compile(r"(\d{4})(?:([-/])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})(?:[-/](\d{1,2})|(\d{2})|年(\d{1,2})月)", re.ASCII)
_GROUPED: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_WHOLE: Final = re.compile(r"\d{1,9}", re.ASCII)
_DEGREES: Final = re.compile(r"-?\d{1,3}(?:\.\d{1,12})?", re.ASCII)
_DIALLED: Final = re.compile(r"\+?[0-9() -]{7,19}")
_QUARTER: Final = re.compile(r"(\d{4})(?:-?Q([1-4])|年第?([1-4一二三四])季度)", re.ASCII)
_WEEK: Final = re.compile(r"(\d{4})(?:-?W|年第)(\d{1,2})周?", re.ASCII)
_HALF: Final = re.compile(r"(\d{4})(?:-?H([12])|年([上下])半年)", re.ASCII)
_YEARS: Final = re.compile(r"\d{4}-\d{4}", re.ASCII)
_YEAR: Final = re.compile(r"(\d{4})年?", re.ASCII)
_HALVES: Final = {"上": "1", "下": "2"}
_CHINESE_DIGITS: Final = {"一": "1", "二": "2", "三": "3", "四": "4"}
_SEPARATORS: Final = re.compile(r"[、,，;；]")
_SENTENCE_ENDS: Final = re.compile(r"[;；\n]")
_ITEM: Final = re.compile(r"([^:：=]+)[:：=](.+)", re.DOTALL)


class CellError(ValueError):
    """A cell that does not hold what its column asks for; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text(cell: Cell) -> str:
    """Return the text without white space around it.

    Raises:
        CellError: `number_in_text_column` for a number, also one in exponent form (digits are lost already),
            `wrong_type` for a date or a truth value.
    """
    if isinstance(cell, str):
        stripped = cell.strip()
        if _EXPONENT.fullmatch(stripped):
            raise CellError("number_in_text_column")
        return stripped
    if _is_number(cell):
        raise CellError("number_in_text_column")
    raise CellError("wrong_type")


def area_code(cell: Cell) -> str:
    """Return an administrative or educational code: at most 12 digits without leading zeros, so a number is exact."""
    return _plain(cell, "wrong_type")


def id_number(cell: Cell) -> str:
    """Return a resident identity number in its 18-character spelling; the codes of `IdentityError`."""
    return _identified(normalise_id_number, cell)


def uscc(cell: Cell) -> str:
    """Return a unified social credit code in its one spelling; the codes of `IdentityError`."""
    return _identified(normalise_uscc, cell)


def mobile(cell: Cell) -> str:
    """Return a mainland mobile number as 11 digits, or `bad_phone`."""
    return _identified(normalise_phone, cell).removeprefix("+86")


def own_phone(cell: Cell) -> str:
    """Return a person's number: 11 digits of a mobile; E.164 of a landline or satellite phone, which get no SMS."""
    unreachable = unreachable_phone(text(cell))
    return unreachable[1] if unreachable else mobile(cell)


def phone(cell: Cell) -> str:
    """Return an office's number, landlines too, as it is written, or `bad_phone`."""
    written = unicodedata.normalize("NFKC", text(cell))
    if not _DIALLED.fullmatch(written):
        raise CellError("bad_phone")
    return written


def day(cell: Cell) -> str:
    """Return a civil date as `YYYY-MM-DD`, from 2018-03-01, 2018/3/1, 2018年3月1日 or a date cell; or `bad_date`."""
    if isinstance(cell, datetime):
        if cell.time() != time():
            raise CellError("bad_date")
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    stated = _DAY.fullmatch(_plain(cell, "bad_date"))
    if stated is None:
        raise CellError("bad_date")
    try:
        return date(int(stated[1]), int(stated[3] or stated[5]), int(stated[4] or stated[6])).isoformat()
    except ValueError:
        raise CellError("bad_date") from None


def month(cell: Cell) -> str:
    """Return a month as `YYYY-MM`, from 2018-03, 201803, 2018年3月 or a date cell on a first; or `bad_period`."""
    if isinstance(cell, date):
        # Excel makes a date of a month that is typed in: always the first, at midnight.
        first = day(cell)
        if not first.endswith("-01"):
            raise CellError("bad_period")
        return first[:7]
    stated = _MONTH.fullmatch(_plain(cell, "bad_period"))
    number = int(stated[2] or stated[3] or stated[4]) if stated else 0
    if stated is None or not 1 <= number <= 12:  # noqa: PLR2004 - months of a year
        raise CellError("bad_period")
    return f"{stated[1]}-{number:02d}"


def period(cell: Cell) -> str:
    """Return a month as `YYYY-MM`, a quarter as `YYYY-Qn` or a year as `YYYY`; or `bad_period`."""
    if not isinstance(cell, date):
        written = _plain(cell, "bad_period").upper()
        if stated := _QUARTER.fullmatch(written):
            number = stated[2] or stated[3]
            return f"{stated[1]}-Q{_CHINESE_DIGITS.get(number, number)}"
        if whole_year := _YEAR.fullmatch(written):
            return whole_year[1]
    return month(cell)


def duty_period(cell: Cell) -> str:
    """Return what `period` reads, a week as `YYYY-Wnn`, a half year as `YYYY-Hn`, years as `YYYY-YYYY`, a first day."""
    if isinstance(cell, date):
        return month(cell)
    written = _plain(cell, "bad_period").upper()
    if week := _WEEK.fullmatch(written):
        return f"{week[1]}-W{int(week[2]):02d}"
    if half := _HALF.fullmatch(written):
        return f"{half[1]}-H{half[2] or _HALVES[half[3]]}"
    if _YEARS.fullmatch(written):
        return written
    return day(cell) if _DAY.fullmatch(written) else period(cell)


def year(cell: Cell) -> int:
    """Return a year, from 2018 or 2018年; or `bad_number`."""
    stated = _YEAR.fullmatch(_plain(cell, "bad_number"))
    if stated is None:
        raise CellError("bad_number")
    return int(stated[1])


def amount(cell: Cell) -> int:
    """Return fen, from yuan with at most two decimals; a number cell by its shortest text, exactly; or `bad_amount`."""
    written = repr(cell) if _is_number(cell) else _plain(cell, "bad_amount")
    try:
        return fen(written.replace(",", "") if _GROUPED.fullmatch(written) else written)
    except ValueError:
        raise CellError("bad_amount") from None


def whole(cell: Cell) -> int:
    """Return a whole number that is not negative, or `bad_number`."""
    written = _plain(cell, "bad_number")
    if not _WHOLE.fullmatch(written):
        raise CellError("bad_number")
    return int(written)


def degrees(cell: Cell) -> float:
    """Return a coordinate in decimal degrees, or `bad_number`."""
    written = repr(cell) if _is_number(cell) else _plain(cell, "bad_number")
    if not _DEGREES.fullmatch(written):
        raise CellError("bad_number")
    return float(written)


def words(cell: Cell) -> list[str]:
    """Return the words of a list, separated by any of 、,，;；."""
    return [word for part in _SEPARATORS.split(text(cell)) if (word := part.strip())]


def area_codes(cell: Cell) -> list[str]:
    """Return administrative codes, separated like words; a single one may be a number cell."""
    return [area_code(word) for word in words(cell)] if isinstance(cell, str) else [area_code(cell)]


def sentences(cell: Cell) -> list[str]:
    """Return texts that are separated by ; or ； or a line's end, so that they may hold commas."""
    return [part for each in _SENTENCE_ENDS.split(text(cell)) if (part := each.strip())]


def checklist(cell: Cell) -> dict[str, bool | int | str]:
    """Return items and what was found, from `item：content；item：content`; or `bad_format`.

    是 and 否 are truth values, whole numbers numbers, everything else is text.
    """
    found: dict[str, bool | int | str] = {}
    for part in sentences(cell):
        item = _ITEM.fullmatch(part)
        if item is None or item[1].strip() in found:
            raise CellError("bad_format")
        found[item[1].strip()] = _content(item[2].strip())
    return found


def _content(written: str) -> bool | int | str:
    if written in ("是", "否"):
        return written == "是"
    return int(written) if _WHOLE.fullmatch(written) else written


def yes_no(labels: dict[str, bool], cell: Cell) -> bool:
    """Return a truth value from a word or a truth cell, or `not_in_list`."""
    return cell if isinstance(cell, bool) else choice(labels, cell)


def choice(labels: dict[str, _Code], cell: Cell) -> _Code:
    """Return the code of a label; a code stands for itself; or `not_in_list`."""
    return _chosen(labels, text(cell))


def choices(labels: dict[str, str], cell: Cell) -> list[str]:
    """Return the codes of a list of labels, or `not_in_list`."""
    return [_chosen(labels, word) for word in words(cell)]


def _chosen(labels: dict[str, _Code], word: str) -> _Code:
    if word in labels:
        return labels[word]
    code = next((code for code in labels.values() if code == word), None)
    if code is None:
        raise CellError("not_in_list")
    return code


def _is_number(cell: Cell) -> TypeGuard[float]:
    return isinstance(cell, float | int) and not isinstance(cell, bool)


def _plain(cell: Cell, code: str) -> str:
    """Return what is written with ASCII digits and signs for full-width ones; whole numbers count as written."""
    if isinstance(cell, str):
        stripped = cell.strip()
        return stripped if stripped.isascii() else unicodedata.normalize("NFKC", stripped)
    if _is_number(cell) and cell == cell // 1:
        return str(int(cell))
    raise CellError(code)


def _identified(normalise: Callable[[str], str], cell: Cell) -> str:
    try:
        return normalise(text(cell))
    except IdentityError as error:
        raise CellError(error.code) from None
