"""A claim as text: the key under which a person, an employer and the ledger keep what they know of it."""

from datetime import date

from shared.events.subsidy import Claim

_COUNTY = 6  # digits of a county's code, GB/T 2260
_SEPARATOR = "|"  # occurs in no programme name, payee, period or person id


def claim_key(claim: Claim) -> str:
    """Return the key of a claim: programme, payee, period, person and first day of the employment."""
    since = claim.since.isoformat() if claim.since else ""
    return _SEPARATOR.join((claim.programme, claim.payee, claim.period, claim.person_id or "", since))


def is_county(code: str) -> bool:
    """Tell whether a payee or subject is a county; people and employers have longer ids."""
    return len(code) == _COUNTY and code.isdecimal()


def claim_of(key: str) -> Claim:
    """Return the claim that a key stands for."""
    programme, payee, period, person_id, since = key.split(_SEPARATOR)
    return Claim(
        programme=programme,
        payee=payee,
        period=period,
        person_id=person_id or None,
        since=date.fromisoformat(since) if since else None,
    )
