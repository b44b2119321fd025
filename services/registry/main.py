"""Registry's process: `uvicorn services.registry.main:app`."""

from services.registry.adapters import clock
from services.registry.adapters.vault import Vault
from services.registry.service import SERVICE
from shared.runner.app import Context, serve
from shared.settings import Settings


async def _cards(context: Context) -> None:
    await Vault(context).write_missing_cards()


app = serve(SERVICE, Settings(), companions=lambda context: (Vault(context),), adapters=(_cards, clock.run))
