"""What a message means to an officer: which matter it is about. Pure."""

import hashlib
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from services.notify.domain.rules import Kind
from shared.events.alerts import FactOverdue, FactRejected
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed
from shared.events.envelope import NAMESPACE
from shared.events.offers import (
    ConsentChanged,
    OfferAccepted,
    OfferClosed,
    OfferDelivered,
    OfferSent,
    OfferUnanswered,
    OfferUndelivered,
    ReplyMisunderstood,
)
from shared.events.payments import ClawbackProposed, ClearingLate, FinanceFactAnswered, RunProposed
from shared.events.people import JobseekerRegistered, JobseekerUpdated
from shared.events.subsidy import BudgetBooked, LinePosted, ParameterFoundUnset
from shared.events.takeup import EmployerUnclaimed, EntitlementUnclaimed, Missing
from shared.money import yuan
from shared.runner.core import Message

MATTER_MAX: Final = 160  # what `AlertRaised.matter` holds
_DIGEST: Final = 32
_PERSON_ID: Final = re.compile(r"p[a-z2-7]{25}")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing that an officer should hear of; what has the same kind and matter is one alert.

    Args:
        case_id: The person whose coordinator is told; None: the office of the county. Only a person whose events
            come to the same partition as this message, or the coordinator would be found by luck.
        person_id: The person it is about, told or not.
        amount_fen: Money that moved; the alert adds it up.
        is_over: The matter needs nobody any more.
    """

    kind: Kind
    matter: str
    county: str | None = None
    case_id: str | None = None
    person_id: str | None = None
    amount_fen: int = 0
    details: Mapping[str, str] = field(default_factory=dict)
    is_over: bool = False

    @property
    def alert_id(self) -> str:
        """Return the alert's id, a function of its matter."""
        return str(uuid.uuid5(NAMESPACE, f"alert\n{self.kind}\n{self.matter}"))


def occurrence_of(message: Message) -> Occurrence | None:
    """Return what an officer should hear of in a message, None if nothing."""
    meaning = _MEANINGS.get(type(message.event))
    return None if meaning is None else meaning(message.event, message.known_on)


def endings_of(message: Message) -> tuple[Occurrence, ...]:
    """Return the matters that need nobody any more after a message, beside what it is itself about."""
    event = message.event
    match event:
        case OfferAccepted() | OfferClosed():
            return tuple(
                _over(kind, event.offer_id) for kind in ("offer_undelivered", "offer_unanswered", "reply_unclear")
            )
        case OfferSent():
            return (_over("offer_undelivered", event.offer_id),)
        case OfferDelivered():
            return (_over("offer_undelivered", event.offer_id), _over("wrong_number", event.person_id))
        case JobseekerRegistered() | JobseekerUpdated() if event.phone_id:
            # The number that a form names is not the one that nobody had, or that no message reaches.
            reached = () if event.phone_kind else (_over("no_mobile", event.person_id),)
            return (_over("wrong_number", event.person_id), *reached)
        case ConsentChanged():
            return (_over("reply_unclear", event.person_id),)
        case _:
            return ()


def _over(kind: Kind, matter: str) -> Occurrence:
    return Occurrence(kind, matter, is_over=True)


def _offer_accepted(event: OfferAccepted, _: date) -> Occurrence:
    details = {"offer_id": event.offer_id, "vacancy_id": event.vacancy_id, "uscc": event.uscc, "title": event.title}
    return _about_person("offer_accepted", event.offer_id, event.person_id, details)


def _offer_undelivered(event: OfferUndelivered, _: date) -> Occurrence:
    """A number that nobody has is a matter of the person, whatever offers it kept from them."""
    details = {"offer_id": event.offer_id, "vacancy_id": event.vacancy_id, "reason": event.reason}
    if event.reason == "wrong_number":
        return _about_person("wrong_number", event.person_id, event.person_id, details)
    return _about_person("offer_undelivered", event.offer_id, event.person_id, details)


def _offer_unanswered(event: OfferUnanswered, _: date) -> Occurrence:
    details = {"offer_id": event.offer_id, "vacancy_id": event.vacancy_id, "title": event.title}
    return _about_person("offer_unanswered", event.offer_id, event.person_id, details)


def _reply_unclear(event: ReplyMisunderstood, _: date) -> Occurrence:
    details = {"offer_id": event.offer_id or "-", "vacancy_id": event.vacancy_id or "-"}
    return _about_person("reply_unclear", event.offer_id or event.person_id, event.person_id, details)


def _no_mobile(event: JobseekerRegistered | JobseekerUpdated, _: date) -> Occurrence | None:
    if not event.phone_kind:
        return None
    return _about_person("no_mobile", event.person_id, event.person_id, {"phone_kind": event.phone_kind}, event.county)


def _hire_confirmed(event: EmploymentConfirmed, _: date) -> Occurrence:
    starts_on = event.starts_on.isoformat()
    details = {"employment_id": event.employment_id, "uscc": event.uscc, "starts_on": starts_on}
    return _about_person("hire_confirmed", event.employment_id, event.person_id, details, event.county)


def _about_person(
    kind: Kind, matter: str, person_id: str, details: Mapping[str, str], county: str | None = None
) -> Occurrence:
    return Occurrence(kind, matter, county, case_id=person_id, person_id=person_id, details=details)


def _line_posted(line: LinePosted, _: date) -> Occurrence | None:
    if line.amount_fen == 0:
        return None
    return _subsidy_accrued(line) if line.amount_fen > 0 else _money_taken_back(line)


def _subsidy_accrued(line: LinePosted) -> Occurrence:
    """A month of accruals is one matter for each payee: an employer of a hundred gets no hundred alerts."""
    person_id = _person_paid(line)
    return Occurrence(
        "subsidy_accrued",
        _matter(line.payee, line.posted, line.county),
        line.county,
        case_id=person_id,
        person_id=person_id,
        amount_fen=line.amount_fen,
        details={"payee": line.payee, "posted": line.posted},
    )


def _money_taken_back(line: LinePosted) -> Occurrence:
    claim = line.claim
    return Occurrence(
        "money_taken_back",
        _matter(line.payee, claim.programme, line.posted, line.county, claim.person_id or "-"),
        line.county,
        case_id=_person_paid(line),
        person_id=claim.person_id or _person_paid(line),
        amount_fen=line.amount_fen,
        details={"payee": line.payee, "programme": claim.programme, "posted": line.posted},
    )


def _person_paid(line: LinePosted) -> str | None:
    """Return the payee where it is a person: lines come to the payee's partition, which is then the person's."""
    return line.payee if _PERSON_ID.fullmatch(line.payee) else None


def _parameter_unset(event: ParameterFoundUnset, _: date) -> Occurrence:
    details = {"parameter": event.parameter, "programme": event.programme}
    return Occurrence("parameter_unset", _matter(event.parameter, event.county), event.county, details=details)


def _budget_overdrawn(event: BudgetBooked, _: date) -> Occurrence | None:
    """A budget is one matter for its year, however often it is cut; the sentence names the latest overdraft."""
    if not event.overdrawn_fen:
        return None
    programme, year = event.programme or "-", str(event.fiscal_year)
    details = {"programme": programme, "year": year, "total": yuan(event.overdrawn_fen)}
    return Occurrence("budget_overdrawn", _matter(programme, event.county, year), event.county, details=details)


def _subsidy_missing(event: EntitlementUnclaimed, _: date) -> Occurrence:
    """All that a person misses is one matter: its sentence names the first entry and counts the others."""
    details = _first_of(event.missing)
    about = _about_person("subsidy_missing", event.person_id, event.person_id, details, event.county)
    return replace(about, is_over=not event.missing)


def _employer_missing(event: EmployerUnclaimed, _: date) -> Occurrence:
    """What an employer misses for itself is one matter of the county's office."""
    details = _first_of(event.missing) | {"uscc": event.uscc}
    return Occurrence("employer_missing", event.uscc, event.county, details=details, is_over=not event.missing)


def _first_of(missing: Sequence[Missing]) -> dict[str, str]:
    details = {"others": str(max(len(missing) - 1, 0))}
    for first in missing[:1]:
        details |= {name: str(value) for name, value in first.model_dump().items()}
    return details


def _fact_rejected(event: FactRejected, day: date) -> Occurrence:
    details = {"source": event.source, "fact": event.fact, "code": event.code, "path": event.path or "-"}
    matter = _matter(event.source, event.fact, event.code, day.isoformat(), event.county or "-")
    return Occurrence("fact_rejected", matter, event.county, details=details)


def _fact_overdue(event: FactOverdue, _: date) -> Occurrence:
    details = {"waiting_for": event.waiting_for, "facts": str(event.facts), "since": event.since.isoformat()}
    return Occurrence("fact_overdue", _matter(event.waiting_for, event.since.isoformat()), details=details)


def _run_waits(event: RunProposed, _: date) -> Occurrence | None:
    """A run is one matter however often it is proposed anew; one with nothing to pay asks nobody for anything."""
    details = {
        "run_id": event.run_id,
        "programme": event.programme,
        "month": event.month,
        "items": str(len(event.items)),
        "total": yuan(event.total_fen),
        "notice_ends": event.notice_ends.isoformat() if event.notice_ends else "-",
    }
    return Occurrence("run_waits", _matter(event.run_id), event.county, details=details) if event.items else None


def _clawback_waits(event: ClawbackProposed, _: date) -> Occurrence:
    details = {
        "clawback_id": event.clawback_id,
        "payee": event.claim.payee,
        "programme": event.claim.programme,
        "cure_ends": event.cure_ends.isoformat(),
    }
    matter = _matter(event.clawback_id)
    return Occurrence("clawback_waits", matter, event.county, amount_fen=event.amount_fen, details=details)


def _finance_answered(event: FinanceFactAnswered, _: date) -> Occurrence | None:
    """Money for which nothing was open; of a receivable that is to be given up, the amount is a wish, not money."""
    if not event.unmatched_fen or event.outcome not in ("booked", "returned", "unmatched"):
        return None
    details = {"subject_id": event.subject_id, "fact": event.fact}
    matter = _matter(event.subject_id, event.fact, event.county or "-")
    return Occurrence("payment_unmatched", matter, event.county, amount_fen=event.unmatched_fen, details=details)


def _clearing_late(event: ClearingLate, _: date) -> Occurrence:
    details = {
        "run_id": event.run_id,
        "programme": event.programme,
        "instructions": str(len(event.instructions)),
        "total": yuan(event.in_payment_fen),
        "approved_on": event.approved_on.isoformat(),
        "late_on": event.late_on.isoformat(),
    }
    return Occurrence("clearing_late", _matter(event.run_id), event.county, details=details)


def _matter(*parts: str) -> str:
    """Return the parts as one text; what is too long for the contract keeps its beginning and a digest of the whole."""
    whole = "/".join(parts)
    if len(whole) <= MATTER_MAX:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST]
    return f"{whole[: MATTER_MAX - _DIGEST - 1]}~{digest}"


_MEANINGS: Final[dict[type[Event], Callable[[Any, date], Occurrence | None]]] = {
    OfferAccepted: _offer_accepted,
    OfferUndelivered: _offer_undelivered,
    OfferUnanswered: _offer_unanswered,
    ReplyMisunderstood: _reply_unclear,
    JobseekerRegistered: _no_mobile,
    JobseekerUpdated: _no_mobile,
    EmploymentConfirmed: _hire_confirmed,
    LinePosted: _line_posted,
    ParameterFoundUnset: _parameter_unset,
    BudgetBooked: _budget_overdrawn,
    EntitlementUnclaimed: _subsidy_missing,
    EmployerUnclaimed: _employer_missing,
    FactRejected: _fact_rejected,
    FactOverdue: _fact_overdue,
    RunProposed: _run_waits,
    ClawbackProposed: _clawback_waits,
    FinanceFactAnswered: _finance_answered,
    ClearingLate: _clearing_late,
}
