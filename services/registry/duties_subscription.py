"""The consumer that keeps the books of duties, behind the door."""

from services.registry.domain.duties_deciding import HEARD, SAID, TASKS, Duties
from services.registry.domain.duties_parameters import FIGURES
from services.registry.duty_rules import shipped_duties
from shared.runner.core import Subscription

DUTY_LAW = Duties(shipped_duties())
DUTIES = Subscription(
    name="registry-duties",
    listens=HEARD,
    aggregates=(DUTY_LAW.book, FIGURES, TASKS),
    emits=SAID,
    decide=DUTY_LAW.decide,
    reads=DUTY_LAW.reads,
    walks=DUTY_LAW.walks,
    decide_one=DUTY_LAW.decide_one,
)
