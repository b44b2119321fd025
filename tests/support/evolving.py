"""Versions that no release has: a visit and an exit of tomorrow, and the processes that know them."""

from dataclasses import replace
from functools import partial

from services.registry.domain.door import IntakeDoor
from services.registry.subscribers import REGISTRY
from shared.catalog import FACTS, OFFERED, RECORDED
from shared.events.people import ExitConfirmed, VisitRecorded
from shared.events.upcasting import Data, Schemas
from shared.runner.core import Intake
from tests.support.toy import TOY


class TimedVisit(VisitRecorded, topic="visit.recorded", entity="person_id", version=2):
    """Says how long the visit took."""

    minutes: int


class WitnessedVisit(TimedVisit, topic="visit.recorded", entity="person_id", version=3):
    """Says minutes as text, and who was there."""

    witnesses: list[str]


class ReviewedExit(ExitConfirmed, topic="exit.confirmed", entity="person_id", version=2):
    """Says in which year's review the exit was confirmed."""

    review_year: int


def timed(data: Data) -> Data:
    """Nobody had asked how long a visit took: it counts as none."""
    return data | {"minutes": 0}


def witnessed(data: Data) -> Data:
    """A visit of version 2 whose length is not known had no witnesses."""
    return data | {"witnesses": [] if data["minutes"] == 0 else ["unnamed"]}


def reviewed(data: Data) -> Data:
    """The review is that of the year of confirmation."""
    return data | {"review_year": int(data["date"][:4])}


TOMORROW = Schemas.of(
    [*(event for event in RECORDED.today.values() if event not in (VisitRecorded, ExitConfirmed)),
     TimedVisit, ReviewedExit],
    {("visit.recorded", 1): timed, ("exit.confirmed", 1): reviewed},
)  # fmt: skip
_OFFERED = Schemas.of(
    [*(fact for fact in FACTS if fact is not ExitConfirmed), ReviewedExit],
    dict(OFFERED.steps) | {("exit.confirmed", 1): reviewed},
)

TOY_OF_TOMORROW = replace(
    TOY, listens=tuple(TimedVisit if event is VisitRecorded else event for event in TOY.listens), schemas=TOMORROW
)
_INTAKE = REGISTRY.intake
assert isinstance(_INTAKE, Intake)
REGISTRY_OF_TOMORROW = replace(
    REGISTRY, intake=replace(_INTAKE, door=partial(IntakeDoor, schemas=_OFFERED)), schemas=TOMORROW
)
