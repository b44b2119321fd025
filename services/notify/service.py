"""Notify as the plumbing sees it."""

from typing import Final

import typer

from services.notify import accounts_commands, case_commands, channels_command, commands
from services.notify.rulebook import load_rulebook
from services.notify.subscribers import TIMELINE, subscription
from shared.runner.core import Service

RULES: Final = load_rulebook()


def _register(app: typer.Typer) -> None:
    commands.register(app)
    case_commands.register(app)
    accounts_commands.register(app)
    channels_command.register(app)


SERVICE: Final = Service(
    name="notify",
    title="提醒 Notify",
    subscriptions=(subscription(RULES), TIMELINE),
    extras={"commands": _register, "welcome": accounts_commands.welcome},
)
