"""Notify's process: `uvicorn services.notify.main:app`."""

from services.notify.adapters.channels import run as channels
from services.notify.adapters.channels.outbox import Outbox
from services.notify.service import SERVICE
from shared.runner.app import serve
from shared.settings import Settings

app = serve(
    SERVICE,
    Settings(),
    companions=lambda context: (Outbox(context.store.db),),
    adapters=(channels.run,),
)
