"""Rows for those who prepare, approve and file payments, and for the public notice. Pure: the caller brings the states.

Amounts are yuan with two decimals. A public notice names no person: the pseudonym is cut short too, so that nobody can
follow it from notice to notice of other places; an employer is named by its credit code, which is public (GB 32100).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from services.subsidy.domain.clawbacks import Clawback
from services.subsidy.domain.payments import Instruction
from services.subsidy.domain.programme import Programme
from services.subsidy.domain.rules import Standard
from services.subsidy.domain.runs import Run, named
from shared.calendar import add_working_days, is_working_day
from shared.events.payments import WRITE_OFF_PREFIX, RunItem, decision_hash
from shared.events.subsidy import Claim
from shared.money import yuan
from shared.notices import masked

Row = dict[str, Any]
STATES: Final = ("proposed", "owed", "objected", "write_off_proposed")
"""Where a clawback can stand."""
_TOO_LONG: Final = 1_000  # days, after which nobody counts working days


def run_row(run: Run, instructions: Mapping[str, Instruction], today: date) -> Row:
    """Return a run as a line of a list; of an approved one, what the bank has not answered and since how long."""
    county, programme, month = named(run.run_id)
    proposed, items = run.proposed, run.proposed.items if run.proposed else []
    left_fen = sum(in_payment_fen(run, item, instructions) for item in items)
    return {
        "run_id": run.run_id,
        "county": county,
        "programme": programme,
        "month": month,
        "state": run.status,
        "items": len(items) if proposed else len(run.gathered),
        "total": yuan(proposed.total_fen) if proposed else None,
        "notice_ends": proposed.notice_ends.isoformat() if proposed and proposed.notice_ends else None,
        "prepared_by": run.prepared_by or None,
        "approved_by": run.approved_by or None,
        "approved_on": run.approved_on.isoformat() if run.approved_on else None,
        "in_payment": yuan(left_fen),
        "working_days_in_payment": working_days(run.approved_on, today) if run.approved_on and left_fen else None,
        "revision": proposed.revision if proposed else 0,
        "content_hash": proposed.content_hash if proposed else None,
    }


def item_rows(run: Run, instructions: Mapping[str, Instruction], claims: Mapping[str, Claim], clause: str) -> list[Row]:
    """Return what is to be paid, instruction by instruction; `claims`: what each was posted for."""
    rows = []
    for item in run.proposed.items if run.proposed else []:
        claim = claims.get(item.instruction_id)
        rows.append(
            {
                "instruction_id": item.instruction_id,
                "payee": item.payee,
                "person_id": claim.person_id if claim else None,
                "period": claim.period if claim else None,
                "amount": yuan(item.amount_fen),
                "in_payment": yuan(in_payment_fen(run, item, instructions)),
                "clause": clause,
            }
        )
    return rows


def notice_rows(run: Run, programme: Programme | None) -> list[Row]:
    """Return the masked list of a public notice: payee, amount and clause, one line a payee, in order of the payees."""
    sums: dict[str, int] = {}
    for item in run.proposed.items if run.proposed else []:
        sums[item.payee] = sums.get(item.payee, 0) + item.amount_fen
    clause = programme.cites if programme else ""
    return [{"payee": masked(payee), "amount": yuan(sums[payee]), "clause": clause} for payee in sorted(sums)]


def in_payment_fen(run: Run, item: RunItem, instructions: Mapping[str, Instruction]) -> int:
    """Return what of an item the bank was told to pay in this run and has neither paid nor returned."""
    instruction = instructions.get(item.instruction_id)
    is_of_run = instruction is not None and instruction.instructed_on == run.approved_on
    return instruction.in_payment_fen if instruction and is_of_run and run.approved_on else 0


def working_days(since: date, today: date) -> int:
    """Return how many working days have passed since a day, which itself is not counted."""
    span = range(since.toordinal() + 1, min(today.toordinal(), since.toordinal() + _TOO_LONG) + 1)
    return sum(is_working_day(date.fromordinal(day)) for day in span)


def clawback_row(id_: str, clawback: Clawback, rules: Standard, owed_fen: int) -> Row:
    """Return a clawback as a line of a list: what it is about, where it stands, and what an approval of it names.

    `owed_fen` is what its payee owes in all: what came back or was set off is the payee's, not one clawback's.
    """
    payee = clawback.claim.payee if clawback.claim else ""
    days = rules.cure_days(clawback.county)
    ends = add_working_days(clawback.since, days) if days is not None and clawback.since else None
    return {
        "clawback_id": id_,
        "county": clawback.county,
        "programme": clawback.claim.programme if clawback.claim else "",
        "payee": payee,
        "person_id": clawback.claim.person_id if clawback.claim else None,
        "period": clawback.claim.period if clawback.claim else "",
        "amount": yuan(clawback.fen),
        "state": clawback_state(clawback),
        "since": clawback.since.isoformat() if clawback.since else None,
        "cure_ends": ends.isoformat() if ends and not clawback.is_owed else None,
        "prepared_by": clawback.prepared_by or None,
        "payee_owes": yuan(owed_fen),
        "giving_up": yuan(clawback.giving_up_fen) if clawback.giving_up_fen else None,
        "content_hash": decision_hash(id_, payee, clawback.fen),
        "write_off_hash": decision_hash(f"{WRITE_OFF_PREFIX}{id_}", payee, clawback.giving_up_fen),
    }


def clawback_state(clawback: Clawback) -> str:
    """Return where a clawback stands."""
    if clawback.is_held:
        return "objected"
    if clawback.giving_up_fen:
        return "write_off_proposed"
    return "owed" if clawback.is_owed else "proposed"
