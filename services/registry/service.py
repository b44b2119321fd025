"""Registry as the plumbing sees it."""

import typer

from services.registry import placements_commands, recruiting_commands
from services.registry.adapters.accounts import accounts
from services.registry.subscribers import PLACEMENTS, REGISTRY
from shared.runner.core import Service


def _register(app: typer.Typer) -> None:
    placements_commands.register(app)
    recruiting_commands.register(app)


SERVICE = Service(
    name="registry",
    title="登记 Registry",
    subscriptions=(REGISTRY, PLACEMENTS),
    extras={"accounts": accounts, "commands": _register},
)
