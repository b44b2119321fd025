"""What notify listens to and what decides on it."""

from services.notify.domain import casefile, employer_file, household_risk, unclaimed
from services.notify.domain.alert import ALERT
from services.notify.domain.alerting import Alerting, reads
from services.notify.domain.case import CASE, FOLLOWED
from services.notify.domain.clock import CLOCK
from services.notify.domain.endings import ENDING
from services.notify.domain.life import FACTS, OWN
from services.notify.domain.occurrence import HEARD
from services.notify.domain.registers import EVENTS, REGISTER_ROW
from services.notify.domain.rules import Rulebook
from services.notify.domain.timeline import entry_of
from services.notify.phrasebook import load_phrasebook
from shared.events.casework import PairEnded
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.finance import ParameterPublished
from shared.events.people import PairAssigned
from shared.runner.core import Subscription

_OTHERS: tuple[type[Event], ...] = (PairAssigned, PairEnded, ParameterPublished, DayClosed)


def subscription(rules: Rulebook) -> Subscription:
    """Return what raises alerts and follows them to their end: a consumer for each partition."""
    alerting = Alerting(rules)
    return Subscription(
        name="notify-alerts",
        formerly="notify",
        listens=tuple(dict.fromkeys((*HEARD, *ENDING, *FACTS, *_OTHERS))),
        aggregates=(CASE, FOLLOWED, CLOCK, ALERT),
        emits=OWN,
        decide=alerting.decide,
        reads=reads,
        walks=alerting.walks,
        decide_one=alerting.decide_one,
        partitioned=True,
    )


TIMELINE_ENTRY = entry_of(load_phrasebook())
TIMELINE = Subscription(
    name="notify-files",
    formerly="notify-timeline",
    listens=tuple(dict.fromkeys((*load_phrasebook().events, *casefile.HEARD, *unclaimed.HEARD))),
    aggregates=(
        TIMELINE_ENTRY,
        casefile.CASE_FILE,
        employer_file.EMPLOYER_FILE,
        household_risk.HOUSEHOLD_RISK,
        unclaimed.UNCLAIMED,
    ),
    partitioned=True,
)
REGISTERS = Subscription(name="notify-registers", listens=EVENTS, aggregates=(REGISTER_ROW,))
