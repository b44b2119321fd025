"""Texts on the wire, receipts as SMSCs write them, texts in parts, and the setting that names the gateways."""

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ConfigurationError
from shared.settings import Settings
from shared.sms.addresses import Configured, OutboxAddress, callback_of, gateways_of
from shared.sms.binding import SmppAddress
from shared.sms.delivery import is_receipt, report_of, text_of
from shared.sms.gateway import Report
from shared.sms.joining import PATIENCE_S, Joiner
from shared.sms.kannel import HttpAddress
from shared.sms.parts import Joined, split, unwrapped
from shared.sms.text import segments

AT = "2018-03-01T12:00:00+08:00"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=600)


def deliver(body: bytes = b"", esm_class: int = 4, data_coding: int = 0, **tags: bytes) -> smpp34.DeliverSm:
    tlvs = [smpp34.Tlv(getattr(smpp34, f"TLV_{name.upper()}"), value) for name, value in tags.items()]
    return smpp34.DeliverSm("8613812345678", "1069", body, esm_class=esm_class, data_coding=data_coding, tlvs=tlvs)


class TestParts:
    @given(TEXTS)
    def test_a_text_is_split_as_it_is_billed_and_joins_to_itself(self, text: str) -> None:
        bodies = split(text, 5)
        assert len(bodies) == segments(text)
        assert all(len(body) <= 140 for body in bodies)
        pieces = [unwrapped(body)[1] if len(bodies) > 1 else body for body in bodies]
        # Each piece is whole characters: half of one would not decode.
        assert "".join(piece.decode("utf-16-be") for piece in pieces) == text

    @pytest.mark.parametrize(("units", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3)])
    def test_seventy_units_alone_and_sixty_seven_in_parts(self, units: int, parts: int) -> None:
        assert len(split("一" * units, 0)) == parts

    def test_a_pair_that_would_be_cut_moves_to_the_next_part(self) -> None:
        first, second = split("一" * 66 + "😀" * 10, 0x1FF)

        assert (len(first), first[:6], second[:6]) == (138, bytes([5, 0, 3, 255, 2, 1]), bytes([5, 0, 3, 255, 2, 2]))

    @pytest.mark.parametrize("text", ["", "\ud83d", "一" * (67 * 255 + 1)])
    def test_what_no_phone_could_show_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - one of several kinds
            split(text, 0)

    def test_a_header_with_a_reference_of_sixteen_bits_and_other_elements_is_read(self) -> None:
        body = bytes([10, 0x24, 2, 0, 0, 8, 4, 1, 2, 3, 2]) + b"ab"

        assert unwrapped(body) == (Joined(0x102, 3, 2), b"ab")

    @given(st.binary(max_size=20))
    def test_a_broken_header_is_an_error_and_nothing_else(self, body: bytes) -> None:
        try:
            joined, rest = unwrapped(body)
        except ValueError:
            return
        assert body.endswith(rest)
        assert joined is None or 1 <= joined.number <= joined.parts


class TestReceipts:
    @pytest.mark.parametrize(
        ("stat", "status"),
        [
            ("DELIVRD", "delivered"),
            ("EXPIRED", "expired"),
            ("UNDELIV", "undelivered"),
            ("REJECTD", "undelivered"),
            ("DELETED", "undelivered"),
            ("ACCEPTD", None),
            ("UNKNOWN", None),
        ],
    )
    def test_the_words_of_appendix_b(self, stat: str, status: str | None) -> None:
        said = f"id:A1-b sub:001 dlvrd:000 submit date:1803011200 done date:1803011201 stat:{stat} err:000 text:id:x"
        assert report_of(deliver(said.encode()), AT) == Report("A1-b", status, AT)  # type: ignore[arg-type]

    def test_the_optional_parameters_count_before_the_text(self) -> None:
        pdu = deliver(b"id:1 stat:DELIVRD err:0a1", receipted_message_id=b"77\0", message_state=b"\x05")

        assert report_of(pdu, AT) == Report("77", "undelivered", AT, "err_0A1")

    def test_a_receipt_that_names_no_message_is_none(self) -> None:
        assert report_of(deliver(b"stat:DELIVRD"), AT) is None

    @pytest.mark.parametrize(("esm_class", "receipt"), [(0x04, True), (0x44, True), (0x00, False), (0x40, False)])
    def test_esm_class_tells_receipts_from_texts(self, esm_class: int, receipt: bool) -> None:
        assert is_receipt(deliver(b"x", esm_class)) is receipt


class TestTexts:
    @pytest.mark.parametrize(
        ("body", "coding", "text"),
        [
            (b"Y", 0, "Y"),
            ("接受".encode("utf-16-be"), 8, "接受"),
            (b"\x00Y\x00", 8, "Y�"),
            ("é".encode("latin-1"), 3, "é"),
        ],
    )
    def test_are_read_in_their_alphabet(self, body: bytes, coding: int, text: str) -> None:
        assert text_of(deliver(body, 0, coding)) == (None, text)

    def test_a_long_one_stands_in_the_payload(self) -> None:
        assert text_of(deliver(b"", 0, 8, message_payload="好".encode("utf-16-be"))) == (None, "好")

    def test_a_broken_header_is_shown_as_it_came(self) -> None:
        assert text_of(deliver(b"\x09Y", 0x40))[1].endswith("Y")


class TestJoiner:
    def test_joins_by_number_and_keeps_senders_apart(self) -> None:
        joiner = Joiner()
        assert joiner.add("a", "x", Joined(1, 2, 2), "B", 0) is None
        assert joiner.add("b", "x", Joined(1, 2, 1), "C", 0) is None
        assert joiner.add("a", "x", Joined(1, 2, 1), "A", 0) == "AB"

    def test_a_text_that_stays_incomplete_is_handed_on(self) -> None:
        joiner = Joiner()
        joiner.add("a", "x", Joined(1, 3, 3), "C", 0)
        joiner.add("a", "x", Joined(1, 3, 1), "A", 1)

        assert joiner.late(PATIENCE_S - 1) == []
        assert joiner.late(PATIENCE_S) == [("a", "x", "AC")]
        assert joiner.late(PATIENCE_S) == []


class TestSetting:
    def test_names_gateways_in_order(self) -> None:
        found = gateways_of(
            "smpp://bangfu:p%40ss@smsc.example:2775?from=10690000&window=20&cap=20000 "
            "http://u:p@10.0.0.8:13013/cgi-bin/sendsms?name=kannel outbox",
            "http://127.0.0.1:1/secret",
        )

        assert found == [
            Configured(
                SmppAddress("smpp-smsc-example-2775", "smsc.example", 2775, "bangfu", "p@ss", "10690000", window=20),
                20_000,
            ),
            Configured(
                HttpAddress(
                    "kannel", "http://10.0.0.8:13013/cgi-bin/sendsms", "u", "p", callback="http://127.0.0.1:1/secret"
                )
            ),
            Configured(OutboxAddress()),
        ]

    def test_is_the_outbox_where_nothing_is_said(self) -> None:
        assert gateways_of(Settings().sms_gateways.get_secret_value()) == [Configured(OutboxAddress())]

    @pytest.mark.parametrize(
        "setting",
        [
            "",
            "outbox outbox",
            "ftp://user:hunter2@host:1",
            "smpp://user:hunter2@host",
            "smpp://user:hunter2@host:99999",
            "smpp://:hunter2@host:2775",
            "smpp://user:hunter2hunter2@host:2775",
            "smpp://user:hunter2@host:2775?window=0",
            "smpp://user:hunter2@host:2775?cap=many",
            "smpp://user:hunter2@host:2775?password=hunter2",
            "smpp://user:hunter2@host:2775?name=A_b",
            "smpp://user:hunter2@host:2775?from=+86 138",
            "http://user:hunter2@host",
            "http://host/sendsms",
            "http://user:hunter2@host/sendsms?method=put",
            "http://user:hunter2@host/sendsms?cap",
        ],
    )
    def test_a_wrong_one_is_told_without_its_password(self, setting: str) -> None:
        with pytest.raises(ConfigurationError) as caught:
            gateways_of(setting)

        assert "BANGFU_SMS_GATEWAYS" in str(caught.value)
        assert "hunter2" not in str(caught.value)

    def test_passwords_are_in_no_representation(self) -> None:
        found = gateways_of("smpp://u:hunter2@h:1 http://u:hunter2@h/x", "http://127.0.0.1/hunter2")

        assert "hunter2" not in repr(found)
        assert "hunter2" not in repr(Settings(sms_gateways="smpp://u:hunter2@h:1"))  # type: ignore[arg-type]

    def test_where_gateways_call_us(self) -> None:
        found = callback_of("http://10.0.0.5:8190/0123456789abcdef/", "0.0.0.0:8191", "10.0.0.8, 10.1.0.0/24")

        assert found is not None
        assert (found.url, found.path) == ("http://10.0.0.5:8190/0123456789abcdef", "/0123456789abcdef")
        assert (found.host, found.port, len(found.callers)) == ("0.0.0.0", 8191, 2)  # noqa: S104
        assert callback_of(None, None, "") is None

    @pytest.mark.parametrize(
        ("url", "listen", "callers"),
        [
            ("http://10.0.0.5:8190/short", None, "10.0.0.8"),
            ("10.0.0.5/0123456789abcdef", None, "10.0.0.8"),
            ("http://10.0.0.5:8190/0123456789abcdef", "8190", "10.0.0.8"),
            ("http://10.0.0.5:8190/0123456789abcdef", None, ""),
            ("http://10.0.0.5:8190/0123456789abcdef", None, "kannel"),
        ],
    )
    def test_a_wrong_address_for_calls_is_told_without_its_secret(
        self, url: str, listen: str | None, callers: str
    ) -> None:
        with pytest.raises(ConfigurationError) as caught:
            callback_of(url, listen, callers)

        assert "0123456789abcdef" not in str(caught.value)
