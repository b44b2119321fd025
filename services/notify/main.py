"""Notify's process: `uvicorn services.notify.main:app`. Its web side is the officers' console."""

from services.notify.adapters.channels import run as channels
from services.notify.adapters.channels.outbox import Outbox
from services.notify.adapters.web.edge import Console, Edge
from services.notify.service import SERVICE
from shared.runner.app import serve
from shared.settings import Settings

console = Console()
service = serve(
    SERVICE,
    Settings(),
    companions=lambda context: (Outbox(context.store.db),),
    adapters=(console.run, channels.run),
)
app = Edge(service, console)
