"""Facts about employers and their vacancies."""

from typing import Annotated

from pydantic import Field

from shared.events.contract import Fact
from shared.events.people import Location
from shared.events.types import (
    County,
    Day,
    Education,
    EmployerKind,
    EmployerSize,
    EntityId,
    Fen,
    Label,
    Name,
    PostKind,
    ProgrammeName,
    Status,
    Text,
    Township,
    Uscc,
)

Openings = Annotated[int, Field(ge=1, le=100_000)]
OfVacancy = Annotated[str, Field(pattern=r"^[0-9A-HJ-NP-RTUW-Y]{18}$")]  # sent or, if left out, known to registry
Age = Annotated[int, Field(ge=16, le=100)]


class EmployerRegistered(Fact, topic="employer.registered", entity="uscc"):
    """An employer, by its unified social credit code (GB 32100-2015)."""

    class Personal(Fact.Personal):
        """A sole trader's phone is a person's: it stays in the vault."""

        contact_phone: Annotated[str, Field(max_length=20)] | None = None

    uscc: Uscc
    name: Name
    kind: EmployerKind
    size: EmployerSize
    county: County
    insured_county: County


class VacancyOpened(Fact, topic="vacancy.opened", entity="vacancy_id", partition="uscc"):
    """Places to fill at an employer."""

    vacancy_id: EntityId
    uscc: Uscc
    title: Label
    post_kind: PostKind
    openings: Openings
    county: County
    skills: Annotated[list[Label], Field(max_length=30)]
    township: Township | None = None
    location: Location | None = None
    occupation: Label | None = None
    education_min: Education | None = None
    age_min: Age | None = None
    age_max: Age | None = None
    wage_min_fen: Fen | None = None
    wage_max_fen: Fen | None = None
    closes_on: Day | None = None
    reserved_for: Annotated[list[Status], Field(max_length=7)] | None = None
    programme: ProgrammeName | None = None
    local_only: bool | None = None


class VacancyChanged(Fact, topic="vacancy.changed", entity="vacancy_id", partition="uscc"):
    """What changed about a vacancy; a field that is left out stays as it was."""

    vacancy_id: EntityId
    uscc: OfVacancy = ""
    title: Label | None = None
    post_kind: PostKind | None = None
    openings: Openings | None = None
    county: County | None = None
    skills: Annotated[list[Label], Field(max_length=30)] | None = None
    township: Township | None = None
    location: Location | None = None
    occupation: Label | None = None
    education_min: Education | None = None
    age_min: Age | None = None
    age_max: Age | None = None
    wage_min_fen: Fen | None = None
    wage_max_fen: Fen | None = None
    closes_on: Day | None = None
    reserved_for: Annotated[list[Status], Field(max_length=7)] | None = None
    programme: ProgrammeName | None = None
    local_only: bool | None = None


class VacancyClosed(VacancyChanged, topic="vacancy.closed", entity="vacancy_id", partition="uscc"):
    """A vacancy takes nobody any more; upstream may send the vacancy's other fields again."""

    reason: Text | None = None
