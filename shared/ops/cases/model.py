"""The case format: what a case file may say, checked before anything runs."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from shared.errors import BangfuError


def _text(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    return str(value)


Text = Annotated[str, BeforeValidator(_text)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Parameter(_Part):
    """A value in force for this case, over the shipped ones."""

    parameter: str
    value: int | str | list[str] | None
    county: Text | None = None
    valid_from: date = date(2013, 1, 1)


class Line(_Part):
    """A ledger line that must be posted, in posting order."""

    programme: str
    payee: Text
    period: Text
    posted: Text
    amount: str
    person: str | None = None


class Refusal(_Part):
    """What must stand refused at the end; a field that is left out matches anything."""

    programme: str
    reason: str
    payee: Text | None = None
    person: str | None = None
    period: Text | None = None


class Rejection(_Part):
    """A fact that must be refused at the door."""

    type: str
    code: str
    path: str | None = None


class Balance(_Part):
    """A balance at the end, in yuan."""

    account: str
    payee: Text
    amount: str


class Case(_Part):
    """One policy case."""

    case: str
    until: date
    facts: list[dict[str, Any]]
    expect: list[Line]
    source: str = ""
    parameters: list[Parameter] = []
    people: dict[str, dict[str, Any]] = {}
    employers: dict[str, dict[str, Any]] = {}
    budgets: list[dict[str, Any]] = []
    expect_refused: list[Refusal] = []
    expect_rejected: list[Rejection] = []
    expect_balances: list[Balance] = []


def case_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files of cases that are named, with those of each folder that is.

    Raises:
        BangfuError: A folder has none.
    """
    found: list[Path] = []
    for path in paths:
        files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not files:
            raise BangfuError(f"{path}: no case file (*.yaml) is in this folder")
        found += files
    return found


def read_cases(path: Path) -> Iterator[Case]:
    """Yield the cases of a file.

    Raises:
        BangfuError: The file is no list of cases; the message names the case and the field.
    """
    try:
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BangfuError(f"{path}: not YAML: {error}") from None
    if not isinstance(listed, list):
        raise BangfuError(f"{path}: a case file is a list of cases, each with `case`, `facts`, `until` and `expect`")
    for number, item in enumerate(listed, 1):
        try:
            yield Case.model_validate(item)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            name = item.get("case", "?") if isinstance(item, dict) else "?"
            raise BangfuError(f"{path}: case {number} ({name}): {field}: {first['msg']}") from None
