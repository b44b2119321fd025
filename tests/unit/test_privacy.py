import pickle
import re
from base64 import b32encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identity import normalise_id_number, normalise_phone
from shared.privacy import Sealer, SealError, content_hash, person_id, phone_id, sealed_place
from tests.support.properties import steady

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
NUMBER = "350622198502031219"
PHONE = "+8613812345678"
PLACE = sealed_place("vault", "id_number", "pabc")


class TestPersonId:
    def test_is_the_same_for_ever(self) -> None:
        assert person_id(KEY, NUMBER) == "ps256oj3gxsczv4lvzm75fvepe"

    def test_is_a_token_of_a_subject(self) -> None:
        assert re.fullmatch(r"p[a-z2-7]{25}", person_id(KEY, NUMBER))

    def test_is_one_for_both_forms_of_a_number(self) -> None:
        legacy, modern = "350624600520002", "35062419600520002x"

        assert person_id(KEY, normalise_id_number(legacy)) == person_id(KEY, normalise_id_number(modern))

    def test_differs_from_person_to_person_and_from_key_to_key(self) -> None:
        assert len({person_id(KEY, NUMBER), person_id(OTHER_KEY, NUMBER), person_id(KEY, "350681198502031219")}) == 3

    def test_is_no_public_hash_of_the_number(self) -> None:
        public = b32encode(sha256(NUMBER.encode()).digest()).decode().lower()

        assert person_id(KEY, NUMBER)[1:] != public[:25]

    @pytest.mark.parametrize("text", ["350622620401013", "35062419600520002x", " 350622198502031219", ""])
    def test_is_refused_for_a_number_that_is_not_normalised(self, text: str) -> None:
        with pytest.raises(ValueError, match="normalised") as refused:
            person_id(KEY, text)

        assert not text or text not in str(refused.value)

    @pytest.mark.parametrize("key", [b"", b"short", bytes(31), bytes(33)])
    def test_needs_a_whole_key(self, key: bytes) -> None:
        with pytest.raises(SealError, match="32 random bytes"):
            person_id(key, NUMBER)


class TestPhoneId:
    def test_is_the_same_for_ever(self) -> None:
        assert phone_id(KEY, PHONE) == "hzpfxdayoycjwqx5cwzquhj47z"

    def test_is_a_token_of_a_subject(self) -> None:
        assert re.fullmatch(r"h[a-z2-7]{25}", phone_id(KEY, PHONE))

    def test_is_one_for_every_spelling_of_a_number(self) -> None:
        assert phone_id(KEY, normalise_phone("138-1234-5678")) == phone_id(KEY, PHONE)

    def test_is_refused_for_a_number_that_is_not_normalised(self) -> None:
        with pytest.raises(ValueError, match=r"E\.164") as refused:
            phone_id(KEY, "13812345678")

        assert "13812345678" not in str(refused.value)


class TestContentHash:
    def test_is_equal_for_equal_bytes_only(self) -> None:
        assert content_hash(KEY, b"{}") == content_hash(KEY, b"{}")
        assert content_hash(KEY, b"{}") != content_hash(KEY, b"{ }")
        assert content_hash(KEY, b"{}") != content_hash(OTHER_KEY, b"{}")

    def test_is_64_hexadecimal_digits_and_no_public_hash(self) -> None:
        assert re.fullmatch(r"[0-9a-f]{64}", content_hash(KEY, b"{}"))
        assert content_hash(KEY, b"{}") != sha256(b"{}").hexdigest()

    def test_of_a_number_does_not_give_away_its_pseudonym(self) -> None:
        assert content_hash(KEY, NUMBER.encode())[:10] != person_id(KEY, NUMBER)[1:11]


class TestSealedPlace:
    def test_names_collection_field_and_record(self) -> None:
        assert sealed_place("vault", "id_number", "pabc") == "vault/id_number/pabc"

    @pytest.mark.parametrize(
        "parts", [("", "f", "r"), ("c", "", "r"), ("c", "f", ""), ("c/f", "f", "r"), ("c", "f", "r/")]
    )
    def test_cannot_pass_for_another(self, parts: tuple[str, str, str]) -> None:
        with pytest.raises(SealError) as refused:
            sealed_place(*parts)

        assert refused.value.code == "bad_place"


class TestSealer:
    @steady
    @given(st.binary(max_size=200))
    def test_opens_what_it_sealed(self, plaintext: bytes) -> None:
        key = Sealer.new_key()

        assert Sealer.unseal(key, Sealer.seal(key, plaintext, PLACE), PLACE) == plaintext

    def test_makes_other_bytes_each_time(self) -> None:
        assert len({Sealer.seal(KEY, b"same", PLACE) for _ in range(1000)}) == 1000

    def test_makes_keys_that_differ(self) -> None:
        assert len({Sealer.new_key() for _ in range(100)}) == 100
        assert len(Sealer.new_key()) == 32

    def test_hides_the_plaintext(self) -> None:
        sealed = Sealer.seal(KEY, NUMBER.encode(), PLACE)

        assert NUMBER.encode() not in sealed
        assert len(sealed) == 1 + 4 + 12 + len(NUMBER) + 16

    def test_opens_what_an_earlier_release_sealed(self) -> None:
        sealed = bytes.fromhex("01116b4852f20fbc105b32d38e62d14511e7013612bb4fc40689c941b30e9fd9d1d5ca65")

        assert Sealer.unseal(KEY, sealed, PLACE) == b"Lin"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            sealed_place("cards", "id_number", "pabc"),
            sealed_place("vault", "phone", "pabc"),
            sealed_place("vault", "id_number", "pabd"),
        ],
    )
    def test_does_not_open_a_field_that_was_moved(self, elsewhere: str) -> None:
        assert refusal(KEY, Sealer.seal(KEY, b"Lin", PLACE), elsewhere) == "altered"

    def test_does_not_open_under_the_key_of_another_person(self) -> None:
        assert refusal(OTHER_KEY, Sealer.seal(KEY, b"Lin", PLACE), PLACE) == "other_key"

    @steady
    @given(st.integers(0, 1 + 4 + 12 + 3 + 16 - 1), st.integers(1, 255))
    def test_does_not_open_with_any_byte_changed(self, place: int, change: int) -> None:
        sealed = bytearray(Sealer.seal(KEY, b"Lin", PLACE))
        sealed[place] ^= change

        expected = "not_sealed" if place == 0 else "other_key" if place < 5 else "altered"
        assert refusal(KEY, bytes(sealed), PLACE) == expected

    @pytest.mark.parametrize("sealed", [b"", b"\x01", bytes(100), b"\x01" + bytes(31)])
    def test_does_not_open_what_was_never_sealed(self, sealed: bytes) -> None:
        assert refusal(KEY, sealed, PLACE) == "not_sealed"

    def test_does_not_seal_without_a_place_or_a_whole_key(self) -> None:
        with pytest.raises(SealError, match="bad_place"):
            Sealer.seal(KEY, b"Lin", "")
        with pytest.raises(SealError, match="bad_key"):
            Sealer.seal(b"short", b"Lin", PLACE)


class TestSealError:
    def test_is_the_same_error_in_another_process(self) -> None:
        copy = pickle.loads(pickle.dumps(SealError("altered")))  # noqa: S301 - our own bytes

        assert (copy.code, str(copy)) == ("altered", str(SealError("altered")))


def refusal(key: bytes, sealed: bytes, place: str) -> str:
    """Return the code of a refusal to open."""
    with pytest.raises(SealError) as refused:
        Sealer.unseal(key, sealed, place)
    return refused.value.code
