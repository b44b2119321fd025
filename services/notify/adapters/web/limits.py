"""How often: token buckets in memory, one process's share. What must hold over all processes is in the store."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_MOST_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second from then on."""

    burst: float
    per_s: float


@dataclass
class Buckets:
    """Who has asked how often."""

    clock: Callable[[], float]
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait_s(self, key: str, rate: Rate) -> float:
        """Take one of what a key has left; return how long until there is one where there is none."""
        now = self.clock()
        left, since = self._left.pop(key, (rate.burst, now))
        left = min(rate.burst, left + (now - since) * rate.per_s)
        self._left[key] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > _MOST_KEPT:
            self._left.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) / rate.per_s


LOGINS_OF_ADDRESS: Final = Rate(burst=20, per_s=0.2)
LOGINS_OF_NAME: Final = Rate(burst=10, per_s=0.1)
STRANGERS: Final = Rate(burst=120, per_s=10)
