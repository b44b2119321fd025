"""What the book of refused and waiting facts and of replays listens to: one consumer over all partitions."""

from typing import Final

from services.notify.domain.ops_book import LETTER, PROOF, ROOM, WISH
from shared.events.alerts import FactOverdue, FactParked, FactRedriven, FactRejected
from shared.events.clock import DayClosed
from shared.events.employers import EmployerRegistered, VacancyOpened
from shared.events.employment import EmploymentConfirmed
from shared.events.ops import DiscardRequested, LettersWished, RedriveRequested, ReplayFinished
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
        ReplayFinished,
        RosterEntry,
        JobseekerRegistered,
        EmployerRegistered,
        VacancyOpened,
        EmploymentConfirmed,
        DayClosed,
    ),
    aggregates=(LETTER, ROOM, WISH, PROOF),
)
