"""Pseudonyms and field encryption: what stands for a person, and what hides one.

A pseudonym is a keyed hash (HMAC-SHA-256). A plain hash would not do: identity numbers and phones can be enumerated.
A field is sealed with AES-256-GCM under a key of its own person, so that destroying the key erases the person wherever
copies of the ciphertext lie. No error of this module carries a plaintext, a key or a number.
"""

import base64
import hmac
import os
import re
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32

_PSEUDONYM_CHARACTERS: Final = 25
_ID_18: Final = re.compile(r"[0-9]{17}[0-9X]")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")

_FORMAT: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_HEADER_BYTES: Final = len(_FORMAT) + _KEY_ID_BYTES

SealCode = Literal["bad_key", "bad_place", "not_sealed", "other_key", "altered"]

_SEAL_MESSAGES: Final[dict[SealCode, str]] = {
    "bad_key": f"a key is {KEY_BYTES} random bytes; Sealer.new_key() makes one",
    "bad_place": "collection, field and record id are not empty and hold no '/'; sealed_place() joins them",
    "not_sealed": "these bytes were not made by Sealer.seal, or are cut short; read the field that was written",
    "other_key": "these bytes were sealed under another key; the person was erased, or this key is another's",
    "altered": "these bytes were altered, or moved from another record or field; restore the record",
}


class SealError(ValueError):
    """A field that cannot be sealed or opened: ``code`` says why, the message what would be right."""

    def __init__(self, code: SealCode) -> None:
        super().__init__(code)
        self.code: SealCode = code

    def __str__(self) -> str:
        return f"{self.code}: {_SEAL_MESSAGES[self.code]}"


def person_id(key: bytes, id18: str) -> str:
    """Return the name of a person inside the system: ``p`` and 25 characters of a-z and 2-7 (125 bits).

    Fit for a token of a NATS subject. The number must be normalised (``shared.identity``), or one person has two names.

    Raises:
        SealError: ``bad_key``.
        ValueError: The number is not normalised.
    """
    if not _ID_18.fullmatch(id18):
        raise ValueError("a person's id is made of a normalised 18-character number; normalise_id_number() makes one")
    return "p" + _pseudonym(key, "person", id18)


def phone_id(key: bytes, e164: str) -> str:
    """Return the name of a phone inside the system: ``h`` and 25 characters of a-z and 2-7 (125 bits).

    Raises:
        SealError: ``bad_key``.
        ValueError: The number is not E.164.
    """
    if not _E164.fullmatch(e164):
        raise ValueError("a phone's id is made of an E.164 number; normalise_phone() makes one")
    return "h" + _pseudonym(key, "phone", e164)


def content_hash(key: bytes, body: bytes) -> str:
    """Return the keyed hash of a message's content, 64 hexadecimal digits: equal for equal bytes, silent about them.

    Raises:
        SealError: ``bad_key``.
    """
    return _keyed(key, "content", body).hex()


def sealed_place(collection: str, field: str, record_id: str) -> str:
    """Return the additional data that binds a sealed field to where it stands: ``collection/field/record_id``.

    Raises:
        SealError: ``bad_place``; a part with a slash could pass for another place.
    """
    parts = (collection, field, record_id)
    if not all(parts) or any("/" in part for part in parts):
        raise SealError("bad_place")
    return "/".join(parts)


class Sealer:
    """Seals single fields with AES-256-GCM.

    A sealed field is: format (1 byte), key id (4), nonce (12), ciphertext, tag (16). The key id only tells a destroyed
    or foreign key from altered bytes; it does not give the key away. Nonces are random, which is sound for 2**32
    fields under one key (NIST SP 800-38D, 8.3).
    """

    @staticmethod
    def new_key() -> bytes:
        """Return a fresh key of 32 bytes."""
        return os.urandom(KEY_BYTES)

    @staticmethod
    def seal(key: bytes, plaintext: bytes, aad: str) -> bytes:
        """Return the sealed field; ``aad`` (see ``sealed_place``) must be given again to open it.

        Raises:
            SealError: ``bad_key`` or ``bad_place``.
        """
        header = _FORMAT + _key_id(key)
        nonce = os.urandom(_NONCE_BYTES)
        return header + nonce + AESGCM(key).encrypt(nonce, plaintext, _bound(header, aad))

    @staticmethod
    def unseal(key: bytes, sealed: bytes, aad: str) -> bytes:
        """Return the plaintext of a sealed field.

        Raises:
            SealError: ``not_sealed``, ``other_key``, ``altered`` (also: another place), ``bad_key`` or ``bad_place``.
        """
        header, nonce = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
        if not sealed.startswith(_FORMAT) or len(sealed) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES:
            raise SealError("not_sealed")
        if not hmac.compare_digest(header, _FORMAT + _key_id(key)):
            raise SealError("other_key")
        try:
            return AESGCM(key).decrypt(nonce, sealed[_HEADER_BYTES + _NONCE_BYTES :], _bound(header, aad))
        except InvalidTag:
            raise SealError("altered") from None


def _bound(header: bytes, aad: str) -> bytes:
    if not aad:
        raise SealError("bad_place")
    return header + aad.encode()


def _key_id(key: bytes) -> bytes:
    return _keyed(key, "key id", b"")[:_KEY_ID_BYTES]


def _pseudonym(key: bytes, kind: str, number: str) -> str:
    return base64.b32encode(_keyed(key, kind, number.encode())).decode().lower()[:_PSEUDONYM_CHARACTERS]


def _keyed(key: bytes, kind: str, body: bytes) -> bytes:
    # The kind keeps apart what one key names: a phone never gets a person's pseudonym. It ends at the zero byte.
    if len(key) != KEY_BYTES:
        raise SealError("bad_key")
    return hmac.digest(key, kind.encode() + b"\0" + body, "sha256")
