"""What conditions see of a person, an employer and a placement on a day (see `SUBJECT_FIELDS`)."""

from datetime import date

from services.subsidy.domain.employment import Employment
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Subject
from shared.calendar import age_on

UNKNOWN_AGE = -1


def placed(person: Person, employment: Employment, day: date) -> Subject:
    """Return a person in an employment as of a day."""
    return {
        "person.status": person.status_on(day),
        "person.sex": person.sex,
        "person.age": age_on(person.born_on, day) if person.born_on else UNKNOWN_AGE,
        "employer.kind": employment.kind,
        "employer.size": employment.size,
        "employer.county": employment.insured_county,
        "placement.post_kind": employment.post_kind,
    }


def employing(kind: str, size: str, county: str) -> Subject:
    """Return an employer for itself, without any person."""
    return {
        "person.status": "",
        "person.sex": "",
        "person.age": UNKNOWN_AGE,
        "employer.kind": kind,
        "employer.size": size,
        "employer.county": county,
        "placement.post_kind": "",
    }
