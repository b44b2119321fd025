"""Notify's process: `uvicorn services.notify.main:app`."""

from services.notify.service import SERVICE
from shared.runner.app import serve
from shared.settings import Settings

app = serve(SERVICE, Settings())
