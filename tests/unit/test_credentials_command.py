"""`bangfu ops credentials`: which facts a source may publish, as the command line says and changes it."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from shared.access.facts import UPSTREAM_FACTS
from shared.ops.credentials import credentials

BANK = "source-bank"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGFU_LANG", "en")
    monkeypatch.setenv("BANGFU_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    said("new", BANK, "--facts", "payment.settled,payment.failed")


def order(*arguments: str) -> Result:
    return CliRunner().invoke(credentials, [*arguments])


def said(*arguments: str) -> str:
    done = order(*arguments)
    assert done.exit_code == 0, done.output
    return done.output


def refusal(*arguments: str) -> str:
    return str(order(*arguments).exception)


def listed() -> dict[str, list[str] | None]:
    return {row["name"]: row["facts"] for row in json.loads(said("list", "--json"))}


def test_a_list_is_shown_by_list_and_by_facts() -> None:
    said("new", "source-school")
    assert listed() == {BANK: ["payment.failed", "payment.settled"], "source-school": None}
    table = said("list")
    assert "payment.failed, payment.settled" in table
    assert f"any of upstream's {len(UPSTREAM_FACTS)} facts" in table
    assert said("facts", BANK) == "may publish: payment.failed, payment.settled\n"


def test_a_long_list_is_counted_in_the_table() -> None:
    said("facts", BANK, *UPSTREAM_FACTS[:9])
    assert "9 facts" in said("list")


def test_a_list_is_replaced_lengthened_shortened_and_given_up() -> None:
    said("facts", BANK, "visit.recorded")
    assert listed() == {BANK: ["visit.recorded"]}
    said("facts", BANK, "--add", "payment.settled,calendar.day_closed")
    assert listed() == {BANK: ["calendar.day_closed", "payment.settled", "visit.recorded"]}
    said("facts", BANK, "--remove", "visit.recorded", "--remove", "payment.settled")
    assert listed() == {BANK: ["calendar.day_closed"]}
    said("facts", BANK, "--any")
    assert listed() == {BANK: None}


def test_a_source_without_a_list_is_given_one_that_says_less_or_more_than_it_may_now() -> None:
    said("facts", BANK, "--any")
    said("facts", BANK, "--remove", "approval.given")
    assert listed()[BANK] == sorted(set(UPSTREAM_FACTS) - {"approval.given"})
    said("facts", BANK, "--any")
    said("facts", BANK, "--add", "calendar.day_closed")
    assert listed()[BANK] == sorted({*UPSTREAM_FACTS, "calendar.day_closed"})


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("new", "source-x", "--facts", "payment.setled"), "no such fact (closest: 'payment.settled')"),
        (("new", "source-x", "--facts", "alert.done"), "alert.done: stated by desk only"),
        (("new", "source-x", "--facts", ""), "no fact is named"),
        (("new", "source-x", "ops", "--facts", "visit.recorded"), "ops: only a source has a list of facts"),
        (("new", "--facts", "visit.recorded"), "provisioner, ops, auditor: only a source has a list of facts"),
        (("facts", "registry", "visit.recorded"), "registry: only a source has a list of facts"),
        (("facts", "source-x", "visit.recorded"), "source-x has no key here"),
        (("facts", BANK, "visit.recorded", "--any"), "one of a list, --add, --remove and --any"),
        (("facts", BANK, "--remove", "visit.recorded"), "not in its list, which holds payment.failed, payment.settled"),
        (("facts", BANK, "--remove", "payment.settled,payment.failed"), "has its key revoked"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(arguments: tuple[str, ...], why: str) -> None:
    assert why in refusal(*arguments)
    assert listed() == {BANK: ["payment.failed", "payment.settled"]}
