"""A matter for an officer: what has the same kind and matter is one alert. Pure."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.notify.domain.rules import Kind
from shared.events.envelope import NAMESPACE

MATTER_MAX: Final = 160  # what `AlertRaised.matter` holds
_DIGEST: Final = 32


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing that an officer should hear of; what has the same kind and matter is one alert.

    Args:
        case_id: The person whose coordinator is told; None: the office of the county. Only a person whose events
            come to the same partition as this message, or the coordinator would be found by luck.
        person_id: The person it is about, told or not.
        amount_fen: Money that moved; the alert adds it up. Of an ending: what of it is settled.
        is_over: The matter needs nobody any more; with an amount, once nothing is left of the alert's.
        due_on: The day by which it is to be done, where the matter itself has one.
        starts_on: The day on which somebody can first act, where that is later than the day of the alert.
    """

    kind: Kind
    matter: str
    county: str | None = None
    case_id: str | None = None
    person_id: str | None = None
    amount_fen: int = 0
    details: Mapping[str, str] = field(default_factory=dict)
    is_over: bool = False
    due_on: date | None = None
    starts_on: date | None = None

    @property
    def alert_id(self) -> str:
        """Return the alert's id, a function of its matter."""
        return str(uuid.uuid5(NAMESPACE, f"alert\n{self.kind}\n{self.matter}"))


def about_person(
    kind: Kind, matter: str, person_id: str, details: Mapping[str, str], county: str | None = None
) -> Occurrence:
    """Return a matter of a person, of which their coordinator is told."""
    return Occurrence(kind, matter, county, case_id=person_id, person_id=person_id, details=details)


def matter_of(*parts: str) -> str:
    """Return the parts as one text; what is too long for the contract keeps its beginning and a digest of the whole."""
    whole = "/".join(parts)
    if len(whole) <= MATTER_MAX:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST]
    return f"{whole[: MATTER_MAX - _DIGEST - 1]}~{digest}"
