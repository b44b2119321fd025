"""Subsidy as the plumbing sees it."""

import typer

from services.subsidy.clawback_commands import register_clawbacks
from services.subsidy.commands import register
from services.subsidy.domain.digest import ledger_digest
from services.subsidy.explaining_lines import sentence_of
from services.subsidy.payment_commands import register_payments
from services.subsidy.subscribers import LEDGER, SETTLING
from shared.runner.core import Service


def _register(app: typer.Typer) -> None:
    register(app)
    register_payments(app)
    register_clawbacks(app)


SERVICE = Service(
    name="subsidy",
    title="补贴：依据事实核算各项补贴，逐笔记账",
    subscriptions=(SETTLING, LEDGER),
    extras={
        "commands": _register,
        "digest": ledger_digest,
        "sentence": sentence_of,
    },
)
