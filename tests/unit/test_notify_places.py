"""Rows stand under the code that their county has now: a scope names today's code, events the one of their time."""

from collections.abc import Iterator
from datetime import date

import pytest

from services.notify.money_subscription import MONEY
from services.notify.ops_subscription import MESSAGES
from services.notify.subscribers import TIMELINE
from shared.events.alerts import FactRejected
from shared.events.contract import Event
from shared.events.payments import (
    ClawbackProposed,
    ClearingLate,
    FinanceFactAnswered,
    RunCleared,
    RunItem,
    RunProposed,
)
from shared.events.subsidy import Claim, LinePosted, Posting, TransferBooked
from shared.events.takeup import EmployerUnclaimed, EntitlementUnclaimed, Missing
from shared.runner.core import Message

DAY, THEN, NOW = date(2018, 3, 5), "350625", "350605"
EMPLOYER, PERSON, RUN, HASH = "91350622MA2XN0K4TC", "p" + "a" * 25, "R-350625-social-insurance-2018-02-L0", "0" * 64
CLAIM = Claim(programme="social-insurance", payee=EMPLOYER, period="2018-02")
GAP = Missing(
    programme="social-insurance", payee=EMPLOYER, reason="not_paid", awaits="premium.paid", since="2018-03",
    until="2018-04", periods=2,
)  # fmt: skip


def line(debit: str, credit: str) -> LinePosted:
    postings = [Posting(debit=debit, credit=credit, amount_fen=100)]
    return LinePosted(
        line_id="L1", line_no=1, place="x", claim=CLAIM, county=THEN, fiscal_year=2018, posted="2018-03",
        posted_on=DAY, amount_fen=100, kind="accrual", postings=postings, programme_version=DAY, clause="c",
        computation=[],
    )  # fmt: skip


def release(debit: str, credit: str) -> TransferBooked:
    postings = [Posting(debit=debit, credit=credit, amount_fen=100)]
    return TransferBooked(
        transfer_id="T1", claim=CLAIM, booked_on=DAY, kind="release", postings=postings, county=THEN
    )  # fmt: skip


@pytest.mark.parametrize(
    ("event", "kinds"),
    [
        (RunProposed(run_id=RUN, county=THEN, programme="social-insurance", month="2018-02", revision=1,
                     proposed_on=DAY, items=[RunItem(instruction_id="L1", payee=EMPLOYER, amount_fen=1)], left_out=[],
                     total_fen=1, content_hash=HASH), {"money_run", "money_content"}),
        (RunCleared(run_id=RUN, county=THEN, cleared_by=DAY), {"money_clearing"}),
        (ClearingLate(run_id=RUN, county=THEN, programme="social-insurance", approved_on=DAY, late_on=DAY,
                      instructions=["L1"], in_payment_fen=1), {"money_clearing"}),
        (FinanceFactAnswered(subject_id="L1", fact="payment.settled", report="r", outcome="booked", answered_on=DAY,
                             county=THEN), {"money_acts"}),
        (ClawbackProposed(clawback_id="C-L1", claim=CLAIM, county=THEN, amount_fen=1, proposed_on=DAY, cure_ends=DAY,
                          content_hash=HASH), {"money_cure"}),
        (line("available:x", f"payable:{EMPLOYER}"), {"money_payment"}),
        (release("available:x", f"payable:{EMPLOYER}"), {"money_payment"}),
        (line(f"receivable:{EMPLOYER}", "available:x"), {"money_clawback"}),
        (release(f"proposed_clawback:{EMPLOYER}", "available:x"), {"money_clawback"}),
        (EntitlementUnclaimed(person_id=PERSON, county=THEN, as_of=DAY, missing=[GAP]), {"unclaimed"}),
        (EmployerUnclaimed(uscc=EMPLOYER, county=THEN, as_of=DAY, missing=[GAP]), {"unclaimed"}),
        (FactRejected(source="tax", fact="premium.paid", code="bad_date", county=THEN), {"ops_letter"}),
    ],
)  # fmt: skip
def test_a_row_stands_under_the_code_that_its_county_has_now(event: Event, kinds: set[str]) -> None:
    found = dict(placed(event))
    assert (kinds, set(found.values())) == (set(found), {NOW})


def placed(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the kinds of rows that an event places, and where."""
    message = Message("m1", "", event, 1, DAY, "c", None, 0)
    for aggregate in (*MONEY.aggregates, *TIMELINE.aggregates, *MESSAGES.aggregates):
        for id_ in aggregate.concerns(message):
            state = aggregate.evolve(aggregate.initial(id_), message)
            place = getattr(state, "area", getattr(state, "county", ""))
            if place:
                yield aggregate.kind, place
