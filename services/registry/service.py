"""Registry as the plumbing sees it."""

import typer

from services.registry import casework_commands, roster_commands
from services.registry.adapters.accounts import accounts
from services.registry.subscribers import CASES, REGISTRY
from shared.runner.core import Service


def _register(app: typer.Typer) -> None:
    casework_commands.register(app)
    roster_commands.register(app)


SERVICE = Service(
    name="registry",
    title="登记 Registry",
    subscriptions=(REGISTRY, CASES),
    extras={"accounts": accounts, "commands": _register},
)
