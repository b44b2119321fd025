"""SMPP 3.4 on the wire: framing, and the few PDUs that a client writes; the fields are the codec's of smpp34. Pure.

SMPP 3.4, 3.2 (header), 4.1.5 (bind_transceiver), 4.6.2 (deliver_sm_resp), 5.1.2.1 (command_id).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

BIND, SUBMIT, DELIVER, UNBIND, ENQUIRE, ALERT = 0x09, 0x04, 0x05, 0x06, 0x15, 0x102
ANSWER: Final = 0x80000000
NACK: Final = 0x80000000
SEQUENCE_MAX: Final = 0x7FFFFFFF
PDU_MAX: Final = 70_000  # a payload of 64 KiB and its header; what is longer is no SMPP

_HEADER: Final = struct.Struct(">IIII")
_VERSION: Final = 0x34


class FramingError(Exception):
    """What comes is no SMPP; where the next PDU begins can never be told again."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One PDU: the fields of its header, and all its octets."""

    command: int
    status: int
    sequence: int
    octets: bytes

    @property
    def body(self) -> bytes:
        """Return what stands behind the header."""
        return self.octets[_HEADER.size :]


def framed(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    """Return a PDU as it goes over the wire; its length is counted, never claimed."""
    return _HEADER.pack(_HEADER.size + len(body), command, status, sequence) + body


def body_of(octets: bytes) -> bytes:
    """Return a PDU of the codec without its header."""
    return octets[_HEADER.size :]


def taken(buffer: bytearray) -> Iterator[Pdu]:
    """Take whole PDUs off the front of what was read; what is not whole yet stays.

    Raises:
        FramingError: A length that no PDU has.
    """
    while len(buffer) >= _HEADER.size:
        size, command, status, sequence = _HEADER.unpack_from(buffer)
        if not _HEADER.size <= size <= PDU_MAX:
            raise FramingError(f"a PDU of {size} octets")
        if len(buffer) < size:
            return
        octets = bytes(buffer[:size])
        del buffer[:size]
        yield Pdu(command, status, sequence, octets)


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """Return what a `bind_transceiver` says: who we are, and that any address may come to us."""
    words = b"".join(each.encode("latin-1") + b"\0" for each in (system_id, password, system_type))
    return words + bytes([_VERSION, 0, 0]) + b"\0"


def message_id_of(pdu: Pdu) -> str:
    """Return what an answer calls the message; empty where it says nothing."""
    return pdu.body.partition(b"\0")[0].decode("latin-1")
