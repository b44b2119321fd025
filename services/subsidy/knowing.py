"""What day it is for a query: the day that is open when its clocks look, and the last one that is posted."""

from datetime import date, timedelta
from typing import Final

from services.subsidy.deciding import open_day
from services.subsidy.domain.ledger import LEDGER, THE_LEDGER
from shared.ops.clocks import Clocks
from shared.ops.knowing import kept

_ONE_DAY: Final = timedelta(days=1)


def today(seen: Clocks) -> date:
    """Return the day that was open when the clocks look."""
    return open_day() if seen.known_at is None else seen.known_at + _ONE_DAY


def closed(seen: Clocks) -> date:
    """Return the last day that is over and posted when the clocks look, and that they look up to."""
    ledger = kept(LEDGER, seen, ids={THE_LEDGER}).get(THE_LEDGER)
    posted: date = (ledger.posted if ledger else None) or date.min
    return min(posted, seen.as_of or date.max)
