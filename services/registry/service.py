"""Registry as the plumbing sees it."""

import typer

from services.registry import duties_commands
from services.registry.adapters.accounts import accounts
from services.registry.subscribers import DUTIES, REGISTRY
from shared.runner.core import Service


def _register(app: typer.Typer) -> None:
    duties_commands.register(app)


SERVICE = Service(
    name="registry",
    title="登记 Registry",
    subscriptions=(REGISTRY, DUTIES),
    extras={"accounts": accounts, "commands": _register},
)
