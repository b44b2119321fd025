"""Numbers of people where none belongs: in an id, a reference or a text that would travel in events.

Pure. Found are resident id numbers that keep their check digit (GB 11643-1999), wherever they stand, and the fact's
own personal numbers in any field that is recorded.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from shared.errors import Refused
from shared.events.contract import Fact
from shared.identity import IdentityError, normalise_id_number
from shared.runner.core import Personal

_EIGHTEEN = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86)?1[3-9]\d{9}(?![0-9A-Za-z])")
_NUMBERS = {"id_number", "into_id_number", "from_id_number", "phone", "from", "contact_phone", "account_no"}
_SHORTEST = 7
_LONG_ENOUGH = re.compile(rf"\d{{{_SHORTEST - 1}}}")  # what holds a number of a person has this; most texts do not
_CODES_OF_EMPLOYERS = {"uscc", "sender_uscc"}  # eighteen characters too, told apart by their own check digit


def refuse_in_fact(event: Fact, own: set[str]) -> None:
    """Refuse a recorded form in which a personal number stands, the fact's own or another's.

    Raises:
        Refused: `personal_data_in_field`, with the field's path.
    """
    texts = list(_texts(event.payload(), "data"))
    if not holds_number("\n".join(text for _, text in texts), own):
        return  # as nearly all facts: one look instead of one at each text, and no number goes over a line's end
    for path, text in texts:
        if holds_number(text, own):
            raise Refused("personal_data_in_field", path, "a code of the thing meant, not a number of a person")


def own_numbers(personal: Iterable[Personal]) -> set[str]:
    """Return the digits of the numbers that a fact sends of people, in each of their forms."""
    found: set[str] = set()
    for name, value in (item for one in personal for item in one.fields.items()):
        if name in _NUMBERS and isinstance(value, str):
            digits = re.sub(r"[^0-9Xx]", "", value.removeprefix("+86"))
            found |= {digits, f"{digits[:6]}{digits[8:17]}"} if _EIGHTEEN.fullmatch(digits) else {digits}
    return {digits for digits in found if len(digits) >= _SHORTEST}


def holds_number(text: str, own: Iterable[str] = ()) -> bool:
    """Tell whether a text holds an id number, or one of the numbers given."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if not _LONG_ENOUGH.search(plain):
        return False
    return any(_is_id_number(found) for found in _EIGHTEEN.findall(plain)) or any(number in plain for number in own)


def names_somebody(text: str) -> bool:
    """Tell whether a name given to something else is, or ends in, somebody's id number or mobile phone.

    A phone counts only where it stands by itself: a counter or a digest that runs through one is no phone.
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return holds_number(plain) or _MOBILE.search(plain) is not None


def _is_id_number(digits: str) -> bool:
    try:
        normalise_id_number(digits)
    except IdentityError:
        return False
    return True


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in _CODES_OF_EMPLOYERS:
                yield path, key
                yield from _texts(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}.{number}")
    elif isinstance(value, str):
        yield path, value
