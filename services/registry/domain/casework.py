"""One-to-one help and the watch over households: which tasks stand open. Pure; the policies are handed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.registry.domain.cadence import Cadences, cadences
from services.registry.domain.cases import HEARD as OF_CASES
from services.registry.domain.cases import Case, cases
from services.registry.domain.casework_policy import CasePolicy, HouseholdPolicy
from services.registry.domain.certificates import HEARD as OF_CERTIFICATES
from services.registry.domain.certificates import Certificate, certificates
from services.registry.domain.households import Household, households
from services.registry.domain.tasks import Task, stand, tasks_of
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.finance import ParameterPublished
from shared.events.people import HouseholdReleased, HouseholdRiskRaised
from shared.runner.core import Aggregate, Message, Peek, Walk

CASEWORK_TASKS = tasks_of("casework")
_OTHERS = (HouseholdRiskRaised, HouseholdReleased, ParameterPublished, DayClosed)
HEARD: tuple[type[Event], ...] = tuple(dict.fromkeys((*OF_CASES, *OF_CERTIFICATES, *_OTHERS)))


@dataclass(frozen=True)
class Casework:
    """The decisions of casework under its policies, and the aggregates that it keeps."""

    policy: CasePolicy
    watch: HouseholdPolicy
    case: Aggregate[Case]
    certificate: Aggregate[Certificate]
    household: Aggregate[Household]
    cadence: Aggregate[Cadences]

    @property
    def aggregates(self) -> tuple[Aggregate[Any], ...]:
        """Return every kind that casework keeps."""
        return (self.case, self.certificate, self.household, self.cadence, CASEWORK_TASKS)

    def reads(self, message: Message) -> Iterable[tuple[Aggregate[Any], str]]:
        """Yield what `decide` will look at."""
        for kind in (self.case, self.certificate):
            yield from ((kind, id_) for id_ in kind.concerns(message))
        match message.event:
            case HouseholdRiskRaised() | HouseholdReleased() as event:
                yield self.household, event.household_id
                yield CASEWORK_TASKS, self._of_household(event.household_id, event.kind, Household()).task_id

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Close what is seen to, and open at once what puts a household at risk; the rest waits for the day's end."""
        match message.event:
            case HouseholdRiskRaised() | HouseholdReleased() as event:
                return self._watched(event, message.known_on, peek)
        said: list[Event] = []
        for id_ in self.case.concerns(message):
            case = peek(self.case, id_)
            if case.is_told and case.since is None:
                said += stand(peek, CASEWORK_TASKS, _of_plan(id_, case), message.known_on, holds=False)
        for id_ in self.certificate.concerns(message):
            paper = peek(self.certificate, id_)
            if paper.is_told and paper.since is None:
                said += stand(peek, CASEWORK_TASKS, self._of_paper(id_, peek), message.known_on, holds=False)
        return said

    def walks(self, message: Message) -> tuple[Walk, ...]:
        """A closed day touches who has had no plan for too long, and near the deadline who waits for a certificate."""
        match message.event:
            case DayClosed(date=day):
                grace = timedelta(days=self.policy.plan_grace.on(day))
                plans = Walk(self.case.kind, due_by=day - grace)
                return (plans, Walk(self.certificate.kind, due_by=day)) if self.policy.nears(day) else (plans,)
            case _:
                return ()

    def decide_one(self, message: Message, kind: str, id_: str, peek: Peek) -> list[Event]:
        """Open the task of one of them."""
        task = _of_plan(id_, peek(self.case, id_)) if kind == self.case.kind else self._of_paper(id_, peek)
        return stand(peek, CASEWORK_TASKS, task, message.known_on, holds=True)

    def _watched(self, event: HouseholdRiskRaised | HouseholdReleased, day: date, peek: Peek) -> list[Event]:
        household = peek(self.household, event.household_id)
        task = self._of_household(event.household_id, event.kind, household)
        return stand(peek, CASEWORK_TASKS, task, day, holds=event.kind in household.risks, restate=True)

    def _of_household(self, id_: str, kind: str, household: Household) -> Task:
        risk = household.risks.get(kind)
        missing = self.watch.missing(risk.met) if risk else ()
        details = {
            "household_id": id_,
            "risk": kind,
            "since": risk.since.isoformat() if risk else "-",
            "missing": "、".join(item.title.zh for item in missing) or "-",
        }
        return Task("household_risk", f"{id_}|{kind}", household.county or None, details=details)

    def _of_paper(self, person_id: str, peek: Peek) -> Task:
        paper, county = peek(self.certificate, person_id), peek(self.case, person_id).county
        asked = paper.requested_on or paper.since
        details = {"since": asked.isoformat() if asked else "-"}
        return Task("certificate_due", person_id, county or None, person_id, self.policy.deadline, details)


def _of_plan(person_id: str, case: Case) -> Task:
    details = {"since": case.since.isoformat() if case.since else "-"}
    return Task("plan_missing", person_id, case.county or None, person_id, details=details)


def casework(policy: CasePolicy, watch: HouseholdPolicy) -> Casework:
    """Return the decisions of casework under its policies."""
    return Casework(
        policy,
        watch,
        cases(policy.services),
        certificates(policy.who),
        households(watch),
        cadences({visit.parameter for visit in policy.visits.values()}),
    )
