"""A text as it goes over the air: one part of UCS-2, or several with a header that joins them again.

Pure. 3GPP TS 23.040: 140 octets a part; 9.2.3.24.1: the header of a message in parts, `05 00 03 reference parts part`.
"""

from dataclasses import dataclass
from typing import Final

from shared.sms.text import PART_UNITS, SINGLE_UNITS

PARTS_MAX: Final = 255
UDHI: Final = 0x40  # esm_class: the text begins with a header
UCS2: Final = 8  # data_coding

_CONCAT_8, _CONCAT_16 = (0x00, 3), (0x08, 4)
_BASIC_PLANE_END: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Joined:
    """Where a part belongs.

    Args:
        reference: Tells the messages of one sender apart, for a while. number: 1 to `parts`.
    """

    reference: int
    parts: int
    number: int


def split(text: str, reference: int) -> list[bytes]:
    """Return a text as the bodies of its parts, each with its header if there are several; no character is cut.

    Args:
        text: With its signature.
        reference: Its lowest eight bits mark the parts of this message.

    Raises:
        ValueError: The text is empty, has more than 255 parts or half of a character.
    """
    pieces = _pieces(text)
    if not text or len(pieces) > PARTS_MAX:
        raise ValueError(f"a text has 1 to {PARTS_MAX} parts")
    bodies = [piece.encode("utf-16-be") for piece in pieces]
    if len(bodies) == 1:
        return bodies
    return [bytes([5, 0, 3, reference & 0xFF, len(bodies), n]) + body for n, body in enumerate(bodies, 1)]


def _pieces(text: str) -> list[str]:
    widths = [1 if ord(character) <= _BASIC_PLANE_END else 2 for character in text]
    if sum(widths) <= SINGLE_UNITS:
        return [text]
    pieces, start, used = [], 0, 0
    for place, width in enumerate(widths):
        if used + width > PART_UNITS:
            pieces.append(text[start:place])
            start, used = place, 0
        used += width
    return [*pieces, text[start:]]


def unwrapped(body: bytes) -> tuple[Joined | None, bytes]:
    """Return the header's word on where a part belongs, if it has one, and what follows the header.

    Raises:
        ValueError: The header is longer than the body, or an element than the header.
    """
    end = 1 + body[0] if body else 1
    if not body or end > len(body):
        raise ValueError("a header ends within its part")
    return _joined(body[1:end]), body[end:]


def _joined(header: bytes) -> Joined | None:
    at = 0
    while at + 1 < len(header):
        kind, size = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + size]
        if len(value) != size:
            raise ValueError("an element ends within its header")
        if (kind, size) in (_CONCAT_8, _CONCAT_16) and 1 <= value[-1] <= value[-2]:
            return Joined(int.from_bytes(value[:-2], "big"), value[-2], value[-1])
        at += 2 + size
    return None
