"""Reads rules.yaml; what is wrong in it is one error that names file and line."""

from importlib.resources import files
from typing import Any, Final

import yaml
from pydantic import ValidationError

from services.notify.domain.rules import Rulebook
from shared.errors import ConfigurationError

_NAME: Final = "services/notify/rules.yaml"
Place = tuple[str | int, ...]


def load_rulebook() -> Rulebook:
    """Return the rules that this service is shipped with."""
    return read_rulebook(files("services.notify").joinpath("rules.yaml").read_text("utf-8"), _NAME)


def read_rulebook(text: str, name: str) -> Rulebook:
    """Return the rules in a YAML text.

    Args:
        text: `rules:`, a list of entries with the fields of `Rule`.
        name: How errors call the file.

    Raises:
        ConfigurationError: `<name>:<line>: ` and what would be right: YAML that cannot be read, a key that stands
            twice or is unknown or missing, a value out of its range, a placeholder that the kind does not have, two
            rules of one kind and day, a kind without a rule.
    """
    lines, stated = _parsed(text, name)
    try:
        book = Rulebook.model_validate(stated)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{name}:{_line(lines, first['loc'])}: {path}: {first['msg']}") from None
    seen = set()
    for number, rule in enumerate(book.rules):
        if (rule.kind, rule.since) in seen:
            line = lines["rules", number]
            raise ConfigurationError(f"{name}:{line}: {rule.kind} has a rule since {rule.since} already")
        seen.add((rule.kind, rule.since))
    return book


def _parsed(text: str, name: str) -> tuple[dict[Place, int], Any]:
    loader = yaml.BaseLoader(text)  # every scalar is text: the contract says what a date is, not YAML
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{name}:{line}: {error.problem}") from None
    if node is None:
        raise ConfigurationError(f"{name}:1: the file is empty")
    return {(): 1} | _lines(node, (), name), loader.construct_document(node)


def _lines(node: yaml.Node, path: Place, name: str) -> dict[Place, int]:
    """Return the line of everything in a YAML document, by its place in it."""
    found: dict[Place, int] = {}
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            place = (*path, number)
            found |= {place: item.start_mark.line + 1} | _lines(item, place, name)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            place, line = (*path, str(key.value)), key.start_mark.line + 1
            if place in found:
                raise ConfigurationError(
                    f"{name}:{line}: the key {key.value} stands twice, first in line {found[place]}"
                )
            found |= {place: line} | _lines(value, place, name)
    return found


def _line(lines: dict[Place, int], place: Place) -> int:
    """Return the line of a place or, where a key is missing, of what it is missing in."""
    while place not in lines:
        place = place[:-1]
    return lines[place]
