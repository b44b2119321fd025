"""What a receipt says in one word: its status, or why, where an officer has to do something else about it. Pure.

Details are codes of gateways; ours are words. The codes for a number that nobody has: `err:001` of SMPP receipts and
`MK:0001`, `MI:0001` of mainland carriers (unknown subscriber, 3GPP TS 29.002), and what adapters spell out.
"""

import re
from typing import Final

NO_CONTACT: Final = "no_contact"
NO_MOBILE: Final = "no_mobile"
WRONG_NUMBER: Final = "wrong_number"
SENSITIVE: Final = "sensitive_words"

_OURS: Final = frozenset({NO_CONTACT, NO_MOBILE, SENSITIVE})
_NOBODYS: Final = re.compile(
    r"unknown.?subscriber|wrong.?number|invalid.?(number|destination|dest)|number.?not.?(exist|in.?use)|unassigned"
    r"|空号|停机|\berr[:=_]?0*1\b|\bM[KI]:?0*1\b",
    re.IGNORECASE,
)


def word_of(status: str, detail: str | None) -> str:
    """Return the one word: a status of `sms.receipt`, or one of ours."""
    if detail is None or status not in ("rejected", "undelivered"):
        return status
    if status == "rejected" and detail in _OURS:
        return detail
    return WRONG_NUMBER if _NOBODYS.search(detail) else status
