"""What may carry a row of the documents, by kind of carrier, and which tests there are to show it."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer
import yaml

from services.matching.domain.fitting import RULES
from services.notify.domain.rules import KINDS
from services.registry.targets_file import load_targets
from services.subsidy.adapters.programme_files import shipped_rulebook
from shared.catalog import BY_TYPE
from shared.events.tasks import TASK_KINDS
from shared.ops.cases.model import read_cases
from shared.ops.main import app
from shared.ops.running import find_services

ROOT = Path(__file__).parents[2]
_REGISTRY = ROOT / "services" / "registry"


@cache
def carriers() -> dict[str, frozenset[str]]:
    """Return the names that exist, by kind of carrier."""
    rulebook, placements, households = shipped_rulebook(), _data("placements"), _data("households")
    found: dict[str, Iterable[str]] = {
        "programme": rulebook.programmes,
        "parameter": rulebook.parameters,
        "target": (target.id for target in load_targets().targets),
        "task": TASK_KINDS,
        "alert": KINDS,
        "event": (event.topic for event in BY_TYPE.values()),
        "rule": (rule.name for rule in RULES),
        "command": _commands(),
        "duty": _names(_data("duties"), "duties", "duty"),
        "placement": [*_names(placements, "kinds", "kind"), *_names(placements, "programmes", "programme")],
        "recruiting": _names(placements, "recruiting", "programme"),
        "quota": [*_names(placements, "head_quotas", "quota"), *_names(placements, "share_quotas", "quota")],
        "household": _names(households, "items", "code"),
        "service": _names(_data("casework"), "services", "code"),
        "feed": _data("feeds").get("feeds", {}),
    }
    return {kind: frozenset(names) for kind, names in found.items()}


@cache
def shown_in(path: str) -> frozenset[str]:
    """Return the tests of a file: functions of a module (`Class::function`), cases of a case file; none without it."""
    file = ROOT / path
    if not file.exists():
        return frozenset()
    if file.suffix == ".yaml":
        return frozenset(case.case for case in read_cases(file))
    return frozenset(_functions(ast.parse(file.read_text(encoding="utf-8")).body))


def quoted() -> set[tuple[str, str]]:
    """Return which row each entry of registry's data quotes, as (row, carrier); not the registers (C1 ...)."""
    placements = _data("placements")
    lists = [
        ("duty", _data("duties"), "duties", "duty"),
        ("target", _data("targets"), "targets", "id"),
        ("placement", placements, "kinds", "kind"),
        ("placement", placements, "programmes", "programme"),
        ("recruiting", placements, "recruiting", "programme"),
        ("quota", placements, "head_quotas", "quota"),
        ("quota", placements, "share_quotas", "quota"),
        ("household", _data("households"), "items", "code"),
    ]
    return {
        (row, f"{kind}:{entry[field]}")
        for kind, data, part, field in lists
        for entry in data.get(part, ())
        for row in entry.get("rows", ())
        if not row.startswith("C")
    }


def _functions(body: list[ast.stmt], around: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield around + node.name


def _data(name: str) -> dict[str, Any]:
    file = _REGISTRY / f"{name}.yaml"
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def _names(data: dict[str, Any], part: str, field: str) -> list[str]:
    return [entry[field] for entry in data.get(part, ())]


def _commands() -> Iterator[str]:
    whole = typer.Typer()
    for service in find_services():
        if register := service.extras.get("commands"):
            register(whole)
    for group in (app, whole):
        for command in group.registered_commands:
            yield command.name or str(getattr(command.callback, "__name__", "")).rstrip("_")
        for inner in group.registered_groups:
            yield str(inner.name or "")
