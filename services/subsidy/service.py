"""Subsidy as the plumbing sees it."""

from services.subsidy.commands import register
from services.subsidy.domain.digest import ledger_digest
from services.subsidy.explaining_lines import sentence_of
from services.subsidy.subscribers import LEDGER, SETTLING
from shared.runner.core import Service

SERVICE = Service(
    name="subsidy",
    title="补贴：依据事实核算各项补贴，逐笔记账",
    subscriptions=(SETTLING, LEDGER),
    extras={
        "commands": register,
        "digest": ledger_digest,
        "sentence": sentence_of,
    },
)
