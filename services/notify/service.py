"""Notify as the plumbing sees it."""

from typing import Final

import typer

from services.notify import case_commands, commands, county_command
from services.notify.rulebook import load_rulebook
from services.notify.subscribers import REGISTERS, TIMELINE, subscription
from shared.runner.core import Service

RULES: Final = load_rulebook()


def _register(app: typer.Typer) -> None:
    commands.register(app)
    case_commands.register(app)
    county_command.register(app)


SERVICE: Final = Service(
    name="notify",
    title="提醒 Notify",
    subscriptions=(subscription(RULES), TIMELINE, REGISTERS),
    extras={"commands": _register},
)
