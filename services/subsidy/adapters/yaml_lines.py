"""YAML whose every value remembers its line, and in which no key stands twice."""

from typing import Any

import yaml

from shared.errors import ConfigurationError

Path = tuple[str | int, ...]


class Located:
    """A YAML document as plain values, and where each stands.

    Args:
        name: The file's name, for messages.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._lines: dict[Path, int] = {}
        self._loader = yaml.SafeLoader(text)
        try:
            node = self._loader.get_single_node()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise self.error(
                mark.line + 1 if mark else 1, f"this is no YAML: {getattr(error, 'problem', '')}"
            ) from None
        self.value: Any = self._plain(node, ()) if node else {}

    def line(self, path: Path) -> int:
        """Return the line of what a path leads to, or of the closest thing around it."""
        while path not in self._lines and path:
            path = path[:-1]
        return self._lines.get(path, 1)

    def error(self, line: int, what: str) -> ConfigurationError:
        """Return an error that names file and line."""
        return ConfigurationError(f"{self.name}, line {line}: {what}")

    def _plain(self, node: yaml.Node, path: Path) -> Any:
        self._lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, (*path, place)) for place, child in enumerate(node.value)]
        value = self._loader.construct_object(node)
        if isinstance(value, float):
            raise self.error(self._lines[path], "figures are whole numbers (fen, per cent, 1/100 per cent), never 0.5")
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
