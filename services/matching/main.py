"""Matching's process: `uvicorn services.matching.main:app`."""

from services.matching.adapters import sms
from services.matching.service import SERVICE
from shared.runner.app import serve
from shared.settings import Settings

app = serve(SERVICE, Settings(), adapters=(sms.run,))
