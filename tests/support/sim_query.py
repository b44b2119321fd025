"""The few queries that the project asks of MongoDB, over documents in memory."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

Row = dict[str, Any]
_MISSING = object()


def values(document: Any, path: str) -> list[Any]:
    """Return what a dotted path leads to; a path through a list leads to each of its items."""
    head, _, rest = path.partition(".")
    if isinstance(document, list):
        return [found for item in document for found in values(item, path)]
    if not isinstance(document, Mapping) or head not in document:
        return []
    return values(document[head], rest) if rest else [document[head]]


def matches(document: Row, query: Mapping[str, Any]) -> bool:
    """Tell whether a document is what a query asks for."""
    return all(
        any(matches(document, one) for one in wanted) if path == "$or" else _holds(values(document, path), wanted)
        for path, wanted in query.items()
    )


def _holds(found: list[Any], wanted: Any) -> bool:
    if isinstance(wanted, Mapping) and any(name.startswith("$") for name in wanted):
        return all(_compares(found, operator, operand) for operator, operand in wanted.items())
    flat = [*found, *(item for one in found if isinstance(one, list) for item in one)]
    return wanted in flat or (wanted is None and not found)


def _compares(found: list[Any], operator: str, operand: Any) -> bool:
    if operator == "$exists":
        return bool(found) == operand
    if operator == "$not":
        return not _holds(found, operand)
    compared = {
        "$in": lambda one: one in operand,
        "$lte": lambda one: one <= operand,
        "$lt": lambda one: one < operand,
        "$gt": lambda one: one > operand,
        "$gte": lambda one: one >= operand,
        "$ne": lambda one: one != operand,
        "$regex": lambda one: isinstance(one, str) and re.search(operand, one) is not None,
    }[operator]
    return any(compared(one) for one in found)


def ordered(documents: Iterable[Row], sort: list[tuple[str, int]]) -> list[Row]:
    """Return documents in the order of several fields; what lacks a field comes first."""
    found = list(documents)
    for path, direction in reversed(sort):
        found.sort(key=lambda row: _key(row, path), reverse=direction < 0)
    return found


def _key(row: Row, path: str) -> tuple[bool, Any]:
    found = next(iter(values(row, path)), _MISSING)
    return (False, 0) if found is _MISSING else (True, found)


def updated(document: Row, update: Mapping[str, Any]) -> Row:
    """Return a document after `$set` and `$inc`; a dotted name sets a field of a nested document."""
    result = dict(document)
    for path, value in update.get("$set", {}).items():
        head, _, rest = path.partition(".")
        result[head] = updated(result.get(head, {}), {"$set": {rest: value}}) if rest else value
    for name, step in update.get("$inc", {}).items():
        result[name] = result.get(name, 0) + step
    return result
