"""Reads placements.yaml once, at start: what is wrong in it stops the service and is named by file and line."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path as File

from services.registry.domain.placements_rules import Book, Cited, Rules
from shared.documents import Register, shipped_register
from shared.events.contract import Model
from shared.strict_yaml import Path, StrictYaml

RULES_FILE = File(__file__).parent / "placements.yaml"


@cache
def shipped_book() -> Book:
    """Return the rules that ship with the service."""
    return read_book(RULES_FILE.name, RULES_FILE.read_text(encoding="utf-8"), shipped_register())


def read_book(name: str, text: str, register: Register) -> Book:
    """Return the rules that a text states.

    Raises:
        ConfigurationError: `<name>, line <line>: ` and what would be right: no YAML, an unknown or missing key, a value
            out of its range, a document or clause that the register does not have, a rule that cites nothing.
    """
    file = StrictYaml(name, text)
    rules = file.filled(Rules)
    titles: dict[str, str] = {}
    for path, cited in _cited((), rules):
        if cited.document is None:
            if cited.source is None:
                raise file.at(path, "a rule cites document and clause, or says source: house")
            continue
        titles[cited.document] = register.cited(file, path, cited.document, cited.clause or "").title
    return Book(rules, titles)


def _cited(path: Path, value: object) -> Iterator[tuple[Path, Cited]]:
    """Yield everything that cites, and where it stands."""
    if isinstance(value, Cited):
        yield path, value
    parts: list[tuple[str | int, object]] = []
    if isinstance(value, list):
        parts = [(number, each) for number, each in enumerate(value)]
    elif isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, Model):
        parts = [(field, getattr(value, field)) for field in type(value).model_fields]
    for key, each in parts:
        yield from _cited((*path, key), each)
