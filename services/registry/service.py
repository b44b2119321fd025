"""Registry as the plumbing sees it."""

import typer

from services.registry.adapters.accounts import accounts
from services.registry.platforms_commands import register as register_platforms
from services.registry.subscribers import REGISTRY
from services.registry.targets_commands import register as register_targets
from services.registry.targets_subscription import TARGETS
from shared.runner.core import Service


def _register(app: typer.Typer) -> None:
    register_targets(app)
    register_platforms(app)


SERVICE = Service(
    "registry", "登记 Registry", (REGISTRY, TARGETS), extras={"accounts": accounts, "commands": _register}
)
