"""Conditions of programme files: Common Expression Language, compiled once.

Source of the language: https://cel.dev. An expression reads `person.status`, `employer.kind` and the like, and figures
as `parameters['name']`. Results are remembered: what expressions read takes few values, and evaluation is slow.
"""

import re
from functools import lru_cache
from typing import Any

import cel

from services.subsidy.domain.programme import SUBJECT_FIELDS, Value

_FIELD = re.compile(r"\b(person|employer|placement|provider|graduation|organisation)\.([a-z_]+)")
_PARAMETER = re.compile(r"parameters\[\s*['\"]([^'\"]*)['\"]\s*\]")
_ROOTS = {"person", "employer", "placement", "provider", "graduation", "organisation", "parameters"}
REMEMBERED = 4_096


class Expression:
    """A compiled condition.

    Raises:
        ValueError: The text is no expression, or reads something of which nothing is known.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self._program = cel.compile(text)
        except ValueError as error:
            raise ValueError(f"'{text}' is no CEL expression: {str(error).splitlines()[0]}") from None
        foreign = sorted(set(self._program.variables()) - _ROOTS)
        if foreign:
            raise ValueError(f"'{foreign[0]}' is unknown here; an expression reads {', '.join(sorted(_ROOTS))}")
        self.reads = tuple(sorted({f"{root}.{name}" for root, name in _FIELD.findall(text)}))
        self.parameters = tuple(sorted(set(_PARAMETER.findall(text))))
        self.holds = lru_cache(maxsize=REMEMBERED)(self._holds)

    @property
    def unknown(self) -> str | None:
        """Return a field that no subject has, if the expression reads one."""
        return next((name for name in self.reads if name not in SUBJECT_FIELDS), None)

    def _holds(self, read: tuple[int | str, ...], values: tuple[Value, ...]) -> bool:
        context: dict[str, Any] = {root: {} for root in _ROOTS}
        for name, value in zip(self.reads, read, strict=True):
            root, field = name.split(".")
            context[root][field] = value
        for name, figure in zip(self.parameters, values, strict=True):
            context["parameters"][name] = list(figure) if isinstance(figure, tuple) else figure
        outcome = self._program.execute(context)
        if not isinstance(outcome, bool):
            raise TypeError(f"'{self.text}' says neither true nor false")
        return outcome
