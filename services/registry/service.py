"""Registry as the plumbing sees it."""

from services.registry.adapters.accounts import accounts
from services.registry.duties_commands import register
from services.registry.subscribers import DUTIES, REGISTRY
from shared.runner.core import Service

SERVICE = Service("registry", "登记 Registry", (REGISTRY, DUTIES), extras={"accounts": accounts, "commands": register})
