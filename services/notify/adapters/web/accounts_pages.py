"""Accounts: one's own, and those that a county or the operators look after."""

from services.notify.adapters.web.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = ()
