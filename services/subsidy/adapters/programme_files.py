"""Reads the programme files, once, at start; a mistake in one stops the service with file, line and what is right."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path as Folder

from services.subsidy.adapters.changing import check_changes
from services.subsidy.adapters.checking import Reading, programme_of
from services.subsidy.adapters.claiming import check_yielding
from services.subsidy.adapters.figures import parameter_of
from services.subsidy.adapters.programme_form import GeneralForm, ProgrammeForm
from services.subsidy.domain.programme import Parameter, Rulebook
from shared.documents import DOCUMENTS_FILE, documents_text, register_of
from shared.errors import ConfigurationError
from shared.strict_yaml import StrictYaml

_SUFFIX = ".yaml"


@cache
def shipped_rulebook() -> Rulebook:
    """Return the programmes that ship with the service."""
    return read_rulebook(shipped_texts())


def shipped_texts() -> dict[str, str]:
    """Return the files that ship with the service, by name; among them the register of what they cite."""
    folder = files("services.subsidy").joinpath("programmes")
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(_SUFFIX))
    shipped = {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}
    return dict(sorted((shipped | {DOCUMENTS_FILE: documents_text()}).items()))


def texts_of(folder: Folder) -> dict[str, str]:
    """Return the shipped files with those of a folder added, or in the place of the shipped ones of the same name.

    Raises:
        ConfigurationError: The folder has no programme file.
    """
    found = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob(f"*{_SUFFIX}"))}
    if not found:
        raise ConfigurationError(f"{folder} has no programme file (*{_SUFFIX})")
    return shipped_texts() | found


def read_rulebook(texts: Mapping[str, str]) -> Rulebook:
    """Return the rulebook that some files state.

    A file with `documents` is a register of what may be cited, one without `programme` holds parameters only.

    Args:
        texts: By file name.

    Raises:
        ConfigurationError: A file is not as its form wants it; the message names file, line and the closest right name.
    """
    stated = [StrictYaml(name, text) for name, text in texts.items()]
    register = register_of([file for file in stated if "documents" in file.value])
    reading = Reading(register)
    forms: list[tuple[StrictYaml, ProgrammeForm]] = []
    for file in stated:
        if "documents" in file.value:
            continue
        if "programme" not in file.value:
            general = file.filled(GeneralForm)
            check_changes(file, texts[file.name], general.changes)
            _declare(file, general, reading)
            continue
        form = file.filled(ProgrammeForm)
        check_changes(file, texts[file.name], form.changes)
        reading.known(file, form)
        forms.append((file, form))
        _declare(file, form, reading)
    programmes = {form.programme: programme_of(file, form, reading) for file, form in forms}
    check_yielding({form.programme: file for file, form in forms}, programmes)
    return Rulebook(programmes, reading.parameters)


def _declare(file: StrictYaml, form: ProgrammeForm | GeneralForm, reading: Reading) -> None:
    parameters: dict[str, Parameter] = reading.parameters
    for name, stated in form.parameters.items():
        if name in parameters:
            raise file.at(("parameters", name), f"'{name}' is declared in another file too")
        parameters[name] = parameter_of(file, name, stated, reading.register)
