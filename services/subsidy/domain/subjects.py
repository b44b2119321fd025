"""What conditions see of a person, an employer, a placement, a provider on a day (see `SUBJECT_FIELDS`)."""

from datetime import date, timedelta
from typing import Final

from services.subsidy.domain.employment import Employment
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import SUBJECT_FIELDS, Subject
from services.subsidy.domain.provider import Provider
from services.subsidy.domain.record import Graduation, Training
from shared.calendar import age_on

UNKNOWN_AGE = -1
_ONE_DAY = timedelta(days=1)
_NOTHING: Final[Subject] = {
    **dict.fromkeys(SUBJECT_FIELDS, ""),
    "person.age": UNKNOWN_AGE,
    "person.age_yesterday": UNKNOWN_AGE,
    "person.graduations": 0,
}


def on_their_own(person: Person, day: date) -> Subject:
    """Return a person as of a day."""
    return {
        **_NOTHING,
        "person.status": person.status_on(day),
        "person.sex": person.sex,
        "person.age": age_on(person.born_on, day) if person.born_on else UNKNOWN_AGE,
        "person.age_yesterday": age_on(person.born_on, day - _ONE_DAY) if person.born_on else UNKNOWN_AGE,
        "person.graduations": len(person.record.graduations),
    }


def placed(person: Person, employment: Employment, day: date) -> Subject:
    """Return a person in an employment as of a day."""
    return {
        **on_their_own(person, day),
        "employer.kind": employment.kind,
        "employer.size": employment.size,
        "employer.county": employment.insured_county,
        "placement.post_kind": employment.post_kind,
    }


def trained(person: Person, training: Training, provider: Provider) -> Subject:
    """Return a person as of the first day of a course, and its provider as of the last."""
    return {
        **on_their_own(person, training.started_on),
        "provider.kind": provider.kind,
        "provider.in_term": "yes" if provider.is_in_term(training.finished_on) else "no",
    }


def graduated(person: Person, graduation: Graduation, day: date) -> Subject:
    """Return a person with one graduation as of a day."""
    return {**on_their_own(person, day), "graduation.school_kind": graduation.school_kind}


def employing(kind: str, size: str, county: str) -> Subject:
    """Return an employer for itself, without any person."""
    return {**_NOTHING, "employer.kind": kind, "employer.size": size, "employer.county": county}


def appraised(kind: str, grade: str, county: str) -> Subject:
    """Return an organisation by its appraisal."""
    return {**_NOTHING, "organisation.kind": kind, "organisation.grade": grade, "organisation.county": county}
