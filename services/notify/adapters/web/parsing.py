"""From what was typed to the endpoint's form; what does not fit is told by field, never by value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_origin

from pydantic import ValidationError

from services.notify.adapters.web.endpoint import Form

_MANY = (list, tuple, set, frozenset)
BESIDE = frozenset({"csrf"})  # what every form carries for the frame itself


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field: its name, and a key `invalid.<problem>` of the words."""

    field: str
    problem: str


class Invalid(Exception):  # noqa: N818 - an answer, not a mistake
    """What was typed does not fit."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("invalid")
        self.problems = problems


def filled(form: type[Form] | None, pairs: Iterable[tuple[str, str]]) -> Form | None:
    """Return a form from names and values as they came; empty values are not there.

    Raises:
        Invalid: A value does not fit, one is missing, a name is unknown or stands twice.
    """
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in BESIDE and isinstance(value, str) and value.strip():
            values.setdefault(name, []).append(value)
    if form is None:
        if values:
            raise Invalid((Problem("", "extra_forbidden"),))
        return None
    try:
        return form.model_validate(_single(form, values))
    except ValidationError as error:
        raise Invalid(_problems(form, error)) from None


def _single(form: type[Form], values: Mapping[str, list[str]]) -> dict[str, Any]:
    repeated = [name for name, each in values.items() if len(each) > 1 and not _takes_many(form, name)]
    if repeated:
        raise Invalid(tuple(Problem(name if name in form.model_fields else "", "repeated") for name in repeated))
    return {name: each if _takes_many(form, name) else each[0] for name, each in values.items()}


def _takes_many(form: type[Form], name: str) -> bool:
    info = form.model_fields.get(name)
    return info is not None and get_origin(info.annotation) in _MANY


def _problems(form: type[Form], error: ValidationError) -> tuple[Problem, ...]:
    found = {}
    for each in error.errors(include_url=False, include_input=False, include_context=False):
        name = str(each["loc"][0]) if each["loc"] else ""
        known = name if name in form.model_fields else ""  # an unknown name is somebody's input too
        found[known, each["type"]] = Problem(known, each["type"])
    return tuple(found.values())
