"""Notify as the plumbing sees it."""

from typing import Final

from services.notify.commands import register
from services.notify.rulebook import load_rulebook
from services.notify.subscribers import subscription
from shared.runner.core import Service

RULES: Final = load_rulebook()

SERVICE: Final = Service(
    name="notify",
    title="提醒 Notify",
    subscriptions=(subscription(RULES),),
    extras={"commands": register},
)
