"""What a message means to an officer: which matter it is about. Pure."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from services.notify.domain import money_matters
from services.notify.domain.matters import Occurrence, about_person, matter_of
from shared.events.alerts import FactOverdue, FactRejected
from shared.events.contract import DESK, Event
from shared.events.employment import EmploymentConfirmed
from shared.events.offers import OfferAccepted, OfferUnanswered, OfferUndelivered, ReplyMisunderstood
from shared.events.ops import ReplayFinished
from shared.events.people import JobseekerRegistered, JobseekerUpdated
from shared.events.tasks import TaskOpened
from shared.runner.core import Message


def occurrence_of(message: Message) -> Occurrence | None:
    """Return what an officer should hear of in a message, None if nothing."""
    meaning = _MEANINGS.get(type(message.event))
    return None if meaning is None else meaning(message.event, message.known_on)


def _offer_accepted(event: OfferAccepted, _: date) -> Occurrence:
    details = {"offer_id": event.offer_id, "vacancy_id": event.vacancy_id, "uscc": event.uscc, "title": event.title}
    return about_person("offer_accepted", event.offer_id, event.person_id, details)


def _offer_undelivered(event: OfferUndelivered, _: date) -> Occurrence:
    """A number that nobody has is a matter of the person, whatever offers it kept from them."""
    details = {"offer_id": event.offer_id, "vacancy_id": event.vacancy_id, "reason": event.reason}
    if event.reason == "wrong_number":
        return about_person("wrong_number", event.person_id, event.person_id, details)
    return about_person("offer_undelivered", event.offer_id, event.person_id, details)


def _offer_unanswered(event: OfferUnanswered, _: date) -> Occurrence:
    details = {"offer_id": event.offer_id, "vacancy_id": event.vacancy_id, "title": event.title}
    return about_person("offer_unanswered", event.offer_id, event.person_id, details)


def _reply_unclear(event: ReplyMisunderstood, _: date) -> Occurrence:
    details = {"offer_id": event.offer_id or "-", "vacancy_id": event.vacancy_id or "-"}
    return about_person("reply_unclear", event.offer_id or event.person_id, event.person_id, details)


def _no_mobile(event: JobseekerRegistered | JobseekerUpdated, _: date) -> Occurrence | None:
    if not event.phone_kind:
        return None
    return about_person("no_mobile", event.person_id, event.person_id, {"phone_kind": event.phone_kind}, event.county)


def _hire_confirmed(event: EmploymentConfirmed, _: date) -> Occurrence:
    starts_on = event.starts_on.isoformat()
    details = {"employment_id": event.employment_id, "uscc": event.uscc, "starts_on": starts_on}
    return about_person("hire_confirmed", event.employment_id, event.person_id, details, event.county)


def _fact_rejected(event: FactRejected, day: date) -> Occurrence | None:
    if event.source == DESK:
        return None  # whoever stated it has read on the page why not
    details = {"source": event.source, "fact": event.fact, "code": event.code, "path": event.path or "-"}
    matter = matter_of(event.source, event.fact, event.code, day.isoformat(), event.county or "-")
    return Occurrence("fact_rejected", matter, event.county, details=details)


def _fact_overdue(event: FactOverdue, _: date) -> Occurrence:
    """What facts wait for is one matter: it is over once somebody registers it."""
    details = {"waiting_for": event.waiting_for, "facts": str(event.facts), "since": event.since.isoformat()}
    return Occurrence("fact_overdue", matter_of(event.waiting_for), details=details)


def _replay_disagrees(event: ReplayFinished, _: date) -> Occurrence | None:
    """The ledger is one, of all counties: so is the matter, until a replay agrees."""
    if event.agrees:
        return None
    details = {"differences": str(event.differences), "last": str(event.last), "by": event.by}
    details |= {"digest": event.digest, "live_digest": event.live_digest}
    details |= {"posted_until": event.posted_until.isoformat() if event.posted_until else "-"}
    return Occurrence("replay_disagrees", matter_of(event.span), details=details)


def _task(event: TaskOpened, _: date) -> Occurrence:
    """A task of registry is an alert of the same kind and matter, and goes with it."""
    details = event.details | {"due_on": event.due_on.isoformat() if event.due_on else "-"}
    person_id = event.person_id
    return Occurrence(
        event.kind, event.matter, event.county, person_id, person_id, details=details, due_on=event.due_on
    )


_MEANINGS: Final[dict[type[Event], Callable[[Any, date], Occurrence | None]]] = {
    OfferAccepted: _offer_accepted,
    OfferUndelivered: _offer_undelivered,
    OfferUnanswered: _offer_unanswered,
    ReplyMisunderstood: _reply_unclear,
    JobseekerRegistered: _no_mobile,
    JobseekerUpdated: _no_mobile,
    EmploymentConfirmed: _hire_confirmed,
    FactRejected: _fact_rejected,
    FactOverdue: _fact_overdue,
    ReplayFinished: _replay_disagrees,
    TaskOpened: _task,
    **money_matters.MEANINGS,
}
HEARD: Final[tuple[type[Event], ...]] = tuple(_MEANINGS)
