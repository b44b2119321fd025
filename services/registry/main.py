"""Registry's process: `uvicorn services.registry.main:app`."""

from services.registry.adapters import cards, clock, erased, wishes
from services.registry.adapters.vault import Vault
from services.registry.service import SERVICE
from shared.runner.app import serve
from shared.settings import Settings

app = serve(
    SERVICE,
    Settings(),
    companions=lambda context: (Vault(context),),
    first=(erased.run,),
    adapters=(cards.run, clock.run, wishes.run),
    letters=lambda context: lambda key: Vault(context).letter(key),
)
