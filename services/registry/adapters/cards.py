"""The card writer: what a stop between commit and card left out is written by the process that leads."""

import asyncio

from services.registry.adapters.vault import Vault
from shared.cards import ContactCards
from shared.runner.app import Context
from shared.store import patiently

_AGAIN_S = 5.0


async def run(context: Context) -> None:
    """Write the missing cards at the start, and whenever a process is gone that may have left some out."""
    vault = Vault(context)
    context.health.probes["cards"] = ContactCards(context.js, context.settings.key("card_key")).readable
    while True:
        leads = context.replicas.leads is not None
        if leads and not await patiently(vault.write_missing_cards, context.health.store_failed):
            await asyncio.sleep(_AGAIN_S)
            continue
        await context.replicas.change()
