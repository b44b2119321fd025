"""Every endpoint of the console, module by module."""

from collections import Counter
from typing import Final

from services.notify.adapters.web import (
    accounts_pages,
    case,
    county,
    inbox,
    money,
    money_actions,
    money_clawbacks,
    money_file,
    ops,
    preferences,
)
from services.notify.adapters.web.endpoint import Endpoint

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *inbox.ENDPOINTS,
    *case.ENDPOINTS,
    *county.ENDPOINTS,
    *money.ENDPOINTS,
    *money_actions.ENDPOINTS,
    *money_clawbacks.ENDPOINTS,
    *money_file.ENDPOINTS,
    *ops.ENDPOINTS,
    *accounts_pages.ENDPOINTS,
    *preferences.ENDPOINTS,
)


def _twice() -> list[str]:
    counted = Counter(e.name for e in ENDPOINTS) + Counter(f"{e.method} {e.path}" for e in ENDPOINTS)
    return [each for each, times in counted.items() if times > 1]


if _twice():
    raise RuntimeError(f"endpoints stand twice: {_twice()}")
