"""Whether a queued message may still go out: asked immediately before it does. Pure."""

from datetime import date
from typing import Final, Literal

from services.matching.domain.message import OFFER, QUEUED, Sms
from services.matching.domain.offer import Offer
from services.matching.domain.seeker import Seeker

NO_CONSENT: Final = "no_consent"
_OF_OPEN_OFFERS = frozenset({OFFER, "reminder"})

Verdict = Literal["", "wait", "no_consent"]


def may_go(sms: Sms, offer: Offer, seeker: Seeker, today: date) -> Verdict:
    """Return "" if it may, `wait` if it is over or will be by what is under way, or why it never may.

    Args:
        sms: The message as it is stored now, not as it was when the queue was read.
        offer: The offer that it is about, likewise.
        seeker: Whom it is for.
        today: The open day, or the civil day in China where the clock is the machine's and has gone further.
    """
    if sms.status != QUEUED or (sms.expires_on is not None and sms.expires_on < today):
        return "wait"
    if sms.template in _OF_OPEN_OFFERS:
        return "" if offer.is_open and seeker.consented else "wait"
    return "" if seeker.consented or sms.template == "stopped" else NO_CONSENT
