"""What a receipt says in one word: its status, or why, where an officer has to do something else about it. Pure.

Details are codes of gateways; ours are words. The codes for a number that nobody has: `err:001` of SMPP receipts and
`MK:0001`, `MI:0001` of mainland carriers (unknown subscriber, 3GPP TS 29.002), and what adapters spell out.
"""

import re
from typing import Any, Final, Protocol

from shared.events.envelope import Envelope
from shared.events.offers import SmsReceipt

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


class _Said(Protocol):
    """What is known of a message: a status of `sms.receipt`, when (RFC 3339), and perhaps a code for why."""

    @property
    def message_id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def at(self) -> str: ...
    @property
    def detail(self) -> str | None: ...


def receipt_of(said: _Said, source: str) -> Envelope:
    """Return the fact about a message; the same always gives the same bytes."""
    data: dict[str, Any] = {"message_id": said.message_id, "status": said.status, "at": said.at}
    if said.detail is not None:
        data["detail"] = said.detail
    return Envelope(
        id=f"{said.message_id}-{said.status}",
        source=source,
        type=SmsReceipt.event_type(),
        data=data,
        subject=said.message_id,
        time=said.at,
    )
