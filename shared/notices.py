"""How a public notice names who is paid: nobody can be followed from notice to notice. Pure."""

from typing import Final

from shared.events.types import is_person_id

_SHOWN: Final = 4  # characters of a pseudonym at either end that a notice shows


def masked(payee: str) -> str:
    """Return a payee as a notice may name it: a person cut short, an employer by its credit code, which is public."""
    return f"{payee[: _SHOWN + 1]}****{payee[-_SHOWN:]}" if is_person_id(payee) else payee
