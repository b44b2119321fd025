"""Passwords: rules that a person can keep, and Argon2id (RFC 9106, its second recommended setting).

The rules follow NIST SP 800-63B: long, not the account's name, not one that everybody tries; no character classes and
no yearly change, which only make people write them down.
"""

import asyncio
import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher, profiles
from argon2.exceptions import Argon2Error, InvalidHashError

LEAST, MOST = 12, 128
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5
_AT_ONCE: Final = 2  # each takes 64 MiB: a flood of logins waits in line instead of filling the memory
_TRIED: Final = frozenset({
    "password", "passw0rd", "qwertyuiop", "1qaz2wsx3edc", "qazwsxedc", "woaini", "iloveyou", "5201314", "1314520",
    "administrator", "welcome", "letmein", "zhangzhou", "bangfu", "abcdefghijkl", "asdfghjkl", "zxcvbnm", "qwerty",
})  # fmt: skip
_RUNS: Final = ("01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz")
_FEW_DIFFERENT: Final = 5
_HASHER: Final = PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)
_turns = asyncio.Semaphore(_AT_ONCE)


def problem_of(password: str, user_id: str) -> str | None:
    """Return what is wrong with a password, as a key `password.<problem>` of the words; None: nothing."""
    plain = password.casefold()
    if len(password) < LEAST:
        return "short"
    if len(password) > MOST:
        return "long"
    if user_id.casefold() in plain:
        return "own_name"
    rest = "".join(letter for letter in plain if letter.isalpha())
    digits = "".join(letter for letter in plain if letter.isdigit())
    if rest in _TRIED or digits in _TRIED or plain in _TRIED or plain in _runs() or len(set(plain)) < _FEW_DIFFERENT:
        return "common"
    return None


def generated() -> str:
    """Return a password that nobody can guess and anybody can type: `k7mwp-...`, 99 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


async def hashed(password: str) -> str:
    """Return what is kept of a password; takes some 50 ms of a processor and 64 MiB."""
    async with _turns:
        return await asyncio.to_thread(_HASHER.hash, password)


async def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is the one that was kept; without one it takes as long to say no."""
    async with _turns:
        return await asyncio.to_thread(_matches, password[: MOST + 1], kept)


def _matches(password: str, kept: str | None) -> bool:
    try:
        _HASHER.verify(kept or _nobodys(), password)
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_hex(32))


@cache
def _runs() -> frozenset[str]:
    return frozenset(run[start:end] for run in _RUNS for start in range(len(run)) for end in range(start, len(run) + 1))
