"""Recruiting with public notice: check, review, list, notice, decision, posting; and who waits too long."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import orjson

from services.registry.domain.placements import PLACEMENT, Placement
from services.registry.domain.placements_check import answers_of
from services.registry.domain.placements_draft import Draft
from services.registry.domain.placements_gates import OF_THE_POST, Scene
from services.registry.domain.placements_open import settle
from services.registry.domain.placements_people import CANDIDATE
from services.registry.domain.placements_rules import Book, Procedure
from services.registry.domain.recruiting import APPLICATION, OF_APPLICATION, OF_ROUND, Application
from services.registry.domain.recruiting_rounds import RECRUITING, ROUND, Round
from services.registry.domain.tasks import Task
from shared.calendar import add_working_days
from shared.events.employment import ApplicationReceived, ApplicationReviewed
from shared.events.finance import ApprovalGiven, ApprovalRefused, NoticeCleared, NoticeObjected
from shared.events.placements import (
    ApplicationChecked,
    ApplicationPosted,
    GateAnswer,
    PlacementChecked,
    RoundClosed,
    RoundDecided,
    RoundNoticed,
    RoundProposed,
)


@dataclass(frozen=True)
class Recruiting:
    """Decisions about applications and their rounds under a book of rules."""

    book: Book

    def before(self, draft: Draft) -> None:
        """Check the applications that a message says something about, ahead of the placements that rest on them."""
        for id_ in _applications(draft):
            self._check(draft, id_)

    def after(self, draft: Draft) -> None:
        """Take the next steps that have become possible, and settle the tasks."""
        for person_id in sorted(_placed(draft)):
            _post(draft, person_id)
        if isinstance(draft.message.event, ApprovalGiven | ApprovalRefused):
            self._decide(draft, draft.message.event)
        for round_id in _rounds(draft):
            self._round(draft, round_id)
        for id_ in _applications(draft):
            _application_tasks(draft, id_)

    def due(self, draft: Draft, kind: str, id_: str) -> None:
        """Take the step that the closing of a day brings."""
        if kind == ROUND.kind:
            self._round(draft, id_)
        else:
            _application_tasks(draft, id_)

    def _check(self, draft: Draft, id_: str) -> None:
        application = draft(APPLICATION, id_)
        procedure = self._procedure(application)
        if procedure is None or application.received_on is None:
            return
        round_id = application.check.round_id if application.check else self._round_for(draft, application)
        closes_on = draft(ROUND, round_id).closes_on or draft.day + timedelta(days=procedure.apply_days)
        said = ApplicationChecked(
            application_id=id_,
            person_id=application.person_id,
            programme=application.programme,
            round_id=round_id,
            round_closes_on=closes_on,
            review_by=add_working_days(application.received_on, procedure.review_days),
            review=procedure.judged(application.said) if application.said else None,
            answers=self._answers(draft, application),
        )
        if said != application.check:
            draft.say([said])

    def _answers(self, draft: Draft, application: Application) -> list[GateAnswer]:
        if application.received_on is None:
            return []
        rule = self.book.programme(application.programme, application.received_on)
        gates = [each for each in (rule.gates if rule else ()) if each.gate.name not in OF_THE_POST]
        return answers_of(gates, Scene(draft(CANDIDATE, application.person_id), application.received_on), self.book)

    def _round_for(self, draft: Draft, application: Application) -> str:
        state = draft(RECRUITING, application.programme)
        return state.round_id or f"{application.programme}-r{state.rounds + 1}"

    def _procedure(self, application: Application) -> Procedure | None:
        return self.book.procedure(application.programme, application.received_on) if application.received_on else None

    def _round(self, draft: Draft, id_: str) -> None:
        """Take every step of a round whose time has come."""
        state = draft(ROUND, id_)
        procedure = self.book.procedure(state.programme, draft.day) if state.programme else None
        if procedure is None:
            return
        if not state.closed and state.closes_on is not None and state.closes_on <= draft.closed:
            draft.say([RoundClosed(round_id=id_, programme=state.programme)])
        draft.say(_proposal(draft, id_, procedure))
        state = draft(ROUND, id_)
        if state.decide_by is None and state.proposed and state.proposed.notice_until <= draft.closed:
            decide_by = add_working_days(state.proposed.notice_until, procedure.decide_days)
            draft.say([RoundNoticed(round_id=id_, decide_by=decide_by)])
        state = draft(ROUND, id_)
        draft.say(settle(draft, state.open, _round_tasks(id_, state, draft), draft.day))

    def _decide(self, draft: Draft, fact: ApprovalGiven | ApprovalRefused) -> None:
        id_ = fact.subject_id
        state = draft(ROUND, id_)
        procedure = self.book.procedure(state.programme, draft.day) if state.programme else None
        if procedure is None:
            return
        said = RoundDecided(round_id=id_, decision="blocked", application_ids=[], held_ids=[], by=fact.by)
        if (reason := _blocked(state, fact)) is not None:
            draft.say([said.model_copy(update={"reason": reason})])
            return
        listed = state.proposed.application_ids if state.proposed else []
        waiting = [each for each in listed if not draft(APPLICATION, each).decided]
        held = [each for each in waiting if draft(APPLICATION, each).objection.is_open]
        decision = "approved" if isinstance(fact, ApprovalGiven) else "refused"
        free = waiting if decision == "refused" else [each for each in waiting if each not in held]
        if not free:
            reason = "objection_open" if held else "already_decided"
            draft.say([said.model_copy(update={"reason": reason, "held_ids": held})])
            return
        posting_by = procedure.posting.after(fact.date) if decision == "approved" else None
        update: dict[str, Any] = {"decision": decision, "application_ids": free, "posting_by": posting_by}
        draft.say([said.model_copy(update=update | {"held_ids": held if decision == "approved" else []})])
        for each in free:
            _application_tasks(draft, each)


def list_hash(round_id: str, application_ids: Iterable[str]) -> str:
    """Return what a decision on a list names: SHA-256 over the round and its applications."""
    return hashlib.sha256(orjson.dumps([round_id, list(application_ids)])).hexdigest()


def _proposal(draft: Draft, id_: str, procedure: Procedure) -> list[RoundProposed]:
    """Return the list of a closed round once every application is reviewed."""
    state = draft(ROUND, id_)
    applications = {each: draft(APPLICATION, each) for each in state.applications}
    if not state.closed or state.proposed or not all(each.is_reviewed for each in applications.values()):
        return []
    listed = [each for each, application in applications.items() if application.is_approved]
    return [
        RoundProposed(
            round_id=id_,
            programme=state.programme,
            application_ids=listed,
            person_ids=[applications[each].person_id for each in listed],
            notice_from=draft.day,
            notice_until=add_working_days(draft.day, procedure.notice_days),
            content_hash=list_hash(id_, listed),
        )
    ]


def _blocked(state: Round, fact: ApprovalGiven | ApprovalRefused) -> str | None:
    """Return why a decision has no effect."""
    if state.proposed is None:
        return "not_proposed"
    if fact.content_hash != state.proposed.content_hash:
        return "content_differs"
    if isinstance(fact, ApprovalRefused):
        return None
    if state.decide_by is None:
        return "notice_running"
    return "objection_open" if state.objection.is_open else None


def _post(draft: Draft, person_id: str) -> None:
    """Tie a person's applications to the placements that followed them, and untie them from those undone."""
    person = draft(CANDIDATE, person_id)
    placements = {id_: draft(PLACEMENT, id_) for id_ in person.employments}
    taken: set[str] = set()
    for id_ in person.applications:
        application = draft(APPLICATION, id_)
        if application.check is None:
            continue
        fitting = [each for each, made in placements.items() if each not in taken and _follows(made, application)]
        first = min(fitting, key=lambda each: (placements[each].starts_on, each), default=None)
        taken |= {first} if first else set()
        if first != application.employment_id:
            draft.say([ApplicationPosted(application_id=id_, person_id=person_id, employment_id=first)])
            _application_tasks(draft, id_)


def _follows(placement: Placement, application: Application) -> bool:
    """Tell whether a placement is one that an application led to."""
    if placement.check is None or placement.starts_on is None or application.received_on is None:
        return False
    is_same = placement.check.programme == application.programme
    return is_same and placement.is_real and placement.starts_on >= application.received_on


def _placed(draft: Draft) -> set[str]:
    """Return whose applications may have led to a placement, or to one no more."""
    event = draft.message.event
    people = {said.person_id for said in draft.events if isinstance(said, PlacementChecked)}
    if employment_id := getattr(event, "employment_id", None):
        people.add(draft(PLACEMENT, employment_id).person_id)
    if isinstance(event, ApplicationReceived):
        people.add(event.person_id)
    return people - {""}


def _applications(draft: Draft) -> tuple[str, ...]:
    """Return the applications that a message says something about."""
    match draft.message.event:
        case ApplicationReceived(application_id=id_) | ApplicationReviewed(application_id=id_):
            return (id_,)
        case NoticeObjected(notice_id=id_) | NoticeCleared(notice_id=id_):
            return (id_,) if draft(APPLICATION, id_).programme else ()
        case event:
            person_id = getattr(event, "person_id", None)
            return draft(CANDIDATE, person_id).applications if person_id else ()


def _rounds(draft: Draft) -> list[str]:
    """Return the rounds that a message says something about."""
    event = draft.message.event
    checks = [draft(APPLICATION, id_).check for id_ in _applications(draft)]
    named = {check.round_id for check in checks if check is not None}
    if isinstance(event, NoticeObjected | NoticeCleared):
        named.add(event.notice_id)
    if isinstance(event, ApprovalGiven | ApprovalRefused):
        named.add(event.subject_id)
    return sorted(named)


def _round_tasks(id_: str, state: Round, draft: Draft) -> list[Task]:
    steps = [step for step, day in state.deadlines.items() if step == "decision" and day <= draft.closed]
    undecided = state.decision not in ("approved", "refused")
    steps += ["objection"] if state.objection.is_open and undecided else []
    return [_waits(OF_ROUND, id_, state.programme, step, state.deadlines.get(step)) for step in steps]


def _application_tasks(draft: Draft, id_: str) -> None:
    application = draft(APPLICATION, id_)
    if application.check is None:
        return
    steps = [step for step, day in application.deadlines.items() if day <= draft.closed]
    is_held = application.objection.is_open and not application.is_over and application.is_approved
    steps += ["objection"] if is_held else _left_behind(draft, application)
    due = application.deadlines
    county = draft(CANDIDATE, application.person_id).county or None
    wanted = [
        replace(
            _waits(OF_APPLICATION, id_, application.programme, step, due.get(step)),
            county=county,
            person_id=application.person_id,
        )
        for step in steps
    ]
    draft.say(settle(draft, application.open, wanted, draft.day, application.person_id))


def _left_behind(draft: Draft, application: Application) -> list[str]:
    """Return the step of an application that an objection kept out of a decision and that is free now."""
    round_ = draft(ROUND, application.check.round_id) if application.check else Round()
    is_listed = application.notice_until is not None
    return ["decision"] if is_listed and not application.decided and round_.decision == "approved" else []


def _waits(of: str, id_: str, programme: str, step: str, due_on: date | None) -> Task:
    details = {"application_id": id_, "programme": programme, "step": step}
    return Task("recruiting_waits", f"{of}/{id_}/{step}", due_on=due_on, details=details)
