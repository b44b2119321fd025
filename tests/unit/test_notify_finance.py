"""What of payments reaches the county's finance office."""

from datetime import date
from typing import Any

import pytest

from services.notify.rulebook import load_rulebook
from services.notify.views import row_of
from shared.events.contract import Event
from shared.events.payments import ClawbackProposed, ClearingLate, FinanceFactAnswered, RunItem, RunProposed
from shared.events.subsidy import BudgetBooked, Claim, Posting, TransferBooked
from tests.unit.test_notify_alerts import COUNTY, DAY, EMPLOYER, Desk

RUN = "R-350622-social-insurance-2018-02-L0"
HASH = "0" * 64
APRIL = date(2018, 4, 9)


def run(**fields: Any) -> RunProposed:
    items = [RunItem(instruction_id="L000000001", payee=EMPLOYER, amount_fen=74_200)]
    said = {"run_id": RUN, "county": COUNTY, "programme": "social-insurance", "month": "2018-02", "revision": 1}
    return RunProposed.model_validate(
        said
        | {"proposed_on": DAY, "items": items, "left_out": [], "total_fen": 74_200, "content_hash": HASH}
        | {"notice_ends": APRIL}
        | fields
    )


def answered(outcome: str, fen: int | None = 5_800, county: str | None = COUNTY, **fields: Any) -> FinanceFactAnswered:
    said = {"subject_id": "L000000001", "fact": "payment.settled", "report": "r", "answered_on": DAY}
    said |= {"outcome": outcome, "unmatched_fen": fen, "county": county}
    return FinanceFactAnswered.model_validate(said | fields)


CLAWBACK = ClawbackProposed(
    clawback_id="C-L000000002",
    claim=Claim(programme="social-insurance", payee=EMPLOYER, period="2018-02"),
    county=COUNTY,
    amount_fen=74_200,
    proposed_on=DAY,
    cure_ends=APRIL,
    content_hash=HASH,
)


def moved(kind: str, fen: int) -> TransferBooked:
    postings = [Posting(debit=f"receivable:{EMPLOYER}", credit=f"proposed_clawback:{EMPLOYER}", amount_fen=fen)]
    said = {"transfer_id": "T1", "claim": CLAWBACK.claim, "booked_on": DAY, "postings": postings, "county": COUNTY}
    return TransferBooked.model_validate(said | {"kind": kind, "instruction_id": CLAWBACK.clawback_id})


CUT = BudgetBooked(
    programme="social-insurance",
    county=COUNTY,
    fiscal_year=2018,
    kind="reduced",
    booked_on=DAY,
    postings=[],
    content="m",
    overdrawn_fen=30_000,
)
LATE = ClearingLate(
    run_id=RUN,
    county=COUNTY,
    programme="social-insurance",
    approved_on=DAY,
    late_on=APRIL,
    instructions=["L000000001"],
    in_payment_fen=24_200,
)


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (run(), f"2018-02 社会保险补贴 支付批次 {RUN} 待审批：1 笔 742.00 元（公示至 2018-04-09）"),
        (CLAWBACK, f"拟追回 {EMPLOYER} 的社会保险补贴 742.00 元（C-L000000002），说明、更正期至 2018-04-09"),
        (answered("booked"), "L000000001 有 58.00 元对不上账（payment.settled，1 次）"),
        (CUT, "350622 2018 年度 社会保险补贴 预算被核减后透支 300.00 元（1 次）"),
        (LATE, f"支付批次 {RUN} 有 1 笔共 242.00 元于 2018-03-05 送银行，至 2018-04-09 既未到账也未退回"),
    ],
)
def test_the_countys_office_has_to_act_and_reads_what_on(event: Event, says: str) -> None:
    alert = Desk().hears(event).only
    row = row_of("A", alert, load_rulebook())
    assert (row.sentence, row.urgency, row.address) == (says, "act", f"office:{COUNTY}")
    assert row_of("A", alert, load_rulebook(), "en").todo


def test_money_of_no_known_county_is_the_citys() -> None:
    assert Desk().hears(answered("unmatched", 80_000, None)).only.county is None


@pytest.mark.parametrize(
    "event",
    [run(items=[], total_fen=0), CUT.model_copy(update={"kind": "granted"}),
     answered("booked", None), answered("proposed"), answered("not_open"),
     answered("approved", None)],
)  # fmt: skip
def test_what_asks_nobody_for_anything_raises_nothing(event: Event) -> None:
    assert Desk().hears(event).alerts == []


def test_a_run_that_is_proposed_anew_is_one_matter_with_the_latest_total() -> None:
    alert = Desk().hears(run(), run(revision=2, total_fen=1_000)).only
    assert (alert.count, alert.details["total"]) == (2, "10.00")
