"""Which event ends which matter: what the rules say under `until`, as the fold does it; a test compares them. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from services.notify.domain.matters import Occurrence, matter_of
from services.notify.domain.money_matters import budget_matter, report_matter
from services.notify.domain.rules import Kind
from shared.events.contract import Event
from shared.events.employers import EmployerRegistered
from shared.events.employment import EmploymentEnded, EmploymentVoided
from shared.events.finance import ParameterPublished
from shared.events.offers import (
    ConsentChanged,
    OfferAccepted,
    OfferClosed,
    OfferDelivered,
    OfferSent,
    OfferSettled,
)
from shared.events.ops import ReplayFinished
from shared.events.payments import FinanceFactAnswered, RunCleared, RunProposed
from shared.events.people import JobseekerRegistered, JobseekerUpdated, JobseekerWithdrawn, RosterEntry
from shared.events.subsidy import BudgetBooked, TransferBooked
from shared.events.takeup import EmployerUnclaimed, EntitlementUnclaimed
from shared.events.tasks import TASK_KINDS, TaskClosed

_DECIDED: Final = frozenset({"approved", "refused"})
_BOOKED: Final = frozenset({"booked", "returned"})


def _whole(_: Any) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class _End:
    """An event ends a matter of a kind. `matter`: which one, by the event; None: none this time.

    `fen`: How much of its money is settled, where the matter is over only once all of it is.
    """

    kind: Kind
    matter: Callable[[Any], str | None]
    fen: Callable[[Any], int] = _whole


def endings_of(event: Event) -> tuple[Occurrence, ...]:
    """Return the matters that need nobody any more after an event."""
    if isinstance(event, TaskClosed):
        return (Occurrence(event.kind, event.matter, is_over=True),)
    ended = ((end, end.matter(event)) for end in _ENDS.get(type(event), ()))
    return tuple(
        Occurrence(end.kind, matter, amount_fen=end.fen(event), is_over=True)
        for end, matter in ended
        if matter is not None
    )


def until_of(kind: str) -> frozenset[str]:
    """Return the topics of the events that can end a matter of a kind."""
    topics = {event.topic for event, ends in _ENDS.items() for end in ends if end.kind == kind}
    topics |= {TaskClosed.topic} if kind in TASK_KINDS else set()
    return frozenset(topics | ({ParameterPublished.topic} if kind == "parameter_unset" else set()))


def _who_was_unknown(event: RosterEntry | JobseekerRegistered) -> str:
    return matter_of(f"person/{event.person_id}")


def _firm_that_was_unknown(event: EmployerRegistered) -> str:
    return matter_of(f"employer/{event.uscc}")


def _offer(event: Any) -> str:
    return str(event.offer_id)


def _person(event: Any) -> str:
    return str(event.person_id)


def _employment(event: Any) -> str:
    return str(event.employment_id)


def _whose_number(event: JobseekerRegistered | JobseekerUpdated) -> str | None:
    """The number that a form names is not the one that nobody had."""
    return event.person_id if event.phone_id else None


def _whose_mobile(event: JobseekerRegistered | JobseekerUpdated) -> str | None:
    return event.person_id if event.phone_id and not event.phone_kind else None


def _run_decided(event: FinanceFactAnswered) -> str | None:
    return matter_of(event.subject_id) if event.outcome in _DECIDED else None


def _budget_covered(event: BudgetBooked) -> str | None:
    return budget_matter(event) if event.kind in ("granted", "reduced") and not event.overdrawn_fen else None


def _clawback_moved(event: TransferBooked) -> str | None:
    id_ = event.instruction_id
    return matter_of(id_) if id_ and event.kind in ("clawback", "set_off") else None


def _set_off_fen(event: TransferBooked) -> int:
    """A clawback that is decided waits no more, whatever it came to."""
    return sum(posting.amount_fen for posting in event.postings) if event.kind == "set_off" else 0


def _report_booked(event: FinanceFactAnswered) -> str | None:
    """The same report may come again once something is open for it; another one settles nothing of it."""
    is_booked = event.outcome in _BOOKED and not event.astray_fen
    return report_matter(event) if is_booked and event.content else None


_ENDS: Final[dict[type[Event], tuple[_End, ...]]] = {
    OfferAccepted: tuple(_End(kind, _offer) for kind in ("offer_undelivered", "offer_unanswered", "reply_unclear")),
    OfferClosed: tuple(
        _End(kind, _offer) for kind in ("offer_undelivered", "offer_unanswered", "reply_unclear", "offer_accepted")
    ),
    OfferSettled: (_End("offer_accepted", _offer),),
    OfferSent: (_End("offer_undelivered", _offer),),
    OfferDelivered: (_End("offer_undelivered", _offer), _End("wrong_number", _person)),
    RosterEntry: (_End("fact_overdue", _who_was_unknown),),
    JobseekerRegistered: (
        _End("wrong_number", _whose_number),
        _End("no_mobile", _whose_mobile),
        _End("fact_overdue", _who_was_unknown),
    ),
    EmployerRegistered: (_End("fact_overdue", _firm_that_was_unknown),),
    JobseekerUpdated: (_End("wrong_number", _whose_number), _End("no_mobile", _whose_mobile)),
    JobseekerWithdrawn: (_End("wrong_number", _person), _End("no_mobile", _person)),
    ConsentChanged: (_End("reply_unclear", _person),),
    EmploymentEnded: (_End("hire_confirmed", _employment),),
    EmploymentVoided: (_End("hire_confirmed", _employment),),
    EntitlementUnclaimed: (_End("subsidy_missing", lambda event: None if event.missing else event.person_id),),
    EmployerUnclaimed: (_End("employer_missing", lambda event: None if event.missing else event.uscc),),
    RunProposed: (_End("run_waits", lambda event: None if event.items else matter_of(event.run_id)),),
    FinanceFactAnswered: (_End("run_waits", _run_decided), _End("payment_unmatched", _report_booked)),
    BudgetBooked: (_End("budget_overdrawn", _budget_covered),),
    TransferBooked: (_End("clawback_waits", _clawback_moved, _set_off_fen),),
    RunCleared: (_End("clearing_late", lambda event: matter_of(event.run_id)),),
    ReplayFinished: (_End("replay_disagrees", lambda event: matter_of(event.span) if event.agrees else None),),
}
ENDING: Final[tuple[type[Event], ...]] = (*_ENDS, TaskClosed)
