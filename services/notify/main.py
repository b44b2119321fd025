"""Notify's process: `uvicorn services.notify.main:app`. Its web side is the officers' console."""

from services.notify.adapters.web.edge import Console, Edge
from services.notify.service import SERVICE
from shared.runner.app import serve
from shared.settings import Settings

console = Console()
app = Edge(serve(SERVICE, Settings(), adapters=(console.run,)), console)
