"""What is wrong with a fact, in one code, one path and one hint; never the value, which may be personal."""

import re
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.errors import Refused
from shared.events.contract import Model

_SAFE = re.compile(r"(?!.*\d{11})[A-Za-z0-9_]{1,40}")  # a name of a field, not a number or name of a person
_LONGEST_PATH = 120
_CODES = {
    "missing": ("missing_field", "the contract requires it"),
    "extra_forbidden": ("unknown_field", "the contract has no such field"),
    "literal_error": ("not_in_list", ""),
    "string_pattern_mismatch": ("bad_format", ""),
    "greater_than_equal": ("out_of_range", ""),
    "less_than_equal": ("out_of_range", ""),
    "string_too_long": ("too_long", ""),
    "string_too_short": ("too_short", ""),
    "too_long": ("too_long", ""),
}
_OWN_CODES = {"bad_date", "bad_instant", "bad_period", "bad_text", "personal_data_in_text"}

M = TypeVar("M", bound=Model)


def validated(form: type[M], fields: Any, path: str) -> M:
    """Return the fields as a model.

    Raises:
        Refused: They do not keep the contract.
    """
    try:
        return form.model_validate(fields)
    except ValidationError as error:
        raise _refused(error, fields, path) from None


def refuse_operators(value: Any, path: str) -> None:
    """Refuse keys that a database could read as an operator or a path, before anything else looks at them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not key or key[0] == "$" or "." in key or "\x00" in key:
                raise Refused("operator_in_key", path[:_LONGEST_PATH], "field names have no $, dot or NUL")
            if isinstance(inner, dict | list):
                refuse_operators(inner, f"{path}.{_shown(key)}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if isinstance(inner, dict | list):
                refuse_operators(inner, f"{path}.{number}")


def _refused(error: ValidationError, fields: Any, path: str) -> Refused:
    """Return the first mistake as one code, a path without odd keys, and a hint without the value."""
    found = error.errors(include_input=False, include_url=False)
    place = _place(found[0], fields)
    # A union tells one mistake a branch: the one that is not about the type knows most.
    here = [one for one in found if _place(one, fields) == place]
    first = next((one for one in here if not one["type"].endswith("_type")), here[0])
    where = ".".join([path, *map(_shown, place)])[:_LONGEST_PATH]
    kind = first["type"]
    if kind in _OWN_CODES:
        return Refused(kind, where, first["msg"])
    code, hint = _CODES.get(kind, ("wrong_type" if kind.endswith("_type") else "invalid_value", ""))
    return Refused(code, where, hint or str(first["msg"])[:300])


def _place(error: ErrorDetails, fields: Any) -> list[int | str]:
    """Return where a mistake is, without the names that pydantic gives to the branches of a union."""
    if error["type"] == "missing":
        return list(error["loc"])
    place: list[int | str] = []
    value = fields
    for part in error["loc"]:
        known: Any = range(len(value)) if isinstance(value, list) else value
        if not isinstance(value, dict | list) or part not in known:
            break
        value = value[part]  # type: ignore[index] # part is one of its keys
        place.append(part)
    return place


def _shown(part: int | str) -> str:
    return str(part) if _SAFE.fullmatch(str(part)) else "?"
