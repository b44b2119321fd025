"""What a key may not publish is said at once, with the command that allows it; the broker says nothing."""

import pytest

from shared.errors import BangfuError
from shared.ops.rights import Rights

BANK = Rights("UPSTREAM", ("intake.bank.payment.settled", "intake.bank.payment.failed", "upstream.intake"), ())
CLERK = Rights("BANGFU", ("intake.>", "$JS.FC.OUTCOMES.>"), ())


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGFU_LANG", "en")


def refusal(rights: Rights, *facts: tuple[str, str]) -> str:
    with pytest.raises(BangfuError) as caught:
        rights.demand(facts)
    return str(caught.value)


def test_what_is_allowed_is_let_through() -> None:
    BANK.demand([("bank", "payment.settled"), ("bank", "payment.failed")])
    CLERK.demand([("bank", "approval.given"), ("bangfu-clock", "calendar.day_closed"), ("bank", "no.such_fact")])
    Rights("$G", (), ()).demand([("bank", "approval.given")])


def test_every_fact_beyond_the_list_is_named_once_with_the_command_that_allows_them() -> None:
    facts = [("bank", "payment.settled"), ("bank", "budget.granted"), ("bank", "approval.given")] * 2
    assert refusal(BANK, *facts) == (
        "source bank may not publish approval.given, budget.granted; who keeps the keys allows it by "
        "`bangfu ops credentials facts source-bank --add approval.given,budget.granted`"
    )


def test_of_what_is_ours_it_is_said_whose_it_is() -> None:
    assert "calendar.day_closed (bangfu-clock)" in refusal(BANK, ("bank", "calendar.day_closed"))


def test_of_what_no_list_can_hold_no_command_is_shown() -> None:
    assert refusal(BANK, ("bank", "payment.setled"), ("bank", "alert.done")) == (
        "alert.done: stated by desk only; payment.setled: there is no such fact (closest: 'payment.settled')"
    )


def test_a_key_of_another_source_is_told_apart() -> None:
    assert refusal(BANK, ("office", "payment.settled")) == "this key publishes for bank, not for office"
