"""YAML as data files need it: every value remembers its line, no key stands twice, no figure is a fraction.

What is wrong is said in one form everywhere: what is wrong, where (file and line), and the closest right name.
"""

from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from shared.errors import ConfigurationError

Path = tuple[str | int, ...]
F = TypeVar("F", bound=BaseModel)
_CLOSE_ENOUGH: Final = 0.5
# The parser in C where PyYAML has it: ten times as fast, and the same nodes with the same lines.
_TYPED: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class StrictYaml:
    """A YAML document as plain values, and where each stands.

    Args:
        name: The file's name, for messages.
        typed: Scalars are what YAML takes them for; otherwise every scalar is text, and the form says what it means.

    Raises:
        ConfigurationError: It is no YAML, a key stands twice, or a figure has a fraction.
    """

    def __init__(self, name: str, text: str, *, typed: bool = True) -> None:
        self.name = name
        self._lines: dict[Path, int] = {}
        try:
            self._loader = (_TYPED if typed else _TEXT)(text)
            node = self._loader.get_single_node()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            said = getattr(error, "problem", None) or str(error).splitlines()[0]
            raise self.error(mark.line + 1 if mark else 1, f"this is no YAML: {said}") from None
        if node is None:
            raise self.error(1, "the file is empty")
        self.value: Any = self._plain(node, ())

    def line(self, path: Path) -> int:
        """Return the line of what a path leads to, or of the closest thing around it."""
        while path not in self._lines and path:
            path = path[:-1]
        return self._lines.get(path, 1)

    def error(self, line: int, what: str) -> ConfigurationError:
        """Return an error that names file and line."""
        return ConfigurationError(f"{self.name}, line {line}: {what}")

    def at(self, path: Path, what: str) -> ConfigurationError:
        """Return an error about what a path leads to."""
        return self.error(self.line(path), what)

    def filled(self, form: type[F]) -> F:
        """Return the document as a form.

        Raises:
            ConfigurationError: It is not as the form wants it; for an unknown name the closest right one is said.
        """
        try:
            return form.model_validate(self.value)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            # A slip in a name leaves an unknown name and a missing one: the unknown one is where the slip is.
            first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
            path: Path = tuple(part for part in first["loc"] if part != "[key]")
            raise self.at(path, _mistake(form, path, first)) from None

    def _plain(self, node: yaml.Node, path: Path) -> Any:
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, (*path, place)) for place, child in enumerate(node.value)]
        try:
            value = self._loader.construct_object(node)
        except (ValueError, yaml.YAMLError):
            raise self.at(path, f"'{node.value}' cannot be read: there is no such day or figure") from None
        if isinstance(value, float):
            raise self.at(path, "figures are whole numbers (fen, per cent, 1/100 per cent), never 0.5")
        if isinstance(value, datetime):
            raise self.at(path, "a day is YYYY-MM-DD, without an hour")
        return value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, child in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in found:
                raise self.error(line, f"'{key}' stands twice (first on line {self._lines[(*path, key)]}); keep one")
            found[key] = self._plain(child, (*path, key))
            self._lines[(*path, key)] = line
        return found


def closest(name: str, known: Iterable[str]) -> str:
    """Return the right name that is closest to a wrong one, in brackets; nothing if none is close."""
    close = get_close_matches(name, sorted(set(known)), n=1, cutoff=_CLOSE_ENOUGH)
    return f" (closest: '{close[0]}')" if close else ""


def _mistake(form: type[BaseModel], path: Path, error: Any) -> str:
    name = str(path[-1]) if path else "the file"
    around = ".".join(str(part) for part in path[:-1])
    where = f" in {around}" if around else ""
    match error["type"]:
        case "missing":
            return f"'{name}' is missing{where}"
        case "extra_forbidden":
            return f"'{name}' is unknown{where}{closest(name, _fields(form))}"
        case "literal_error":
            known = [word.strip("'") for word in error["ctx"]["expected"].replace(" or ", ", ").split(", ")]
            return f"'{name}'{where}: '{error['input']}' is unknown{closest(str(error['input']), known)}"
        case _:
            return f"'{name}'{where}: {error['msg']}"


def _fields(form: type[BaseModel]) -> list[str]:
    """Return every field name that may stand anywhere in a file."""
    schema = form.model_json_schema()
    names = [name for part in schema.get("$defs", {}).values() for name in part.get("properties", {})]
    return [*names, *schema.get("properties", ())]
