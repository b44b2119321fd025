"""Registry as the plumbing sees it."""

from services.registry.adapters.accounts import accounts
from services.registry.subscribers import PLACEMENTS, REGISTRY
from shared.runner.core import Service

SERVICE = Service("registry", "登记 Registry", (REGISTRY, PLACEMENTS), extras={"accounts": accounts})
