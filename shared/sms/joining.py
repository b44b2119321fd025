"""Parts of incoming texts, until a text is whole. Pure: the moments are handed in."""

from dataclasses import dataclass, field
from typing import Final

from shared.sms.parts import Joined

PATIENCE_S: Final = 600.0
_OPEN_MAX: Final = 1_000

_Key = tuple[str, str, int, int]


@dataclass(slots=True)
class _Open:
    since: float
    pieces: dict[int, str] = field(default_factory=dict)


class Joiner:
    """Joins parts by sender, receiver, reference and number of parts.

    A text that stays incomplete for ten minutes, or too many of them, is handed on with what came of it.
    """

    def __init__(self) -> None:
        self._open: dict[_Key, _Open] = {}

    def add(self, sender: str, to: str, joined: Joined | None, piece: str, now: float) -> str | None:
        """Return the text that is whole with this part, None while parts are missing."""
        if joined is None:
            return piece
        key = (sender, to, joined.reference, joined.parts)
        found = self._open.setdefault(key, _Open(now))
        found.pieces[joined.number] = piece
        if len(found.pieces) < joined.parts:
            return None
        return _text(self._open.pop(key))

    def late(self, now: float) -> list[tuple[str, str, str]]:
        """Return sender, receiver and what there is of each text that is waited for no longer."""
        over = [key for key, found in self._open.items() if now - found.since >= PATIENCE_S]
        over += [key for key in self._open if key not in over][: max(0, len(self._open) - len(over) - _OPEN_MAX)]
        return [(key[0], key[1], _text(self._open.pop(key))) for key in over]


def _text(found: _Open) -> str:
    return "".join(found.pieces[number] for number in sorted(found.pieces))
