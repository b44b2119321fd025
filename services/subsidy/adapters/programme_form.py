"""The form of a programme file; see `programmes/*.yaml`. Closed: what it does not name is an error."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.domain.programme import Kind, Unit
from shared.events.types import Label, ParameterName, PostKind, ProgrammeName, Word

Words = Annotated[str, Field(min_length=1, max_length=200)]


class Form(BaseModel):
    """Strict and closed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class DatedForm(Form):
    """A value from a day on, with the document and clause that set it; an explicit null says that none did."""

    from_: Annotated[date, Field(alias="from")]
    value: int | Words | list[Label] | None
    document: Words
    clause: Words
    note: Words | None = None


class ParameterForm(Form):
    """A figure and its history."""

    meaning: Words
    unit: Unit
    when_unset: Literal["nothing_accrues", "does_not_bind"]
    values: Annotated[list[DatedForm], Field(min_length=1)]


class ConditionForm(Form):
    """A CEL expression over person, employer, placement, provider, graduation and parameters that must be true."""

    require: Words
    reason: Word
    says: Words


class SourceForm(Form):
    """Who asks for the programme."""

    document: Words
    clause: Words
    says: Words
    office: Words


class TitleForm(Form):
    """The programme's name in both languages."""

    zh: Words
    en: Words


class GeneralForm(Form):
    """A file with parameters only."""

    parameters: dict[ParameterName, ParameterForm]


class ProgrammeForm(Form):
    """A whole programme."""

    programme: ProgrammeName
    title: TitleForm
    version: date
    source: SourceForm
    kind: Kind
    payee: Literal["employer", "person", "provider", "county"]
    names_person: bool
    period: Literal["month", "quarter", "year"]
    posted: Literal["when_the_fact_arrives", "when_the_day_closes"]
    evidence: list[Words]
    exclusions: list[Words]
    uses: dict[Word, ParameterName]
    conditions: list[ConditionForm]
    post_kinds: list[PostKind] = []
    parameters: dict[ParameterName, ParameterForm]
