"""Registry as the plumbing sees it."""

import typer

from services.registry import (
    casework_commands,
    duties_commands,
    placements_commands,
    platforms_commands,
    recruiting_commands,
    roster_commands,
    targets_commands,
)
from services.registry.adapters.accounts import accounts
from services.registry.casework_subscription import CASES
from services.registry.duties_subscription import DUTIES
from services.registry.placements_subscription import PLACEMENTS
from services.registry.subscribers import REGISTRY
from services.registry.targets_subscription import TARGETS
from shared.runner.core import Service

_COMMANDS = (
    roster_commands,
    casework_commands,
    placements_commands,
    recruiting_commands,
    duties_commands,
    targets_commands,
    platforms_commands,
)


def _register(app: typer.Typer) -> None:
    for commands in _COMMANDS:
        commands.register(app)


SERVICE = Service(
    name="registry",
    title="登记 Registry",
    subscriptions=(REGISTRY, CASES, PLACEMENTS, DUTIES, TARGETS),
    extras={"accounts": accounts, "commands": _register},
)
"""The one consumer of `INTAKE`, and registry's own second readers of `EVENTS`, one for each of its concerns."""
