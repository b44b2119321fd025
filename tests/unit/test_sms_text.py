"""What is written in a message, and how many parts it is billed as."""

from datetime import date

import pytest

from shared.places import place_names, place_words
from shared.sms.text import OfferWords, offer_text, segments, signed, wage_words

EIGHTH = date(2018, 3, 8)


def text_of(title: str, place: str = "云霄县莆美镇") -> str:
    return offer_text(OfferWords(title, place, EIGHTH, 260_000, 310_000), "帮扶就业")


class TestSegments:
    @pytest.mark.parametrize(
        ("units", "parts"), [(0, 1), (70, 1), (71, 2), (134, 2), (135, 3), (160, 3), (201, 3), (202, 4)]
    )
    def test_one_of_seventy_units_or_several_of_sixty_seven(self, units: int, parts: int) -> None:
        assert segments("字" * units) == parts

    def test_an_emoji_is_two_units(self) -> None:
        assert segments("字" * 68 + "😀") == 1
        assert segments("字" * 69 + "😀") == 2

    def test_no_part_ends_in_the_middle_of_an_emoji(self) -> None:
        assert segments("字" * 66 + "😀" + "字" * 66) == 3


class TestOfferText:
    def test_of_an_ordinary_offer_is_one_part(self) -> None:
        assert segments(text_of("缝纫工")) == 1

    def test_leaves_out_what_nobody_stated(self) -> None:
        text = offer_text(OfferWords("缝纫工", "", EIGHTH), "帮扶就业")

        assert text == "【帮扶就业】岗位推荐：缝纫工。请于3月8日前回复：Y接受，N不接受，T退订"

    def test_has_no_second_pair_of_square_brackets_whatever_the_title_says(self) -> None:
        text = text_of("【急招】缝纫工")

        assert (text.count("【"), text.count("】"), "（急招）缝纫工" in text) == (1, 1, True)

    def test_has_no_emoji_and_nothing_invisible(self) -> None:
        assert text_of("👍缝\u200b纫工\u2764\ufe0f") == text_of("缝纫工")

    def test_cuts_a_title_that_would_not_end(self) -> None:
        assert "缝" * 19 + "…" in text_of("缝" * 40)

    def test_keeps_a_title_of_twenty_characters(self) -> None:
        assert "缝" * 20 in text_of("缝" * 20)

    def test_takes_a_signature_with_or_without_its_brackets(self) -> None:
        assert signed("你好", "【帮扶就业】") == signed("你好", "帮扶就业") == "【帮扶就业】你好"


class TestWage:
    @pytest.mark.parametrize(
        ("lowest", "highest", "words"),
        [
            (None, None, ""),
            (260_000, None, "月工资2600元起"),
            (None, 310_000, "月工资最高3100元"),
            (260_000, 260_000, "月工资2600元"),
            (260_050, 310_099, "月工资2600-3100元"),
        ],
    )
    def test_is_told_in_whole_yuan(self, lowest: int | None, highest: int | None, words: str) -> None:
        assert wage_words(lowest, highest) == words


class TestPlaces:
    def test_are_told_as_far_as_they_are_known(self) -> None:
        told = [place_words("350628", "350628100"), place_words("350628", "350628999"), place_words("999999")]

        assert told == ["平和县小溪镇", "平和县", ""]

    def test_that_were_renamed_keep_their_old_names(self) -> None:
        assert [place_words(code) for code in ("350681", "350604", "350625", "350605")] == [
            "龙海市",
            "龙海区",
            "长泰县",
            "长泰区",
        ]

    def test_of_a_township_lie_in_a_county_of_the_table(self) -> None:
        names = place_names()

        assert {code[:6] for code in names} <= set(names)
