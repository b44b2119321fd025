"""What the bank is told to pay is the run that was approved, item by item and in sum; and so is what it pays."""

import csv
import io
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.finance import PaymentSettled
from shared.events.subsidy import TransferBooked
from shared.money import fen
from shared.payment_file import NAMESPACE, Credit, Order, csv_file, pain001
from tests.unit.test_subsidy_runs import LINE_1, LINE_2, RUN, approved, proposals, two_owed

MADE_AT, DAY = datetime(2018, 4, 2, 1, 30, tzinfo=UTC), date(2018, 4, 2)
amounts = st.lists(st.integers(1, 10**11), min_size=1, max_size=40)


@given(amounts)
@settings(max_examples=100, deadline=None)
def test_both_files_pay_every_item_once_and_their_totals_are_the_runs(items: list[int]) -> None:
    credits_ = tuple(Credit(f"L{n:09d}", f"E{n}", "甲", "某行", f"62{n:014d}", x) for n, x in enumerate(items, 1))
    order = Order("R-1", "ab" * 32, "补贴", DAY, credits_, "云霄县某中心", "35001", "103")
    ours = [(credit.instruction_id, credit.amount_fen) for credit in credits_]

    found = ET.fromstring(pain001(order, MADE_AT))  # noqa: S314 - our own bytes
    space = {"": NAMESPACE}
    ids = [item.text for item in found.iterfind(".//EndToEndId", space)]
    told = [fen(item.text or "") for item in found.iterfind(".//InstdAmt", space)]
    assert list(zip(ids, told, strict=True)) == ours
    assert {fen(item.text or "") for item in found.iterfind(".//CtrlSum", space)} == {sum(items)}
    assert {item.text for item in found.iterfind(".//NbOfTxs", space)} == {str(len(items))}

    rows = list(csv.reader(io.StringIO(csv_file(order).decode("utf-8-sig"))))
    assert [(row[1], fen(row[6])) for row in rows[1:-1]] == ours
    assert (rows[-1][1], fen(rows[-1][2])) == (str(len(items)), sum(items))


@given(st.lists(st.sampled_from([LINE_1, LINE_2]), max_size=6))
@settings(max_examples=20, deadline=None)
def test_however_often_the_bank_says_so_each_item_is_paid_once_and_all_of_them_are_the_run(again: list[str]) -> None:
    world = approved(two_owed())
    for line in (LINE_1, LINE_2, *again):
        world.fact(PaymentSettled(instruction_id=line, date=world.open_day, amount_fen=74_200, bank_ref=f"B-{line}"))

    paid = [p for t in world.events(TransferBooked) if t.kind == "payment" for p in t.postings]
    assert sum(posting.amount_fen for posting in paid) == proposals(world, RUN)[-1].total_fen == 148_400
    assert len(paid) == len({posting.credit for posting in paid}) == len((LINE_1, LINE_2))
