from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import MAX_FEN, fen, half_up, percent, prorate, yuan
from tests.support.properties import steady

amounts = st.integers(-MAX_FEN, MAX_FEN)
months = st.integers(28, 31)


class TestHalfUp:
    @pytest.mark.parametrize(
        ("numerator", "denominator", "rounded"),
        [(0, 7, 0), (1, 2, 1), (1, 3, 0), (2, 3, 1), (5, 2, 3), (49, 100, 0), (50, 100, 1), (2675, 10, 268)],
    )
    def test_rounds_a_half_up(self, numerator: int, denominator: int, rounded: int) -> None:
        assert half_up(numerator, denominator) == rounded

    def test_rounds_a_take_back_like_the_grant(self) -> None:
        assert half_up(-5, 2) == -half_up(5, 2) == -3

    @steady
    @given(amounts, st.integers(1, 10**6))
    def test_is_the_rounding_of_decimal_arithmetic(self, numerator: int, denominator: int) -> None:
        # A quotient by a denominator below 2e6 is a half or at least 5e-7 away from one: 40 digits are plenty.
        exact = Decimal(numerator) / Decimal(denominator)

        assert half_up(numerator, denominator) == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))

    @pytest.mark.parametrize("denominator", [0, -1])
    def test_refuses_a_denominator_that_is_not_positive(self, denominator: int) -> None:
        with pytest.raises(ValueError, match="denominator"):
            half_up(1, denominator)


class TestPercent:
    @pytest.mark.parametrize(
        ("amount_fen", "share", "part_fen"),
        [(74200, 100, 74200), (74200, 0, 0), (74200, 50, 37100), (1, 50, 1), (99, 150, 149), (-1, 50, -1)],
    )
    def test_is_rounded_half_up_once(self, amount_fen: int, share: int, part_fen: int) -> None:
        assert percent(amount_fen, share) == part_fen


class TestProrate:
    def test_takes_the_difference_of_the_cumulative_amounts(self) -> None:
        assert prorate(200_000, 5, 11, 30) == 73_333 - 26_667 == 46_666

    def test_gives_the_whole_month_for_all_its_days(self) -> None:
        assert prorate(200_001, 1, 31, 31) == 200_001

    def test_takes_back_exactly_what_it_gave(self) -> None:
        assert prorate(-200_000, 5, 11, 30) == -prorate(200_000, 5, 11, 30)

    @steady
    @given(amounts, months, st.sets(st.integers(1, 30)))
    def test_sums_to_the_month_however_the_month_is_split(self, month_fen: int, days: int, cuts: set[int]) -> None:
        ends = sorted({cut for cut in cuts if cut < days} | {days})
        starts = [1, *(end + 1 for end in ends[:-1])]
        parts = [prorate(month_fen, first, last, days) for first, last in zip(starts, ends, strict=True)]

        assert sum(parts) == month_fen

    @steady
    @given(st.integers(0, MAX_FEN), months, st.data())
    def test_is_within_a_fen_of_the_plain_share_and_never_negative(
        self, month_fen: int, days: int, data: st.DataObject
    ) -> None:
        first = data.draw(st.integers(1, days))
        last = data.draw(st.integers(first, days))
        part = prorate(month_fen, first, last, days)

        assert part >= 0
        assert abs(part - half_up(month_fen * (last - first + 1), days)) <= 1

    @pytest.mark.parametrize(("first", "last", "days"), [(0, 5, 30), (6, 5, 30), (1, 31, 30), (1, 32, 32)])
    def test_refuses_days_that_are_no_part_of_the_month(self, first: int, last: int, days: int) -> None:
        with pytest.raises(ValueError, match=f"days {first} to {last}"):
            prorate(200_000, first, last, days)


class TestYuan:
    @pytest.mark.parametrize(
        ("amount_fen", "text"),
        [
            (74200, "742.00"),
            (-74200, "-742.00"),
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (-100, "-1.00"),
            (MAX_FEN, "100000000000.00"),
        ],
    )
    def test_has_two_decimals_and_no_grouping(self, amount_fen: int, text: str) -> None:
        assert yuan(amount_fen) == text

    @steady
    @given(amounts)
    def test_reads_back_as_the_same_fen(self, amount_fen: int) -> None:
        assert fen(yuan(amount_fen)) == amount_fen


class TestFen:
    @pytest.mark.parametrize(
        ("text", "amount_fen"),
        [("742.00", 74200), ("742", 74200), ("742.5", 74250), ("0.05", 5), ("-742.00", -74200), ("-0.00", 0)],
    )
    def test_are_read_from_a_plain_decimal(self, text: str, amount_fen: int) -> None:
        assert fen(text) == amount_fen

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " 742.00",
            "742.00\n",
            "742.",
            ".50",
            "742.005",
            "7e2",
            "1E3",
            "+742",
            "--1",
            "007",
            "1,000.00",
            "1_000",
            "\uff17\uff14\uff12",
            "\u0667\u0664\u0662",
            "NaN",
            "inf",
            "¥742.00",
            "742元",
            "0x10",
            "9" * 13,
            "9" * 5000,
        ],
    )
    def test_are_read_from_nothing_else(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"text in yuan such as 742\.00"):
            fen(text)

    @pytest.mark.parametrize("number", [742.0, 742, None, Decimal(742)])
    def test_are_not_read_from_what_is_not_text(self, number: object) -> None:
        with pytest.raises(ValueError, match="text in yuan"):
            fen(number)  # type: ignore[arg-type]

    def test_are_at_most_the_maximum(self) -> None:
        with pytest.raises(ValueError, match=r"at most 100000000000\.00 yuan"):
            fen("100000000000.01")

    def test_do_not_repeat_what_stood_in_the_wrong_column(self) -> None:
        with pytest.raises(ValueError, match="amount") as refused:
            fen("350622198502031219")

        assert "350622" not in str(refused.value)
