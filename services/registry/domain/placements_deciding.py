"""What registry decides about placements: checks them by the rules and keeps their tasks true; what is wrong stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from services.registry.domain import placements_quotas, placements_wanted
from services.registry.domain.placements import PLACEMENT, Placement
from services.registry.domain.placements_check import Case, check
from services.registry.domain.placements_draft import Draft
from services.registry.domain.placements_open import TASKS, settle
from services.registry.domain.placements_people import CANDIDATE
from services.registry.domain.placements_posts import GROUP, POST, Post
from services.registry.domain.placements_rules import Book
from services.registry.domain.recruiting import APPLICATION
from services.registry.domain.recruiting_deciding import Recruiting
from services.registry.domain.recruiting_rounds import RECRUITING, ROUND
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employers import VacancyChanged, VacancyOpened
from shared.events.employment import ApplicationReviewed, GraduationRecorded
from shared.events.people import JobseekerRegistered, JobseekerUpdated, RosterEntry
from shared.events.placements import QuotaCounted
from shared.runner.core import Aggregate, Message, Peek, Walk

KINDS: Final[tuple[Aggregate[Any], ...]] = (PLACEMENT, CANDIDATE, POST, GROUP, APPLICATION, ROUND, RECRUITING, TASKS)
_OF_PEOPLE: Final = (RosterEntry, JobseekerRegistered, JobseekerUpdated, GraduationRecorded)


@dataclass(frozen=True)
class Placing:
    """Decisions about placements and recruiting under a book of rules."""

    book: Book

    def decide(self, message: Message, peek: Peek) -> list[Event]:
        """Return what follows from a fact that was folded."""
        draft = Draft(message, peek, KINDS)
        recruiting = Recruiting(self.book)
        recruiting.before(draft)
        for employment_id in _touched(draft):
            self._placement(draft, employment_id)
        self._post(draft)
        self._groups(draft)
        recruiting.after(draft)
        return draft.events

    def reads(self, message: Message) -> Iterable[tuple[Aggregate[Any], str]]:
        """Yield what the first look at a message is at."""
        event = message.event
        if employment_id := getattr(event, "employment_id", None):
            yield PLACEMENT, employment_id
        if person_id := getattr(event, "person_id", None):
            yield CANDIDATE, person_id
        if vacancy_id := getattr(event, "vacancy_id", None):
            yield POST, vacancy_id

    def walks(self, message: Message) -> tuple[Walk, ...]:
        """A closed day ends terms, notices and patience."""
        if not isinstance(message.event, DayClosed):
            return ()
        return tuple(Walk(kind.kind, due_by=message.event.date) for kind in (PLACEMENT, APPLICATION, ROUND))

    def decide_one(self, message: Message, kind: str, id_: str, peek: Peek) -> list[Event]:
        """Return what the closing of a day means for one that was due."""
        draft = Draft(message, peek, KINDS)
        if kind == PLACEMENT.kind:
            _tasks(draft, id_)
        else:
            Recruiting(self.book).due(draft, kind, id_)
        return draft.events

    def _placement(self, draft: Draft, id_: str) -> None:
        """Check a placement anew, say where it counts, and settle its tasks and those of its person and vacancy."""
        placement = draft(PLACEMENT, id_)
        if not placement.person_id:
            return
        person = draft(CANDIDATE, placement.person_id)
        post = draft(POST, placement.vacancy_id) if placement.vacancy_id else Post()
        reviewed = {
            application.programme: application_id
            for application_id in person.applications
            if (application := draft(APPLICATION, application_id)).is_approved
        }
        case = Case(id_, placement, person, post, reviewed)
        said = check(case, self.book)
        if said != (placement.check or case.silent):
            draft.say([said])
        placement = draft(PLACEMENT, id_)
        counted = placements_quotas.of_placement(id_, placement, self.book)
        draft.say(placements_quotas.changes(placement.counted, counted))
        _tasks(draft, id_)
        _overlaps(draft, placement.person_id)
        if placement.vacancy_id:
            _openings(draft, placement.vacancy_id)

    def _post(self, draft: Draft) -> None:
        if isinstance(draft.message.event, VacancyOpened | VacancyChanged):
            id_ = draft.message.event.vacancy_id
            post = draft(POST, id_)
            draft.say(placements_quotas.changes(post.counted, placements_quotas.of_post(id_, post, self.book)))
            _openings(draft, id_)

    def _groups(self, draft: Draft) -> None:
        for group_id in sorted({said.group for said in draft.events if isinstance(said, QuotaCounted)}):
            group = draft(GROUP, group_id)
            draft.say(settle(draft, group.open, placements_wanted.of_group(group_id, group, self.book), draft.day))


def _touched(draft: Draft) -> tuple[str, ...]:
    """Return the placements that a message says something about."""
    event = draft.message.event
    if isinstance(event, _OF_PEOPLE):
        return draft(CANDIDATE, event.person_id).employments
    if isinstance(event, VacancyOpened | VacancyChanged):
        return draft(POST, event.vacancy_id).employments
    if isinstance(event, ApplicationReviewed):
        person_id = draft(APPLICATION, event.application_id).person_id
        return draft(CANDIDATE, person_id).employments if person_id else ()
    employment_id = getattr(event, "employment_id", None)
    return (employment_id,) if employment_id else ()


def _tasks(draft: Draft, id_: str) -> None:
    placement: Placement = draft(PLACEMENT, id_)
    wanted = placements_wanted.of_placement(id_, placement, draft.closed)
    draft.say(settle(draft, placement.open, wanted, draft.day, placement.person_id))


def _overlaps(draft: Draft, person_id: str) -> None:
    person = draft(CANDIDATE, person_id)
    wanted = placements_wanted.of_person(person_id, {id_: draft(PLACEMENT, id_) for id_ in person.employments})
    draft.say(settle(draft, person.open, wanted, draft.day, person_id))


def _openings(draft: Draft, vacancy_id: str) -> None:
    post = draft(POST, vacancy_id)
    wanted = placements_wanted.of_post(vacancy_id, post, [draft(PLACEMENT, id_) for id_ in post.employments])
    draft.say(settle(draft, post.open, wanted, draft.day))
