"""Clearing: what the bank was told to pay is settled or comes back within some working days, or somebody is told.

How many days the bank has is a figure of the documents (`payment.clearing_days`). While none says so nobody is told,
and lists show how long a run has been under way.
"""

from datetime import date

from services.subsidy.domain.payments import INSTRUCTION
from services.subsidy.domain.rules import Standard
from services.subsidy.domain.runs import RUN, Run
from shared.calendar import add_working_days
from shared.events.contract import Event
from shared.events.payments import ClearingLate, RunCleared, RunProposed
from shared.runner.core import Peek


def cleared(id_: str, day: date, peek: Peek, rules: Standard) -> list[Event]:
    """Return what is to be said of an approved run at the close of a day: nothing before the bank's time is over."""
    run = peek(RUN, id_)
    if run.proposed is None or run.approved_on is None:
        return []
    days = rules.clearing_days(run.proposed.county)
    if days is None or day < (late_on := add_working_days(run.approved_on, days)):
        return []
    late = _in_payment(run, run.proposed, peek)
    county = run.proposed.county
    if not late:
        return [RunCleared(run_id=id_, county=county, cleared_by=day)]
    return [
        ClearingLate(
            run_id=id_,
            county=county,
            programme=run.proposed.programme,
            approved_on=run.approved_on,
            late_on=late_on,
            instructions=list(late),
            in_payment_fen=sum(late.values()),
        )
    ]


def _in_payment(run: Run, proposed: RunProposed, peek: Peek) -> dict[str, int]:
    """Return what of a run is in payment, by instruction; what came back and was instructed anew is another run's."""
    found = {}
    for item in proposed.items:
        instruction = peek(INSTRUCTION, item.instruction_id)
        if instruction.in_payment_fen and instruction.instructed_on == run.approved_on:
            found[item.instruction_id] = instruction.in_payment_fen
    return found
