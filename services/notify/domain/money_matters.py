"""What events of subsidy mean to an officer. Pure."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from services.notify.domain.matters import Occurrence, about_person, matter_of
from shared.events.contract import Event
from shared.events.payments import ClawbackProposed, ClearingLate, FinanceFactAnswered, RunProposed
from shared.events.subsidy import BudgetBooked, LinePosted, ParameterFoundUnset
from shared.events.takeup import EmployerUnclaimed, EntitlementUnclaimed, Missing
from shared.events.types import is_person_id
from shared.money import yuan


def _line_posted(line: LinePosted, _: date) -> Occurrence | None:
    if line.amount_fen == 0:
        return None
    return _subsidy_accrued(line) if line.amount_fen > 0 else _money_taken_back(line)


def _subsidy_accrued(line: LinePosted) -> Occurrence:
    """A month of accruals is one matter for each payee: an employer of a hundred gets no hundred alerts."""
    person_id = _person_paid(line)
    return Occurrence(
        "subsidy_accrued",
        matter_of(line.payee, line.posted, line.county),
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
        matter_of(line.payee, claim.programme, line.posted, line.county, claim.person_id or "-"),
        line.county,
        case_id=_person_paid(line),
        person_id=claim.person_id or _person_paid(line),
        amount_fen=line.amount_fen,
        details={"payee": line.payee, "programme": claim.programme, "posted": line.posted},
    )


def _person_paid(line: LinePosted) -> str | None:
    """Return the payee where it is a person: lines come to the payee's partition, which is then the person's."""
    return line.payee if is_person_id(line.payee) else None


def _parameter_unset(event: ParameterFoundUnset, _: date) -> Occurrence:
    details = {"parameter": event.parameter, "programme": event.programme}
    return Occurrence("parameter_unset", matter_of(event.parameter, event.county), event.county, details=details)


def _budget_overdrawn(event: BudgetBooked, _: date) -> Occurrence | None:
    """A budget is one matter for its year, however often it is cut; the sentence names what the last cut left."""
    if not event.overdrawn_fen or event.kind != "reduced":
        return None
    programme, year = event.programme or "-", str(event.fiscal_year)
    details = {"programme": programme, "year": year, "total": yuan(event.overdrawn_fen)}
    return Occurrence("budget_overdrawn", budget_matter(event), event.county, details=details)


def budget_matter(event: BudgetBooked) -> str:
    """Return the matter that the budget of a year is."""
    return matter_of(event.programme or "-", event.county, str(event.fiscal_year))


def _subsidy_missing(event: EntitlementUnclaimed, _: date) -> Occurrence | None:
    """All that a person misses is one matter: its sentence names the first entry and counts the others."""
    if not event.missing:
        return None
    return about_person("subsidy_missing", event.person_id, event.person_id, _first_of(event.missing), event.county)


def _employer_missing(event: EmployerUnclaimed, _: date) -> Occurrence | None:
    """What an employer misses for itself is one matter of the county's office."""
    if not event.missing:
        return None
    details = _first_of(event.missing) | {"uscc": event.uscc}
    return Occurrence("employer_missing", event.uscc, event.county, details=details)


def _first_of(missing: Sequence[Missing]) -> dict[str, str]:
    first = {name: str(value) for name, value in missing[0].model_dump().items()}
    return {"others": str(len(missing) - 1)} | first


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
    if not event.items:
        return None
    matter = matter_of(event.run_id)
    return Occurrence("run_waits", matter, event.county, details=details, starts_on=event.notice_ends)


def _clawback_waits(event: ClawbackProposed, _: date) -> Occurrence:
    details = {
        "clawback_id": event.clawback_id,
        "payee": event.claim.payee,
        "programme": event.claim.programme,
        "cure_ends": event.cure_ends.isoformat(),
    }
    return Occurrence(
        "clawback_waits",
        matter_of(event.clawback_id),
        event.county,
        amount_fen=event.amount_fen,
        details=details,
        starts_on=event.cure_ends,
    )


def _finance_answered(event: FinanceFactAnswered, _: date) -> Occurrence | None:
    """Money for which nothing was open is one matter of the report that said so; a repeat is the same one."""
    if not event.astray_fen:
        return None
    details = {"subject_id": event.subject_id, "fact": event.fact}
    return Occurrence(
        "payment_unmatched", report_matter(event), event.county, amount_fen=event.astray_fen, details=details
    )


def report_matter(event: FinanceFactAnswered) -> str:
    """Return the matter that money is for which nothing was open; an answer of before names no report."""
    return matter_of(event.subject_id, event.fact, event.content or event.county or "-")


def _clearing_late(event: ClearingLate, _: date) -> Occurrence:
    details = {
        "run_id": event.run_id,
        "programme": event.programme,
        "instructions": str(len(event.instructions)),
        "total": yuan(event.in_payment_fen),
        "approved_on": event.approved_on.isoformat(),
        "late_on": event.late_on.isoformat(),
    }
    return Occurrence("clearing_late", matter_of(event.run_id), event.county, details=details)


MEANINGS: Final[dict[type[Event], Callable[[Any, date], Occurrence | None]]] = {
    LinePosted: _line_posted,
    ParameterFoundUnset: _parameter_unset,
    BudgetBooked: _budget_overdrawn,
    EntitlementUnclaimed: _subsidy_missing,
    EmployerUnclaimed: _employer_missing,
    RunProposed: _run_waits,
    ClawbackProposed: _clawback_waits,
    FinanceFactAnswered: _finance_answered,
    ClearingLate: _clearing_late,
}
