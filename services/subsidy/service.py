"""Subsidy as the plumbing sees it."""

from services.subsidy.commands import register
from services.subsidy.domain.digest import ledger_digest
from services.subsidy.subscribers import EMPLOYERS, LEDGER, PEOPLE
from shared.runner.core import Service

SERVICE = Service(
    name="subsidy",
    title="补贴：依据事实核算各项补贴，逐笔记账",
    subscriptions=(PEOPLE, EMPLOYERS, LEDGER),
    extras={
        "commands": register,
        "digest": ledger_digest,
    },
)
