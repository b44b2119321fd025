"""Subsidy's process: `uvicorn services.subsidy.main:app`."""

from services.subsidy.service import SERVICE
from shared.runner.app import serve
from shared.settings import Settings

app = serve(SERVICE, Settings())
