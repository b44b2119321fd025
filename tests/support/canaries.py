"""Planted personal values, valid as real ones are, and how to find them again in whatever shape."""

import base64
import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from shared.identity import make_id_number
from tests.support.facts import ACCOUNT, NAME, PHONE, id_number

IDS = tuple(make_id_number("350622", date(1979, 11, 13), number) for number in (713, 714, 715, 716))
WRONG_ID = IDS[0][:-1] + ("7" if IDS[0][-1] != "7" else "8")
NAMES = ("欧阳槿序", "令狐霁澄", "澹台岑溪")
PHONES = ("13859170641", "13959170642", "13659170643", "13759170644")
ACCOUNTS = ("6228480079931457026",)
CANARIES = (*IDS, WRONG_ID, *NAMES, *PHONES, *ACCOUNTS)
_INSTEAD = {
    id_number(): IDS[0],
    id_number(2): IDS[1],
    NAME: NAMES[0],
    PHONE: PHONES[0],
    ACCOUNT: ACCOUNTS[0],
    "138-1234-5679": f"{PHONES[1][:3]}-{PHONES[1][3:7]}-{PHONES[1][7:]}",
    "0596-8512345": PHONES[2],
}
_SPARSE = 1_000_000
_ZEROS = re.compile(rb"\x00{256,}")


def planted(value: Any) -> Any:
    """Return an example in which every personal value is a canary."""
    if isinstance(value, Mapping):
        return {name: planted(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [planted(inner) for inner in value]
    return _INSTEAD.get(value, value) if isinstance(value, str) else value


def logged_and_sent(port: int) -> dict[str, str]:
    """Return the settings: all is logged, and messages, in whose signature a name is planted, go to an SMSC."""
    return {
        "BANGFU_CLOCK": "off",
        "BANGFU_LOG_LEVEL": "debug",
        "BANGFU_LOG_FORMAT": "json",
        "BANGFU_SMS_GATEWAYS": f"smpp://bangfu:secret@127.0.0.1:{port}?name=smsc&from=10690000&cap=1000",
        "BANGFU_SMS_QUIET_HOURS": "off",
        "BANGFU_SMS_CAPS": "off",
        "BANGFU_SMS_SIGNATURE": NAMES[1],
    }


def shapes(canary: str) -> Iterator[tuple[str, bytes]]:
    """Yield the shapes in which a value may lie on a disk, by name; plain digests of a number give it away too."""
    plain = canary.encode()
    yield "utf-8", plain
    yield "utf-16-le", canary.encode("utf-16-le")
    yield "utf-16-be", canary.encode("utf-16-be")
    if not canary.isascii():
        yield "escaped", canary.encode("unicode_escape")
        yield "gb18030", canary.encode("gb18030")
    yield "hex", plain.hex().encode()
    yield "reversed", canary[::-1].encode()
    for shift in range(3):  # base64 of a longer text looks different by where in it the value begins
        coded = base64.b64encode(bytes(shift) + plain)
        yield f"base64+{shift}", coded[(4 * shift + 2) // 3 : -4 if (shift + len(plain)) % 3 else None]
    for digest in ("md5", "sha1", "sha256"):
        yield digest, hashlib.new(digest, plain).hexdigest().encode()
        yield f"{digest} raw", hashlib.new(digest, plain).digest()
    if canary in PHONES:
        yield "dashed", f"{canary[:3]}-{canary[3:7]}-{canary[7:]}".encode()
        yield "E.164 sha256", hashlib.sha256(f"+86{canary}".encode()).hexdigest().encode()


PATTERNS = sorted({(shape, found) for canary in CANARIES for shape, found in shapes(canary)})


@dataclass
class Search:
    """How much was looked at, by place, and what was found there: shapes and places, never values.

    What is allotted on a disk and empty does not count.
    """

    looked: dict[str, int] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)

    def look(self, place: str, data: bytes) -> None:
        """Look for every canary in every shape."""
        kind = place.split(":", maxsplit=1)[0]
        dense = _ZEROS.sub(b"\x00", data) if len(data) > _SPARSE else data
        self.looked[kind] = self.looked.get(kind, 0) + len(dense)
        self.hits += [f"{shape} in {place}" for shape, pattern in PATTERNS if pattern in dense]

    def walk(self, place: str, value: Any) -> None:
        """Look into a document: its names and values, at whatever depth."""
        self.look(place, b"\n".join(_bytes(value)))

    def files(self, kind: str, paths: Iterable[Path]) -> None:
        """Look into files as they lie on the disk."""
        for path in paths:
            if path.is_file():
                self.look(f"{kind}:{path.name}", str(path).encode() + path.read_bytes())

    @property
    def megabytes(self) -> float:
        """Return how much was looked at."""
        return sum(self.looked.values()) / 1e6


def _bytes(value: Any) -> Iterator[bytes]:
    if isinstance(value, Mapping):
        yield from itertools.chain.from_iterable((str(k).encode(), *_bytes(v)) for k, v in value.items())
    elif isinstance(value, list | tuple):
        yield from itertools.chain.from_iterable(map(_bytes, value))
    else:
        yield bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value).encode()
