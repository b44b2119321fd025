"""Checks of the dated figures of a programme file: order, unit, size, document and clause."""

from datetime import date
from typing import Final

from services.subsidy.adapters.programme_form import DatedForm, ParameterForm
from services.subsidy.domain.programme import MOST, Dated, Parameter
from shared.documents import Register
from shared.strict_yaml import Path, StrictYaml

_UNITS: Final = {
    "fen": ("fen", "fen_by_grade"),
    "percent": ("percent",),
    "bp": ("basis_points",),
    "months": ("months",),
    "years": ("years",),
    "days": ("days",),
    "heads": ("heads",),
    "count": ("heads",),
    "visits": ("times",),
    "points": ("points",),
}
"""The units that the last word of a parameter's name allows."""


def parameter_of(file: StrictYaml, name: str, stated: ParameterForm, register: Register) -> Parameter:
    """Return a parameter.

    Raises:
        ConfigurationError: Its values overlap or are out of order, or one of them has not the parameter's unit, is
            more than can be meant, or cites what the register does not have.
    """
    path: Path = ("parameters", name)
    _check_unit(file, path, name, stated)
    days = [entry.from_ for entry in stated.values]
    if days != sorted(set(days)):
        raise file.at((*path, "values", _first_wrong(days), "from"), _disorder(name, days))
    dated = []
    for number, entry in enumerate(stated.values):
        place = (*path, "values", number)
        _check_value(file, (*place, "value"), name, stated, entry)
        register.cited(file, place, entry.document, entry.clause)
        value = tuple(entry.value) if isinstance(entry.value, list) else entry.value
        dated.append(Dated(entry.from_, value, entry.document, entry.clause, entry.note or "", entry.known_on))
    return Parameter(name, stated.meaning, stated.unit, stated.when_unset == "nothing_accrues", tuple(dated))


def _check_unit(file: StrictYaml, path: Path, name: str, stated: ParameterForm) -> None:
    allowed = _UNITS.get(name.replace(".", "_").rpartition("_")[2])
    if allowed and stated.unit not in allowed:
        raise file.at((*path, "unit"), f"'{name}' is in {' or '.join(allowed)} by its name, not in {stated.unit}")


def _first_wrong(days: list[date]) -> int:
    return next(number for number in range(1, len(days)) if days[number] <= days[number - 1])


def _disorder(name: str, days: list[date]) -> str:
    order = f"the values of '{name}' stand in order of their first days, each day once"
    return order if len(set(days)) == len(days) else f"{order}: two values overlap"


def _check_value(file: StrictYaml, path: Path, name: str, stated: ParameterForm, entry: DatedForm) -> None:
    value, unit = entry.value, stated.unit
    if value is None:
        return
    if unit == "word":
        right, wanted = isinstance(value, str), "a word"
    elif unit == "list":
        right, wanted = isinstance(value, list), "a list, such as [listed]"
    elif unit == "fen_by_grade" and isinstance(value, list):
        right, wanted = all(_is_graded(entry) for entry in value), "entries such as excellent:300000000"
    else:
        right = isinstance(value, int) and 0 <= value <= MOST[unit]
        wanted = f"a whole number from 0 to {MOST[unit]}"
    if not right:
        raise file.at(path, f"a value of '{name}' is {wanted}, because its unit is {unit}")


def _is_graded(entry: str) -> bool:
    grade, separator, fen = entry.rpartition(":")
    return bool(grade and separator) and fen.isascii() and fen.isdecimal() and int(fen) <= MOST["fen_by_grade"]
