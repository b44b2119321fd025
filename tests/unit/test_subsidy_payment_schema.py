"""The payment file against the schema that ISO 20022 publishes for pain.001.001.09."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import xmlschema

from shared.payment_file import ACCOUNT_MAX, NOT_PROVIDED, Credit, Order, pain001
from tests.unit.test_subsidy_payment_file import CREDITS, HASH, MADE_AT, ORDER

SCHEMA = Path(__file__).parents[1] / "schemas" / "pain.001.001.09.xsd"
DAY = date(2018, 4, 2)
LONGEST = Credit("L" * 35, "p" + "a" * 25, "名" * 200, "行" * 200, "1" * ACCOUNT_MAX, 10**13)
AWKWARD = Credit("L1", "p" + "a" * 25, "<\"&'>", "]]>", "0", 1)


@pytest.fixture(scope="module")
def schema() -> Any:
    return xmlschema.XMLSchema(SCHEMA)


@pytest.mark.parametrize(
    "order",
    [
        ORDER,
        Order("R-1", HASH, "x", DAY, CREDITS, NOT_PROVIDED),
        Order("R-1", HASH, "题" * 200, DAY, (LONGEST,), "付" * 200, "1" * ACCOUNT_MAX, "1" * 35),
        Order("R-1", HASH, "<&>", DAY, (AWKWARD,) * 3, "甲"),
    ],
    ids=["usual", "payer-not-told", "longest", "awkward"],
)
def test_what_goes_to_the_bank_is_valid(schema: Any, order: Order) -> None:
    assert [(error.path, error.reason) for error in schema.iter_errors(pain001(order, MADE_AT))] == []


def test_the_schema_finds_what_is_wrong(schema: Any) -> None:
    text = pain001(ORDER, MADE_AT).replace(b"<PmtMtd>TRF</PmtMtd>", b"")
    assert not schema.is_valid(text)


def test_the_schema_is_the_published_one() -> None:
    found = sha256(SCHEMA.read_bytes()).hexdigest()
    assert found in (SCHEMA.parent / "README.md").read_text(encoding="utf-8")
