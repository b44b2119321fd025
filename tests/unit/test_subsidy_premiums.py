from datetime import date

import pytest

from services.subsidy.domain.premiums import Premium, held, mark_of, paid_first, with_premium
from shared.events.premiums import PremiumPaid
from tests.unit.test_subsidy_world import E1, P1, workshop

MAY_8, MAY_20, JUNE_1, JUNE_10 = date(2018, 5, 8), date(2018, 5, 20), date(2018, 6, 1), date(2018, 6, 10)


def premium(kind: str, on: date, fen: int) -> Premium:
    return Premium(kind, on, fen, f"{kind}{on}{fen}")  # type: ignore[arg-type]


class TestHeld:
    def test_payments_less_refunds_where_nothing_was_corrected(self) -> None:
        known = (premium("paid", MAY_8, 700), premium("paid", MAY_20, 50), premium("refunded", JUNE_1, 300))

        assert held(known) == 450

    def test_is_never_below_nil(self) -> None:
        assert held((premium("refunded", JUNE_1, 300), premium("paid", MAY_8, 200))) == 0

    def test_a_correction_replaces_every_payment_and_refund_dated_up_to_it(self) -> None:
        known = (premium("paid", MAY_8, 700), premium("refunded", MAY_20, 100), premium("corrected", MAY_20, 500))

        assert held(known) == 500

    def test_what_is_paid_or_given_back_after_the_correction_counts_on_top(self) -> None:
        known = (premium("corrected", MAY_20, 500), premium("paid", JUNE_1, 200), premium("refunded", JUNE_10, 50))

        assert held(known) == 650

    def test_the_correction_of_the_latest_date_counts_whatever_arrived_last(self) -> None:
        known = (premium("paid", MAY_8, 700), premium("corrected", JUNE_1, 500), premium("corrected", MAY_20, 600))

        assert held(known) == 500

    def test_of_two_corrections_of_one_date_the_one_that_arrived_last_counts(self) -> None:
        assert held((premium("corrected", MAY_20, 500), premium("corrected", MAY_20, 600))) == 600

    def test_a_refund_and_a_new_payment_are_held_again(self) -> None:
        known = (premium("paid", MAY_8, 700), premium("refunded", MAY_20, 700), premium("paid", JUNE_1, 700))

        assert held(known) == 700


class TestPaidFirst:
    def test_is_the_earliest_payment_whatever_the_order_of_arrival(self) -> None:
        assert paid_first((premium("paid", MAY_20, 1), premium("paid", MAY_8, 1))) == MAY_8

    def test_is_the_day_of_the_correction_where_no_payment_is_known(self) -> None:
        assert paid_first((premium("corrected", MAY_20, 1),)) == MAY_20


class TestMark:
    def test_a_fact_that_repeats_an_earlier_one_in_every_field_changes_nothing(self) -> None:
        known = with_premium((), premium("paid", MAY_8, 700))

        assert with_premium(known, premium("paid", MAY_8, 700)) == known

    @pytest.mark.parametrize("other", [{"late_fee_fen": 5}, {"injury_fen": 0}, {"medical_fen": 2}])
    def test_a_fact_that_differs_in_any_field_is_another(self, other: dict[str, int]) -> None:
        fields = {"pension_fen": 1, "medical_fen": 1, "unemployment_fen": 1}
        stated = {"uscc": "91350622MA2Y1A2B7G", "person_id": f"p{'a' * 25}", "period": "2018-05", "paid_on": MAY_8}

        first, second = PremiumPaid(**stated, **fields), PremiumPaid(**stated, **(fields | other))

        assert mark_of(first) != mark_of(second)


def test_a_premium_of_a_month_to_come_is_refunded_like_any_other() -> None:
    world = workshop(date(2018, 3, 1))
    world.employed("J1", P1, E1, date(2018, 3, 1))
    world.paid(P1, E1, "2018-05", date(2018, 3, 1))
    world.close_until(date(2018, 3, 1))

    assert world.sums() == {("social-insurance", E1, "2018-05"): 74_200}
