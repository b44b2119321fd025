"""What the book of money listens to: a consumer for each partition."""

from typing import Final

from services.notify.domain.money_acts import ACTS
from services.notify.domain.money_book import CLEARING, CONTENT, RUN
from services.notify.domain.money_moves import CLAWBACK, CURE, DEBT, PAYMENT
from shared.events.finance import FINANCE_FACTS
from shared.events.payments import ClawbackProposed, ClearingLate, FinanceFactAnswered, RunCleared, RunProposed
from shared.events.subsidy import LinePosted, TransferBooked
from shared.runner.core import Subscription

MONEY: Final = Subscription(
    name="notify-money",
    listens=(
        RunProposed,
        RunCleared,
        ClearingLate,
        ClawbackProposed,
        *FINANCE_FACTS,
        FinanceFactAnswered,
        LinePosted,
        TransferBooked,
    ),
    aggregates=(RUN, CONTENT, CLEARING, ACTS, PAYMENT, CLAWBACK, DEBT, CURE),
    partitioned=True,
)
