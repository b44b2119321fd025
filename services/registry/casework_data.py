"""Reads what casework goes by: casework.yaml and households.yaml; what is wrong is one error with file and line."""

from collections.abc import Iterator
from pathlib import Path as File
from typing import Annotated, Literal

from pydantic import Field

from services.registry.domain.casework_policy import (
    CasePolicy,
    Days,
    HouseholdPolicy,
    Item,
    Offered,
    Title,
    VisitKind,
    Who,
)
from shared.documents import Words, shipped_register
from shared.events.contract import Model
from shared.events.types import Day, ParameterName, Status, Word
from shared.strict_yaml import Path, StrictYaml, closest

HERE = File(__file__).parent
CASEWORK_FILE, HOUSEHOLDS_FILE = HERE / "casework.yaml", HERE / "households.yaml"
Row = Annotated[str, Field(pattern=r"^[A-Z][0-9]+[a-z]?$")]
Rows = Annotated[list[Row], Field(min_length=1)]
Kind = Literal["survey", "follow_up", "publicity", "solicitude"]


class _Title(Model):
    zh: Words
    en: Words

    def title(self) -> Title:
        return Title(self.zh, self.en)


class _Clause(Model):
    """What a clause says, and the rows of the project's list of promises that it carries."""

    rows: Rows
    clause: Words


class _OneToOne(_Clause):
    says: Words
    means: Words


class _Period(_Clause):
    meaning: Words
    source: Literal["house", "text"]
    note: Words
    values: Annotated[dict[Day, Annotated[int, Field(ge=0, le=3_650)]], Field(min_length=1)]

    def days(self) -> Days:
        return Days(tuple(sorted(self.values.items())))


class _Periods(Model):
    plan_grace_days: _Period
    certificate_lead_days: _Period


class _Reading(Model):
    says: Words
    who: Who
    means: Words


class _Certificate(_Clause):
    says: Words
    deadline: Day
    readings: Annotated[dict[Word, _Reading], Field(min_length=1)]
    in_force: Word
    record: Words


class _VisitKind(Model):
    title: _Title
    parameter: ParameterName


class _Visits(_Clause):
    says: Words
    kinds: dict[Kind, _VisitKind]


class _Service(_Clause):
    code: Word
    title: _Title
    facts: list[Words] = Field(default_factory=list)
    visits: list[Kind] = Field(default_factory=list)
    measures: list[Words] = Field(default_factory=list)

    def offered(self) -> Offered:
        return Offered(self.code, self.title.title(), tuple(self.facts), tuple(self.visits), tuple(self.measures))


class CaseworkForm(Model):
    """casework.yaml."""

    document: Words
    one_to_one: _OneToOne
    periods: _Periods
    certificate: _Certificate
    visits: _Visits
    services: Annotated[list[_Service], Field(min_length=1)]

    def clauses(self) -> Iterator[tuple[Path, str]]:
        """Yield every clause that is cited, with its place."""
        yield ("one_to_one",), self.one_to_one.clause
        yield ("periods", "plan_grace_days"), self.periods.plan_grace_days.clause
        yield ("periods", "certificate_lead_days"), self.periods.certificate_lead_days.clause
        yield ("certificate",), self.certificate.clause
        yield ("visits",), self.visits.clause
        for number, service in enumerate(self.services):
            yield ("services", number), service.clause


class _Watched(Model):
    rows: Rows
    says: Words


class _Certified(_Watched):
    statuses: Annotated[list[Status], Field(min_length=1)]


class _Item(Model):
    code: Word
    title: _Title
    rows: Rows
    labels: list[Words]

    def item(self) -> Item:
        return Item(self.code, self.title.title(), frozenset({self.code, self.title.zh, self.title.en, *self.labels}))


class HouseholdsForm(Model):
    """households.yaml."""

    document: Words
    clause: Words
    watched: _Watched
    certified: _Certified
    items: Annotated[list[_Item], Field(min_length=1)]


def load_casework(path: File = CASEWORK_FILE) -> CasePolicy:
    """Return what one-to-one help goes by.

    Raises:
        ConfigurationError: The file is not as it should be, or cites what the register of documents does not have.
    """
    file = StrictYaml(path.name, path.read_text(encoding="utf-8"))
    form = file.filled(CaseworkForm)
    for place, clause in form.clauses():
        shipped_register().cited(file, place, form.document, clause)
    certificate = form.certificate
    if certificate.in_force not in certificate.readings:
        known = closest(certificate.in_force, certificate.readings)
        raise file.at(("certificate", "in_force"), f"there is no reading '{certificate.in_force}'{known}")
    return CasePolicy(
        plan_grace=form.periods.plan_grace_days.days(),
        certificate_lead=form.periods.certificate_lead_days.days(),
        deadline=certificate.deadline,
        who=certificate.readings[certificate.in_force].who,
        visits={kind: VisitKind(visit.title.title(), visit.parameter) for kind, visit in form.visits.kinds.items()},
        services=tuple(service.offered() for service in form.services),
    )


def load_households(path: File = HOUSEHOLDS_FILE) -> HouseholdPolicy:
    """Return what the watch over households goes by; raises as `load_casework`, and where a name means two items."""
    file = StrictYaml(path.name, path.read_text(encoding="utf-8"))
    form = file.filled(HouseholdsForm)
    shipped_register().cited(file, (), form.document, form.clause)
    items = tuple(stated.item() for stated in form.items)
    seen: dict[str, str] = {}
    for number, item in enumerate(items):
        for name in sorted(item.names):
            if seen.setdefault(name, item.code) != item.code:
                raise file.at(("items", number), f"'{name}' names {seen[name]} and {item.code}")
    return HouseholdPolicy(items, frozenset(form.certified.statuses))
