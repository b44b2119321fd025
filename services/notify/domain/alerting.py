"""Decides when an alert is raised, to whom, and what becomes of it when a day closes. Pure; the rules are handed in.

A matter is raised once, and anew when it occurs again once it was over. It is said again, with the same id and day, to
hand it to another coordinator, to place it better, or to move its deadline.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.notify.domain.alert import ALERT, Alert, address_of, case_tag, parameter_tag
from services.notify.domain.case import CASE, FOLLOWED, Case
from services.notify.domain.clock import CLOCK, clock_id
from services.notify.domain.due import fallen_due
from services.notify.domain.life import after_patience, stepped
from services.notify.domain.matters import Occurrence
from services.notify.domain.occurrence import occurrence_of
from services.notify.domain.rules import Rule, Rulebook
from services.notify.domain.tiers import office_at
from shared.calendar import add_working_days
from shared.events.alerts import AlertRaised, AlertRetracted
from shared.events.casework import PairEnded
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.finance import ParameterPublished
from shared.events.people import JobseekerRegistered, JobseekerUpdated, PairAssigned, RosterEntry
from shared.places import county_today, same_county
from shared.runner.core import Aggregate, Message, Peek, Walk


@dataclass(frozen=True)
class Alerting:
    """The decisions of notify under a rule book."""

    rules: Rulebook

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Raise the alert of a matter that nobody has heard of yet, or move its deadline; a repeat is only counted."""
        occurrence = occurrence_of(message)
        if occurrence is None:
            return []
        alert = peek(ALERT, occurrence.alert_id)
        rule = self.rules.in_force(alert.kind, alert.raised_on or message.known_on)
        said = _raised(rule, alert, _case(alert, peek), message)
        raised = said.model_copy(update=_days(rule, alert, occurrence, message.known_on))
        if alert.raised_on is not None and raised.due_on in (alert.due_on, None):
            return []
        return self._with_due(alert, raised, message, peek)

    def walks(self, message: Message) -> tuple[Walk, ...]:
        """Return which alerts a message touches: a person's, those that ask for a parameter, those that fall due."""
        match message.event:
            case PairAssigned(person_id=person_id) | PairEnded(person_id=person_id):
                return (Walk(ALERT.kind, tag=case_tag(person_id)),)
            case RosterEntry(person_id=id_) | JobseekerRegistered(person_id=id_) | JobseekerUpdated(person_id=id_):
                return (Walk(ALERT.kind, tag=case_tag(id_), given=(FOLLOWED.kind, id_)),)
            case ParameterPublished(parameter=parameter, value=value) if value is not None:
                return (Walk(ALERT.kind, tag=parameter_tag(parameter)),)
            case DayClosed(date=day):
                return (Walk(ALERT.kind, due_by=day),)
            case _:
                return ()

    def decide_one(self, message: Message, _: str, alert_id: str, peek: Peek) -> list[Event]:
        """Return what follows for one of them."""
        alert = peek(ALERT, alert_id)
        match message.event:
            case _ if not alert.is_open:
                return []
            case DayClosed(date=day):
                return fallen_due(alert, day)
            case ParameterPublished() as published:
                return _settled(alert, published, message)
            case _:
                return self._followed(alert, message, peek)

    def _followed(self, alert: Alert, message: Message, peek: Peek) -> list[Event]:
        """Hand an alert to the person's coordinator, to the office where there is none, unless it is theirs already."""
        if alert.case_id is None or alert.raised_on is None:
            return []
        rule = self.rules.in_force(alert.kind, alert.raised_on)
        kept = {"due_on": alert.due_on, "expires_on": alert.expires_on, "escalates_on": alert.escalates_on}
        raised = _raised(rule, alert, _case(alert, peek), message).model_copy(update=kept)
        moved = stepped(alert, raised, message.known_on)
        if moved == alert:
            return []
        if address_of(moved) != address_of(alert):
            patience = after_patience(message.known_on, alert.patience_hours)
            anew = {"escalates_on": _sooner(patience, alert.due_on, message.known_on)}
            raised = raised.model_copy(update=anew)
        return self._with_due(alert, raised, message, peek)

    def _with_due(self, alert: Alert, raised: AlertRaised, message: Message, peek: Peek) -> list[Event]:
        """Add what has fallen due by the last closed day, where an alert is raised late."""
        closed = peek(CLOCK, clock_id(message.partition)).day
        return [raised, *fallen_due(stepped(alert, raised, message.known_on), closed)]


def _raised(rule: Rule, alert: Alert, case: Case, message: Message) -> AlertRaised:
    known = alert.of_county or case.county
    county = known and county_today(known)  # officers of today answer for it, whatever the county was called then
    area = case.area if case.area and (county is None or case.area.startswith(county)) else county
    return AlertRaised(
        alert_id=alert.alert_id,
        kind=alert.kind,
        matter=alert.matter,
        raised_on=alert.raised_on or message.known_on,
        urgency=rule.urgency,
        county=None if rule.office == "city" else county,
        coordinator_id=case.coordinator_id if rule.who == "paired" else None,
        person_id=alert.person_id,
        details=alert.details | ({"amount_fen": str(alert.amount_fen)} if alert.amount_fen else {}),
        office=office_at(rule.office, area, county),
        area=area,
        home=message.partition,
        patience_hours=rule.escalate_after_hours,
        highest=rule.highest,
        digest=rule.digest or None,
    )


def _case(alert: Alert, peek: Peek) -> Case:
    return peek(CASE, alert.case_id) if alert.case_id else Case()


def _days(rule: Rule, alert: Alert, occurrence: Occurrence, day: date) -> dict[str, date | None]:
    """Return until when a matter is to be done, when it rises and when it goes; its own deadline comes first.

    Where the deadline of an alert moves, who has taken it on has until then, and nobody's patience begins anew.
    """
    raised_on = alert.raised_on or day
    begins = max(raised_on, occurrence.starts_on or raised_on)
    due_on = None if rule.deadline_days is None else add_working_days(begins, rule.deadline_days)
    if due_on is not None and occurrence.due_on is not None and occurrence.due_on >= begins:
        due_on = occurrence.due_on
    rises = _sooner(after_patience(begins, rule.escalate_after_hours), due_on, begins)
    if alert.acknowledged_by is not None:
        rises = max(due_on, day) if alert.escalates_on and due_on else None
    elif alert.escalated_to or alert.handed_to:
        rises = alert.escalates_on
    lasts = rule.expires_after_days
    expires_on = None if lasts is None else begins + timedelta(days=lasts)
    return {"due_on": due_on, "escalates_on": rises, "expires_on": expires_on}


def _sooner(patience: date | None, due_on: date | None, day: date) -> date | None:
    return min(patience, due_on) if patience and due_on and due_on >= day else patience


def _settled(alert: Alert, published: ParameterPublished, message: Message) -> list[Event]:
    """Retract what asks for a parameter that a document sets, for all counties or for the alert's own."""
    county = alert.of_county or alert.county
    if published.county is not None and not (county and same_county(published.county, county)):
        return []
    about = {"alert_id": alert.alert_id, "kind": alert.kind, "home": message.partition, "area": alert.area}
    return [AlertRetracted.model_validate(about | {"retracted_on": message.known_on})]


def reads(message: Message) -> list[tuple[Aggregate[Any], str]]:
    """Return what `decide` and the walks will look at."""
    match message.event:
        case RosterEntry(person_id=id_) | JobseekerRegistered(person_id=id_) | JobseekerUpdated(person_id=id_):
            followed: list[tuple[Aggregate[Any], str]] = [(FOLLOWED, id_)]
        case _:
            followed = []
    occurrence = occurrence_of(message)
    if occurrence is None:
        return followed
    case: list[tuple[Aggregate[Any], str]] = [(CASE, occurrence.case_id)] if occurrence.case_id else []
    return [*followed, *case, (CLOCK, clock_id(message.partition))]
