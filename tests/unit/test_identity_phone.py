import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identity import IdentityError, mask_phone, normalise_phone
from tests.support.properties import steady
from tests.support.spelling import FULL_WIDTH, refusal


class TestPhone:
    @pytest.mark.parametrize(
        "spelling",
        [
            "13812345678",
            "138 1234 5678",
            "138-1234-5678",
            "138.1234.5678",
            "+8613812345678".translate(FULL_WIDTH),
            "+8613812345678",
            "+86 138-1234-5678",
            "(+86) 13812345678",
            "008613812345678",
            "8613812345678",
            "013812345678",
        ],
    )
    def test_has_one_spelling_whatever_the_form(self, spelling: str) -> None:
        assert normalise_phone(spelling) == "+8613812345678"

    @pytest.mark.parametrize(
        "prefix",
        [
            *(*range(130, 140), *range(145, 150), *range(150, 154), *range(155, 160), 162, *range(165, 168)),
            *(*range(170, 174), *range(175, 179), *range(180, 194), *range(195, 200)),
        ],
    )
    def test_of_every_allotted_prefix_is_a_mobile(self, prefix: int) -> None:
        assert normalise_phone(f"{prefix}12345678") == f"+86{prefix}12345678"

    @pytest.mark.parametrize("prefix", [154, 163, 179, 194])
    def test_of_a_prefix_that_is_new_to_us_is_not_refused(self, prefix: int) -> None:
        assert normalise_phone(f"{prefix}12345678") == f"+86{prefix}12345678"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "1381234567",
            "138123456789",
            "0596-8512345",
            "010-12345678",
            "13491234567",
            "16191234567",
            "17412345678",
            "14012345678",
            "14412345678",
            "1400123456789",
            "1440123456789",
            "1064812345678",
            "106912345678",
            "10691234567",
            "12333",
            "4001234567",
            "+85291234567",
            "+14155552671",
            "13812345678 转 5",
            "13812345678;ext=5",
            "1381234CALL",
            "13812345678/13912345678",
            "1381234567\u0668",
            "+99913812345678",
            "++8613812345678",
        ],
    )
    def test_that_no_sms_of_ours_reaches_is_refused(self, text: str) -> None:
        assert refusal(normalise_phone, text) == "bad_phone"

    @steady
    @given(st.from_regex(r"1(3[0-35-9]|5[0-9]|8[0-9]|9[0-9])[0-9]{8}", fullmatch=True))
    def test_is_its_own_normal_form(self, national: str) -> None:
        assert normalise_phone(national) == normalise_phone(normalise_phone(national)) == f"+86{national}"

    @steady
    @given(st.text(max_size=30))
    def test_is_either_normalised_or_refused_whatever_the_text(self, text: str) -> None:
        try:
            assert normalise_phone(text).startswith("+861")
        except IdentityError as refused:
            assert refused.code == "bad_phone"  # noqa: PT017

    def test_is_shown_without_its_middle(self) -> None:
        assert mask_phone("+8613812345678") == "138****5678"

    @pytest.mark.parametrize("text", ["", "13812345678", "+85291234567", "0596-8512345"])
    def test_is_hidden_whole_if_it_is_not_normalised(self, text: str) -> None:
        assert mask_phone(text) == "*" * 11
