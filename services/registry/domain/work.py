"""Employers, their vacancies, and the employments by which later facts find person and employer."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from shared.events.employers import EmployerRegistered, VacancyChanged, VacancyClosed, VacancyOpened
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True)
class Employer:
    """What facts about an employment carry of the employer."""

    known: bool = False
    kind: str = ""
    size: str = ""
    insured_county: str = ""


def _employers(message: Message) -> Iterable[str]:
    return (message.event.uscc,) if isinstance(message.event, EmployerRegistered) else ()


def _evolve_employer(employer: Employer, message: Message) -> Employer:
    match message.event:
        case EmployerRegistered() as new:
            return Employer(known=True, kind=new.kind, size=new.size, insured_county=new.insured_county)
        case _:
            return employer


EMPLOYER = Aggregate("employer", Employer, lambda _: Employer(), _evolve_employer, _employers)


@dataclass(frozen=True)
class Vacancy:
    """Whose vacancy it is and whether it is open."""

    uscc: str = ""
    open: bool = False


def _vacancies(message: Message) -> Iterable[str]:
    match message.event:
        case VacancyOpened() | VacancyChanged() as event:
            return (event.vacancy_id,)
        case _:
            return ()


def _evolve_vacancy(vacancy: Vacancy, message: Message) -> Vacancy:
    match message.event:
        case VacancyOpened() as new:
            return Vacancy(new.uscc, open=True)
        case VacancyClosed():
            return replace(vacancy, open=False)
        case _:
            return vacancy


VACANCY = Aggregate("vacancy", Vacancy, lambda _: Vacancy(), _evolve_vacancy, _vacancies)


@dataclass(frozen=True)
class Employment:
    """Who works where since when; what was said when it was confirmed tells a repeat from a contradiction."""

    person_id: str = ""
    uscc: str = ""
    starts_on: date | None = None
    post_kind: str = ""
    said: str = ""
    county: str = ""


def _employments(message: Message) -> Iterable[str]:
    match message.event:
        case EmploymentConfirmed() | EmploymentCorrected() as event:
            return (event.employment_id,)
        case _:
            return ()


def _evolve_employment(employment: Employment, message: Message) -> Employment:
    match message.event:
        case EmploymentConfirmed() as new:
            return Employment(
                new.person_id, new.uscc, new.starts_on, new.post_kind, said(new), new.county or new.insured_county or ""
            )
        case EmploymentCorrected(uscc=str(uscc)):
            return replace(employment, uscc=uscc)
        case _:
            return employment


EMPLOYMENT = Aggregate("employment", Employment, lambda _: Employment(), _evolve_employment, _employments)


def said(fact: EmploymentConfirmed) -> str:
    """Return what upstream said, without what registry added."""
    added = {"employer_kind", "employer_size", "insured_county"}
    return fact.model_dump_json(exclude=added, exclude_none=True)
