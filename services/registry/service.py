"""Registry as the plumbing sees it."""

from services.registry.adapters.accounts import accounts
from services.registry.roster_commands import register
from services.registry.subscribers import REGISTRY
from shared.runner.core import Service

SERVICE = Service("registry", "登记 Registry", (REGISTRY,), extras={"accounts": accounts, "commands": register})
