"""What the `deliver_sm` of an SMSC says: a delivery receipt, or a text of a person. Pure.

SMPP 3.4: 5.2.12 (esm_class), 5.2.19 (data_coding), 5.2.28 (message_state), appendix B (the text of a receipt).
"""

import re
from collections.abc import Mapping
from typing import Final, Protocol

from shared.sms.gateway import FinalStatus, Report
from shared.sms.parts import UDHI, Joined, unwrapped

_KIND, _RECEIPT = 0x3C, 0x04
_PAYLOAD_TAG, _ID_TAG, _STATE_TAG = 0x0424, 0x001E, 0x0427
_STATES: Final[Mapping[int, FinalStatus]] = {
    2: "delivered",
    3: "expired",
    4: "undelivered",
    5: "undelivered",
    8: "undelivered",
}
_WORDS: Final[Mapping[str, FinalStatus]] = {
    "DELIVRD": "delivered",
    "EXPIRED": "expired",
    "DELETED": "undelivered",
    "UNDELIV": "undelivered",
    "REJECTD": "undelivered",
}
_REFERENCE = re.compile(r"\bid:\s*([^\s:]{1,65})", re.IGNORECASE)
_STATUS = re.compile(r"\bstat:\s*([A-Z]{4,7})", re.IGNORECASE)
_ERROR = re.compile(r"\berr:\s*([0-9A-F]{1,3})\b", re.IGNORECASE)
_ALPHABETS: Final[Mapping[int, str]] = {1: "ascii", 3: "latin-1", 8: "utf-16-be"}


class Tag(Protocol):
    """An optional parameter."""

    @property
    def tag(self) -> int: ...  # noqa: D102 - SMPP's own words
    @property
    def value(self) -> bytes: ...  # noqa: D102


class Delivered(Protocol):
    """The fields of a `deliver_sm` that matter here."""

    @property
    def esm_class(self) -> int: ...  # noqa: D102
    @property
    def data_coding(self) -> int: ...  # noqa: D102
    @property
    def short_message(self) -> bytes: ...  # noqa: D102
    @property
    def tlvs(self) -> list[Tag]: ...  # noqa: D102


def is_receipt(pdu: Delivered) -> bool:
    """Tell a delivery receipt from a text of a person."""
    return pdu.esm_class & _KIND == _RECEIPT


def report_of(pdu: Delivered, at: str) -> Report | None:
    """Return what a receipt says; None if it names no message. The optional parameters count before the text."""
    tags = {each.tag: each.value for each in pdu.tlvs}
    said = (pdu.short_message or tags.get(_PAYLOAD_TAG, b"")).decode("latin-1")
    found, word, error = _REFERENCE.search(said), _STATUS.search(said), _ERROR.search(said)
    reference = tags[_ID_TAG].rstrip(b"\0").decode("latin-1") if _ID_TAG in tags else found[1] if found else ""
    if not reference:
        return None
    state = tags.get(_STATE_TAG, b"")
    status = _STATES.get(state[0]) if state else _WORDS.get(word[1].upper()) if word else None
    detail = f"err_{error[1].upper()}" if error and error[1].strip("0") and status != "delivered" else None
    return Report(reference, status, at, detail)


def text_of(pdu: Delivered) -> tuple[Joined | None, str]:
    """Return the text of a person, or a part of it, and where the part belongs.

    What is not readable in its alphabet is read with marks in its place: an officer sees that something came in.
    """
    body = pdu.short_message or next((each.value for each in pdu.tlvs if each.tag == _PAYLOAD_TAG), b"")
    joined: Joined | None = None
    if pdu.esm_class & UDHI:
        try:
            joined, body = unwrapped(body)
        except ValueError:
            joined = None
    # The default alphabet of an SMSC is its own affair; ours answers with digits, Latin letters or UCS-2.
    return joined, body.decode(_ALPHABETS.get(pdu.data_coding & 0x0F, "latin-1"), "replace").rstrip("\0")
