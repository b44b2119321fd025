"""How offers and their messages are named and ordered.

Ids derive from what caused the offer, so that a rerun makes the same ones. An offer and its message share their hash:
each id can be worked out from the other, which a receipt, knowing only the message, relies on.
"""

import hashlib
from dataclasses import dataclass

from shared.events.offers import OfferProposed

_HASH_CHARACTERS = 32
_OFFER, _MESSAGE, _REMINDER, _TAKEN, _ANSWER = "o-", "m-", "r-", "k-", "a-"
_PREFIX_CHARACTERS = 2


@dataclass(frozen=True, slots=True, order=True)
class OfferRef:
    """An offer as the person and the vacancy remember it; sorts by when it was made, then by how good it is.

    Args:
        sequence: Number of the fact that led to the offer.
        score_bp: Score of the offer; of several made at once the best counts as the latest.
    """

    sequence: int
    score_bp: int
    offer_id: str
    person_id: str
    vacancy_id: str


def offer_id_for(cause_id: str, person_id: str, vacancy_id: str) -> str:
    """Return the id of the offer that a message leads to: 34 characters of a-z, 0-9 and `-`."""
    digest = hashlib.sha256(f"{cause_id}\n{person_id}\n{vacancy_id}".encode()).hexdigest()
    return _OFFER + digest[:_HASH_CHARACTERS]


def message_id_of(offer_id: str) -> str:
    """Return the id of the message that carries an offer."""
    return _MESSAGE + offer_id.removeprefix(_OFFER)


def reminder_id_of(offer_id: str) -> str:
    """Return the id of the one reminder of an offer, so that there is at most one."""
    return _REMINDER + offer_id.removeprefix(_OFFER)


def taken_id_of(offer_id: str) -> str:
    """Return the id of the message that tells who accepted an offer that its place is taken."""
    return _TAKEN + offer_id.removeprefix(_OFFER)


def answer_id_for(cause_id: str) -> str:
    """Return the id of the message that confirms a reply."""
    return _ANSWER + hashlib.sha256(cause_id.encode()).hexdigest()[:_HASH_CHARACTERS]


def offer_id_of(message_id: str) -> str:
    """Return the id of the offer that a message is about; of a message that is about none, an id nobody has."""
    return _OFFER + message_id[_PREFIX_CHARACTERS:]


def ref_of(event: OfferProposed) -> OfferRef:
    """Return the reference to a proposed offer."""
    return OfferRef(event.market_sequence, event.score_bp, event.offer_id, event.person_id, event.vacancy_id)


def without(refs: tuple[OfferRef, ...], offer_id: str) -> tuple[OfferRef, ...]:
    """Return the references but one."""
    return tuple(ref for ref in refs if ref.offer_id != offer_id)
