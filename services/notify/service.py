"""Notify as the plumbing sees it."""

from typing import Final

import typer

from services.notify import (
    accounts_commands,
    alert_commands,
    case_commands,
    channels_command,
    commands,
    county_command,
)
from services.notify.money_subscription import MONEY
from services.notify.ops_subscription import MESSAGES
from services.notify.rulebook import load_rulebook
from services.notify.subscribers import REGISTERS, TIMELINE, subscription
from shared.runner.core import Service

RULES: Final = load_rulebook()


def _register(app: typer.Typer) -> None:
    for group in (commands, case_commands, alert_commands, accounts_commands, county_command, channels_command):
        group.register(app)


SERVICE: Final = Service(
    name="notify",
    title="提醒 Notify",
    subscriptions=(subscription(RULES), TIMELINE, REGISTERS, MONEY, MESSAGES),
    extras={"commands": _register, "welcome": accounts_commands.welcome},
)
