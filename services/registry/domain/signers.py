"""Who signed about an employment: names that belong to its person, though the fact names only the employment.

The person is known once the fact is decided on. Until then, while it waits for the employment, the vault keeps the
names under the employment itself; as soon as the fact is told of a person they move under that person's key and the
employment's is destroyed (`adapters/vault.py`).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.registry.domain.work import EMPLOYMENT
from shared.events.contract import Event
from shared.events.employment import AgreementSigned
from shared.runner.core import Peek, Personal

_PREFIX: Final = "employment:"  # no pseudonym and no code of the contract holds a colon


def of_employment(fields: Mapping[str, Any]) -> str | None:
    """Return under whom names stand that a fact says of an employment; None where it names none."""
    employment_id = fields.get("employment_id")
    return f"{_PREFIX}{employment_id}" if employment_id else None


def signed(personal: Personal, peek: Peek) -> Personal | None:
    """Return what the vault keeps of who signed: under the person, by employment; None where it is of nobody's."""
    if not personal.subject_id.startswith(_PREFIX):
        return None
    employment_id = personal.subject_id.removeprefix(_PREFIX)
    fields = {f"{name}-{employment_id}": value for name, value in personal.fields.items()}
    return Personal(peek(EMPLOYMENT, employment_id).person_id or personal.subject_id, fields)


def told(events: Iterable[Event]) -> dict[str, str]:
    """Return under whom names may wait whose person events tell, and the person."""
    found: dict[str, str] = {}
    for event in events:
        match event:
            case AgreementSigned(employment_id=str(employment_id), person_id=str(person_id)) if person_id:
                found[f"{_PREFIX}{employment_id}"] = person_id
            case _:
                continue
    return found
