"""Registry as the plumbing sees it."""

from services.registry.adapters.accounts import accounts
from services.registry.subscribers import REGISTRY
from services.registry.targets_subscription import TARGETS
from shared.runner.core import Service

SERVICE = Service("registry", "登记 Registry", (REGISTRY, TARGETS), extras={"accounts": accounts})
