"""The form of a programme file; see `programmes/*.yaml`. Closed: what it does not name is an error."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.domain.charter import Rhythm
from services.subsidy.domain.programme import Kind, Unit
from shared.documents import Words
from shared.events.types import Label, ParameterName, PostKind, ProgrammeName, Word

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FactName = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]


class Form(BaseModel):
    """Strict and closed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class DatedForm(Form):
    """A value from a day on, with the document and clause that set it; an explicit null says that none did.

    Args:
        known_on: The day on which the document was issued, where it bears one.
    """

    from_: Annotated[date, Field(alias="from")]
    value: int | Words | list[Label] | None
    document: Words
    clause: Words
    known_on: date | None = None
    note: Words | None = None


class ParameterForm(Form):
    """A figure and its history."""

    meaning: Words
    unit: Unit
    when_unset: Literal["nothing_accrues", "does_not_bind"]
    values: Annotated[list[DatedForm], Field(min_length=1)]


class ConditionForm(Form):
    """A CEL expression over person, employer, placement, provider, graduation, organisation and parameters."""

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


class EvidenceForm(Form):
    """One item of the checklist; without a fact it is a paper that an officer looks at."""

    item: Word
    says: Words
    fact: FactName | None = None
    stated: bool = False


class ExclusionForm(Form):
    """What is not paid, and what makes it so: a programme that goes before, a refusal, figures, or the kind itself."""

    says: Words
    programme: ProgrammeName | None = None
    reason: Word | None = None
    uses: list[Word] = []
    by_kind: bool = False


class CapForm(Form):
    """A limit or term, and the roles in `uses` whose figures hold it."""

    says: Words
    uses: Annotated[list[Word], Field(min_length=1)]


class ProcedureForm(Form):
    """How the money is handled; what is left out no document says."""

    budget_line: Words | None = None
    notice: bool | None = None
    notice_days: ParameterName | None = None
    approval: Words | None = None
    clawback: Words | None = None


class DutyForm(Form):
    """What somebody owes, and how often."""

    name: Word
    says: Words
    who: Words
    clause: Words
    every: Rhythm = "once"
    by: date | None = None
    fact: FactName | None = None


class TargetForm(Form):
    """A number to be reached (with `most`: not to be passed); null where the document gives none."""

    name: Word
    says: Words
    number: Annotated[int, Field(ge=0)] | None
    unit: Words
    clause: Words
    every: Rhythm = "once"
    most: bool = False
    fact: FactName | None = None
    counted: Words | None = None


class ConflictForm(Form):
    """Two readings of the source, the one in force, and the recorded decision."""

    clause: Words
    readings: dict[Word, Words]
    in_force: Word
    means: Words
    decided_by: Words
    decided_on: date
    record: Words


class ChangeForm(Form):
    """An approved change of a file: from which day, what it was shown to do, and who decided, four eyes at least.

    Args:
        text: SHA-256 of the rules that were approved (the file without `changes`).
        difference: Content hash of what `bangfu whatif --out` said of them.
        record: Where the decision is written down.
    """

    from_: Annotated[date, Field(alias="from")]
    says: Words
    text: Sha256
    difference: Sha256
    decided_by: Annotated[list[Words], Field(min_length=2)]
    decided_on: date
    record: Words


class GeneralForm(Form):
    """A file with parameters only."""

    parameters: dict[ParameterName, ParameterForm]
    changes: list[ChangeForm] = []


class ProgrammeForm(Form):
    """A whole programme."""

    programme: ProgrammeName
    title: TitleForm
    version: date
    source: SourceForm
    kind: Kind
    payee: Literal["employer", "person", "provider", "county", "organisation", "none"]
    names_person: bool
    period: Literal["month", "quarter", "year"]
    posted: Literal["when_the_fact_arrives", "when_the_day_closes"]
    driven_by: list[FactName]
    area: Annotated[str, Field(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})$")] | None = None
    proration: Literal["none", "calendar_days", "attended_days"] | None = None
    evidence: list[EvidenceForm]
    exclusions: list[ExclusionForm]
    caps: list[CapForm] = []
    procedure: ProcedureForm
    obligations: list[DutyForm] = []
    targets: list[TargetForm] = []
    conflicts: list[ConflictForm] = []
    uses: dict[Word, ParameterName]
    conditions: list[ConditionForm]
    post_kinds: list[PostKind] = []
    appraisals: list[Literal["training_base", "village_platform", "talent_station", "agency"]] = []
    parameters: dict[ParameterName, ParameterForm] = {}
    changes: list[ChangeForm] = []
