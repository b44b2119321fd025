import pickle
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identity import (
    IdentityError,
    born_on,
    make_id_number,
    make_uscc,
    mask_id_number,
    mask_name,
    normalise_id_number,
    normalise_uscc,
    sex,
)
from tests.support.properties import steady
from tests.support.spelling import FULL_WIDTH, refusal

MAN_OF_YUNXIAO = "350622198502031219"
WOMAN_OF_ZHAOAN = "35062419600520002X"
PEOPLE = [
    (MAN_OF_YUNXIAO, date(1985, 2, 3), "male"),
    (WOMAN_OF_ZHAOAN, date(1960, 5, 20), "female"),
    ("350681198502031219", date(1985, 2, 3), "male"),
    ("350604200101010115", date(2001, 1, 1), "male"),
    ("350622200002290185", date(2000, 2, 29), "female"),
]
ORGANISATIONS = ["91350622MA2XN0K4TC", "91350628789012345G", "93350624MA31ABCD0L", "12350600004123456F"]
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
regions = st.from_regex(r"[1-8][0-9]{5}", fullmatch=True)
births = st.dates(date(1900, 1, 1), date(2026, 12, 31))
ids = st.builds(make_id_number, regions, births, st.integers(0, 999))
usccs = st.builds(
    lambda head, region, tail: make_uscc(head + region + tail),
    st.text(USCC_ALPHABET, min_size=2, max_size=2),
    regions,
    st.text(USCC_ALPHABET, min_size=9, max_size=9),
)


class TestResidentIdentityNumber:
    @pytest.mark.parametrize(("number", "birth", "its_sex"), PEOPLE)
    def test_says_when_its_bearer_was_born_and_of_which_sex(self, number: str, birth: date, its_sex: str) -> None:
        assert normalise_id_number(number) == number
        assert born_on(number) == birth
        assert sex(number) == its_sex

    @pytest.mark.parametrize(
        ("legacy", "number"),
        [("350622620401013", "350622196204010138"), ("350624600520002", WOMAN_OF_ZHAOAN)],
    )
    def test_of_fifteen_digits_is_the_same_person_with_eighteen(self, legacy: str, number: str) -> None:
        assert normalise_id_number(legacy) == number

    @pytest.mark.parametrize(
        "spelling",
        [
            "35062419600520002x",
            "35062419600520002X".translate(FULL_WIDTH),
            "35062419600520002x".translate(FULL_WIDTH),
            "350624600520002".translate(FULL_WIDTH),
            " 350624 19600520 002X\t",
            "\u3000350624\u00a019600520002X\n",
            "35062419600520002\u2169",
        ],
    )
    def test_has_one_spelling_whatever_the_keyboard(self, spelling: str) -> None:
        assert normalise_id_number(spelling) == WOMAN_OF_ZHAOAN

    @pytest.mark.parametrize("region", ["350681", "350604", "350605", "350603", "350999", "830000"])
    def test_of_an_abolished_new_or_unlisted_region_code_is_accepted(self, region: str) -> None:
        number = make_id_number(region, date(1985, 2, 3), 121)

        assert normalise_id_number(number) == number

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "bad_length"),
            ("35062219850203121", "bad_length"),
            ("3506221985020312199", "bad_length"),
            ("35062262040101", "bad_length"),
            ("35062219850203121A", "bad_characters"),
            ("3506221985020312X9", "bad_characters"),
            ("35062262040101X", "bad_characters"),
            ("35062219850203121\u0669", "bad_characters"),
            ("35062419600520002\u0425", "bad_characters"),
            ("3.50622198502031E1", "bad_characters"),
            ("350622198502301219", "bad_date"),
            ("350622198513031219", "bad_date"),
            ("350622189912311219", "bad_date"),
            ("350622000002031219", "bad_date"),
            ("350622190002290185", "bad_date"),
            ("350622630229013", "bad_date"),
            ("350622198502031218", "bad_check_digit"),
            ("35062219850203121X", "bad_check_digit"),
        ],
    )
    def test_that_cannot_be_one_is_refused_by_its_first_fault(self, text: str, code: str) -> None:
        assert refusal(normalise_id_number, text) == code

    def test_of_someone_not_yet_born_on_the_day_of_the_fact_is_refused(self) -> None:
        birth = date(1985, 2, 3)

        assert normalise_id_number(MAN_OF_YUNXIAO, on=birth) == MAN_OF_YUNXIAO
        with pytest.raises(IdentityError) as refused:
            normalise_id_number(MAN_OF_YUNXIAO, on=date(1985, 2, 2))
        assert refused.value.code == "bad_date"

    @steady
    @given(ids)
    def test_is_its_own_normal_form(self, number: str) -> None:
        assert normalise_id_number(number) == number

    @steady
    @given(ids, st.integers(0, 17), st.sampled_from("0123456789X"))
    def test_with_any_one_character_changed_is_refused(self, number: str, place: int, other: str) -> None:
        changed = number[:place] + other + number[place + 1 :]
        if changed != number:
            refusal(normalise_id_number, changed)

    @pytest.mark.parametrize("number", [number for number, _, _ in PEOPLE])
    def test_has_no_valid_number_one_character_away(self, number: str) -> None:
        for place, sign in enumerate(number):
            for other in set("0123456789X") - {sign}:
                refusal(normalise_id_number, number[:place] + other + number[place + 1 :])

    @steady
    @given(ids, st.integers(0, 16))
    def test_with_any_two_neighbours_swapped_is_refused(self, number: str, place: int) -> None:
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        if swapped != number:
            refusal(normalise_id_number, swapped)

    @steady
    @given(regions, st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
    def test_of_the_old_and_the_new_form_never_makes_two_people(self, region: str, birth: date, sequence: int) -> None:
        legacy = f"{region}{birth:%y%m%d}{sequence:03d}"

        assert normalise_id_number(legacy) == make_id_number(region, birth, sequence)

    @steady
    @given(ids)
    def test_ends_in_the_check_digit_of_the_standards_own_weights(self, number: str) -> None:
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))

        assert number[17] == "10X98765432"[total % 11]

    @steady
    @given(st.text(max_size=30))
    def test_is_either_normalised_or_refused_whatever_the_text(self, text: str) -> None:
        try:
            assert len(normalise_id_number(text)) == 18
        except IdentityError as refused:
            assert refused.code in {"bad_length", "bad_characters", "bad_date", "bad_check_digit"}  # noqa: PT017

    @pytest.mark.parametrize(
        ("region", "sequence", "code"),
        [("35062", 1, "bad_length"), ("350622", 1000, "bad_length"), ("35062A", 1, "bad_characters")],
    )
    def test_is_not_made_of_parts_that_are_none(self, region: str, sequence: int, code: str) -> None:
        assert refusal(lambda part: make_id_number(part, date(1985, 2, 3), sequence), region) == code

    def test_states_no_sex_unless_normalised(self) -> None:
        assert refusal(sex, "350622620401013") == "bad_characters"


class TestMaskedIdentityNumber:
    def test_hides_the_birth_date(self) -> None:
        assert mask_id_number(MAN_OF_YUNXIAO) == "350622********1219"
        assert mask_id_number(WOMAN_OF_ZHAOAN) == "350624********002X"

    @pytest.mark.parametrize("text", ["", "350622620401013", "3506221985", "林某某 350622198502031219"])
    def test_hides_all_of_what_is_no_number(self, text: str) -> None:
        assert mask_id_number(text) == "*" * 18


class TestUnifiedSocialCreditCode:
    @pytest.mark.parametrize("code", ORGANISATIONS)
    def test_is_its_own_normal_form(self, code: str) -> None:
        assert normalise_uscc(code) == code
        assert make_uscc(code[:17]) == code

    def test_has_one_spelling_whatever_the_keyboard(self) -> None:
        assert normalise_uscc(" 91350622-ma2xn0k4tc ") == "91350622MA2XN0K4TC"
        assert normalise_uscc("91350622MA2XN0K4TC".translate(FULL_WIDTH)) == "91350622MA2XN0K4TC"

    @pytest.mark.parametrize("prefix", ["N2350622MF1234567", "Y1350622MF1234567"])
    def test_of_a_village_collective_or_other_registry_begins_with_a_letter(self, prefix: str) -> None:
        assert normalise_uscc(make_uscc(prefix)).startswith(prefix)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "bad_length"),
            ("91350622MA2XN0K4T", "bad_length"),
            ("350622100012345", "bad_length"),
            ("91350622MA2XNOK4TC", "bad_characters"),
            ("9135062BMA2XN0K4TC", "bad_characters"),
            ("91350622MA2XN0K4TI", "bad_characters"),
            ("91350622MA2XN0K4TD", "bad_check_digit"),
            ("19350622MA2XN0K4TC", "bad_check_digit"),
        ],
    )
    def test_that_cannot_be_one_is_refused(self, text: str, code: str) -> None:
        assert refusal(normalise_uscc, text) == code

    def test_is_not_made_of_a_prefix_that_is_none(self) -> None:
        assert refusal(make_uscc, "91350622MA2XN0K4") == "bad_length"
        assert refusal(make_uscc, "91350622ma2xn0k4t") == "bad_characters"

    @steady
    @given(usccs, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
    def test_with_any_one_character_changed_is_refused(self, code: str, place: int, other: str) -> None:
        changed = code[:place] + other + code[place + 1 :]
        if changed != code:
            refusal(normalise_uscc, changed)

    @steady
    @given(usccs)
    def test_ends_in_the_check_character_of_the_standards_own_weights(self, code: str) -> None:
        weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
        total = sum(USCC_ALPHABET.index(sign) * weight for sign, weight in zip(code, weights, strict=False))

        assert code[17] == USCC_ALPHABET[(31 - total % 31) % 31]


class TestIdentityError:
    def test_says_what_would_be_right(self) -> None:
        assert "11 digits" in str(IdentityError("bad_phone"))

    def test_is_the_same_error_in_another_process(self) -> None:
        copy = pickle.loads(pickle.dumps(IdentityError("bad_date")))  # noqa: S301 - our own bytes

        assert (copy.code, str(copy)) == ("bad_date", str(IdentityError("bad_date")))


def test_a_name_is_masked_but_for_its_first_sign_and_never_shown_whole() -> None:
    assert [mask_name(name) for name in ("张三", "欧阳小梅", "李", "")] == ["张*", "欧***", "李*", "*"]
