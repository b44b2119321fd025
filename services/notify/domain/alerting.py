"""Decides when an alert is raised and to whom. Pure; the rules are handed in.

A matter is raised once. The same event raises it again, with the same id, only to hand it to another coordinator.
"""

from dataclasses import dataclass
from datetime import date

from services.notify.domain.alert import ALERT, Alert, case_tag
from services.notify.domain.case import CASE, Case
from services.notify.domain.occurrence import occurrence_of
from services.notify.domain.rules import Rulebook
from shared.events.alerts import AlertRaised
from shared.events.casework import PairEnded
from shared.events.contract import Event
from shared.events.people import PairAssigned
from shared.runner.core import Aggregate, Message, Peek, Walk


@dataclass(frozen=True)
class Alerting:
    """The decisions of notify under a rule book."""

    rules: Rulebook

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Raise the alert of a matter that nobody has heard of yet; a repeat is already counted in it."""
        occurrence = occurrence_of(message)
        if occurrence is None:
            return []
        alert = peek(ALERT, occurrence.alert_id)
        if alert.raised_on is not None or occurrence.is_over:
            return []
        case = peek(CASE, alert.case_id) if alert.case_id else Case()
        return [self._raised(occurrence.alert_id, alert, case, message.known_on)]

    def walks(self, message: Message) -> tuple[Walk, ...]:
        """A pair that begins or ends touches every alert that follows the person."""
        match message.event:
            case PairAssigned(person_id=person_id) | PairEnded(person_id=person_id):
                return (Walk(ALERT.kind, tag=case_tag(person_id)),)
            case _:
                return ()

    def decide_one(self, message: Message, _: str, alert_id: str, peek: Peek) -> list[Event]:
        """Hand an alert to the person's coordinator, to the office where there is none, unless it is theirs already."""
        alert = peek(ALERT, alert_id)
        if alert.case_id is None:
            return []
        case = peek(CASE, alert.case_id)
        if alert.coordinator_id == case.coordinator_id:
            return []
        return [self._raised(alert_id, alert, case, alert.raised_on or message.known_on)]

    def _raised(self, alert_id: str, alert: Alert, case: Case, day: date) -> AlertRaised:
        rule = self.rules.in_force(alert.kind, day)
        return AlertRaised(
            alert_id=alert_id,
            kind=alert.kind,
            matter=alert.matter,
            raised_on=day,
            urgency=rule.urgency,
            county=(alert.county or case.county) if rule.office == "county" else None,
            coordinator_id=case.coordinator_id,
            person_id=alert.person_id,
            details=alert.details | ({"amount_fen": str(alert.amount_fen)} if alert.amount_fen else {}),
        )


def reads(message: Message) -> list[tuple[Aggregate[Case], str]]:
    """Return the case that `decide` will look at."""
    occurrence = occurrence_of(message)
    return [] if occurrence is None or occurrence.case_id is None else [(CASE, occurrence.case_id)]
