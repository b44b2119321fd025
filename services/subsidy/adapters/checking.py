"""From the form of a programme file to the programme, with every name in it checked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from services.subsidy.adapters.chartering import charter_of
from services.subsidy.adapters.conditions import Expression
from services.subsidy.adapters.programme_form import ProgrammeForm
from services.subsidy.domain.programme import (
    MAY_USE,
    MONEYLESS,
    ROLES,
    SUBJECT_FIELDS,
    Condition,
    Parameter,
    Programme,
    Source,
    Unit,
)
from shared.documents import Register
from shared.strict_yaml import StrictYaml, closest

_NEED_POSTS: Final = frozenset(
    {"wage_share_post", "monthly_allowance", "attended_days", "graded_quarter", "service_years"}
)
_NEED_APPRAISALS: Final = frozenset({"appraised_once", "appraised_year"})


@dataclass
class Reading:
    """What is known of all files together. `programmes`: the file of each programme."""

    register: Register
    parameters: dict[str, Parameter] = field(default_factory=dict)
    programmes: dict[str, str] = field(default_factory=dict)

    def known(self, file: StrictYaml, form: ProgrammeForm) -> None:
        """Note a programme; two files of one are a mistake."""
        if form.programme in self.programmes:
            other = self.programmes[form.programme]
            raise file.at(("programme",), f"'{form.programme}' is the programme of {other} too")
        self.programmes[form.programme] = file.name


def programme_of(file: StrictYaml, form: ProgrammeForm, reading: Reading) -> Programme:
    """Return the programme of a file.

    Raises:
        ConfigurationError: It names what does not exist, or lacks what its kind needs.
    """
    _check_roles(file, form, reading.parameters)
    _check_kind(file, form)
    return Programme(
        name=form.programme,
        title={"zh": form.title.zh, "en": form.title.en},
        version=form.version,
        source=_source(file, form, reading.register),
        kind=form.kind,
        payee=form.payee,
        names_person=form.names_person,
        period=form.period,
        posted=form.posted,
        uses=dict(form.uses),
        conditions=tuple(_condition(file, form, n, reading.parameters) for n in range(len(form.conditions))),
        charter=charter_of(file, form, reading.register, reading.parameters, reading.programmes),
        post_kinds=tuple(form.post_kinds),
        appraisals=tuple(form.appraisals),
        yields_to=tuple(exclusion.programme for exclusion in form.exclusions if exclusion.programme),
        area=form.area or "",
    )


def _source(file: StrictYaml, form: ProgrammeForm, register: Register) -> Source:
    stated = form.source
    document = register.cited(file, ("source",), stated.document, stated.clause)
    office = document.clauses[stated.clause].office
    if office is not None and stated.office != office:
        raise file.at(("source", "office"), f"clause {stated.clause} is in the charge of '{office}'")
    return Source(**stated.model_dump(), number=document.number or "", checked=document.checked)


def _check_roles(file: StrictYaml, form: ProgrammeForm, parameters: Mapping[str, Parameter]) -> None:
    needed = ROLES[form.kind]
    roles: dict[str, Unit] = {**needed, **MAY_USE.get(form.kind, {})}
    for role in sorted(needed.keys() - form.uses.keys()):
        raise file.at(("uses",), f"'{role}' is missing in uses: {_a(form.kind)} needs it")
    for role, name in form.uses.items():
        line = file.line(("uses", role))
        if role not in roles:
            raise file.error(line, f"'{role}' is no part of {_a(form.kind)}{closest(role, roles)}")
        _check_known(file, line, name, parameters)
        unit = parameters[name].unit
        if unit != roles[role] and (unit, roles[role]) != ("fen", "fen_by_grade"):
            raise file.error(line, f"'{name}' is in {unit}, but the {role} of {_a(form.kind)} is in {roles[role]}")


def _check_kind(file: StrictYaml, form: ProgrammeForm) -> None:
    for name, needed in (("post_kinds", _NEED_POSTS), ("appraisals", _NEED_APPRAISALS)):
        if form.kind in needed and not getattr(form, name):
            raise file.at(("kind",), f"'{name}' is missing: {_a(form.kind)} needs it")
    if form.payee == "none" and form.kind not in MONEYLESS:
        raise file.at(("payee",), f"{_a(form.kind)} pays somebody; only {', '.join(sorted(MONEYLESS))} pay nobody")


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _condition(file: StrictYaml, form: ProgrammeForm, number: int, parameters: Mapping[str, Parameter]) -> Condition:
    stated = form.conditions[number]
    line = file.line(("conditions", number, "require"))
    try:
        expression = Expression(stated.require)
    except ValueError as error:
        raise file.error(line, str(error)) from None
    if expression.unknown:
        known = closest(expression.unknown, SUBJECT_FIELDS)
        raise file.error(line, f"'{expression.unknown}' is unknown in a condition{known}")
    for name in expression.parameters:
        _check_known(file, line, name, parameters)
    return Condition(
        stated.require, stated.reason, stated.says, expression.reads, expression.parameters, expression.holds
    )


def _check_known(file: StrictYaml, line: int, name: str, parameters: Collection[str]) -> None:
    if name not in parameters:
        raise file.error(line, f"no file declares the parameter '{name}'{closest(name, parameters)}")
