"""What the book of refused and waiting facts listens to: one consumer over all partitions."""

from typing import Final

from services.notify.domain.ops_book import LETTER, ROOM, WISH
from shared.events.alerts import FactOverdue, FactParked, FactRedriven, FactRejected
from shared.events.clock import DayClosed
from shared.events.employers import EmployerRegistered, VacancyOpened
from shared.events.employment import EmploymentConfirmed
from shared.events.ops import DiscardRequested, LettersWished, RedriveRequested
from shared.events.people import JobseekerRegistered, RosterEntry
from shared.runner.core import Subscription

MESSAGES: Final = Subscription(
    name="notify-ops",
    listens=(
        FactRejected,
        FactRedriven,
        FactParked,
        FactOverdue,
        RedriveRequested,
        DiscardRequested,
        LettersWished,
        RosterEntry,
        JobseekerRegistered,
        EmployerRegistered,
        VacancyOpened,
        EmploymentConfirmed,
        DayClosed,
    ),
    aggregates=(LETTER, ROOM, WISH),
)
