"""Reads the programme files, once, at start; a mistake in one stops the service with file, line and what is right."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import ValidationError

from services.subsidy.adapters.conditions import Expression
from services.subsidy.adapters.programme_form import Form, GeneralForm, ParameterForm, ProgrammeForm
from services.subsidy.adapters.yaml_lines import Located, Path
from services.subsidy.domain.programme import (
    ROLES,
    SUBJECT_FIELDS,
    Condition,
    Dated,
    Parameter,
    Programme,
    Rulebook,
    Source,
)

F = TypeVar("F", bound=Form)


@cache
def shipped_rulebook() -> Rulebook:
    """Return the programmes that ship with the service."""
    return read_rulebook(shipped_texts())


def shipped_texts() -> dict[str, str]:
    """Return the texts of the programmes that ship with the service, by file name."""
    folder = files("services.subsidy").joinpath("programmes")
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".yaml"))
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}


def read_rulebook(texts: Mapping[str, str]) -> Rulebook:
    """Return the rulebook that some files state; a file without `programme` holds parameters only.

    Args:
        texts: By file name.

    Raises:
        ConfigurationError: A file is not as its form wants it; the message names file, line and the closest right name.
    """
    documents = [Located(name, text) for name, text in texts.items()]
    parameters: dict[str, Parameter] = {}
    forms: list[tuple[Located, ProgrammeForm]] = []
    for document in documents:
        stated_parameters = _filled(document, GeneralForm).parameters if _is_general(document) else {}
        if not _is_general(document):
            form = _filled(document, ProgrammeForm)
            stated_parameters = form.parameters
            forms.append((document, form))
        for name, stated in stated_parameters.items():
            if name in parameters:
                raise document.error(document.line(("parameters", name)), f"'{name}' is declared in another file too")
            parameters[name] = _parameter(document, name, stated)
    programmes = {form.programme: _programme(document, form, parameters) for document, form in forms}
    return Rulebook(programmes, parameters)


def _is_general(document: Located) -> bool:
    return "programme" not in document.value


def _filled(document: Located, form: type[F]) -> F:
    try:
        return form.model_validate(document.value)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        # A slip in a name leaves an unknown name and a missing one: the unknown one is where the slip is.
        first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
        path: Path = tuple(part for part in first["loc"] if part != "[key]")
        raise document.error(document.line(path), _mistake(form, path, first)) from None


def _mistake(form: type[Form], path: Path, error: Any) -> str:
    name = str(path[-1]) if path else "the file"
    if error["type"] == "missing":
        return f"'{name}' is missing{_where(path)}"
    if error["type"] == "extra_forbidden":
        return f"'{name}' is unknown{_where(path)}{_closest(name, _fields(form))}"
    return f"'{name}'{_where(path)}: {error['msg']}"


def _where(path: Path) -> str:
    around = ".".join(str(part) for part in path[:-1])
    return f" in {around}" if around else ""


def _fields(form: type[Form]) -> list[str]:
    """Return every field name that may stand anywhere in a file."""
    names: list[str] = []
    for definition in (schema := form.model_json_schema()).get("$defs", {}).values():
        names += definition.get("properties", {})
    return [*names, *schema["properties"]]


def _closest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(set(known)), n=1, cutoff=0.5)
    return f" (closest: '{close[0]}')" if close else ""


def _parameter(document: Located, name: str, stated: ParameterForm) -> Parameter:
    days = [entry.from_ for entry in stated.values]
    if days != sorted(set(days)):
        line = document.line(("parameters", name, "values"))
        raise document.error(line, f"the values of '{name}' stand in order of their first days, each day once")
    dated = tuple(
        Dated(
            entry.from_,
            tuple(entry.value) if isinstance(entry.value, list) else entry.value,
            entry.document,
            entry.clause,
            entry.note or "",
        )
        for entry in stated.values
    )
    return Parameter(name, stated.meaning, stated.unit, stated.when_unset == "nothing_accrues", dated)


def _programme(document: Located, form: ProgrammeForm, parameters: Mapping[str, Parameter]) -> Programme:
    roles = ROLES[form.kind]
    for role in sorted(roles - form.uses.keys()):
        raise document.error(document.line(("uses",)), f"'{role}' is missing in uses: a {form.kind} needs it")
    for role, name in form.uses.items():
        line = document.line(("uses", role))
        if role not in roles:
            raise document.error(line, f"'{role}' is no part of a {form.kind}{_closest(role, roles)}")
        _known(document, line, name, parameters)
    return Programme(
        name=form.programme,
        title={"zh": form.title.zh, "en": form.title.en},
        version=form.version,
        source=Source(**form.source.model_dump()),
        kind=form.kind,
        payee=form.payee,
        names_person=form.names_person,
        period=form.period,
        posted=form.posted,
        evidence=tuple(form.evidence),
        exclusions=tuple(form.exclusions),
        uses=dict(form.uses),
        conditions=tuple(_condition(document, form, place, parameters) for place in range(len(form.conditions))),
        post_kinds=tuple(form.post_kinds),
    )


def _condition(document: Located, form: ProgrammeForm, place: int, parameters: Mapping[str, Parameter]) -> Condition:
    stated = form.conditions[place]
    line = document.line(("conditions", place, "require"))
    try:
        expression = Expression(stated.require)
    except ValueError as error:
        raise document.error(line, str(error)) from None
    if expression.unknown:
        known = _closest(expression.unknown, SUBJECT_FIELDS)
        raise document.error(line, f"'{expression.unknown}' is unknown in a condition{known}")
    for name in expression.parameters:
        _known(document, line, name, parameters)
    return Condition(
        stated.require, stated.reason, stated.says, expression.reads, expression.parameters, expression.holds
    )


def _known(document: Located, line: int, name: str, parameters: Mapping[str, Parameter]) -> None:
    if name not in parameters:
        raise document.error(line, f"no file declares the parameter '{name}'{_closest(name, parameters)}")
