"""The register of the documents that data files cite (documents.yaml): what is not in it is a mistake."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from shared.events.contract import Model
from shared.events.types import Word
from shared.strict_yaml import Path, StrictYaml, closest

DOCUMENTS_FILE = "documents.yaml"
Words = Annotated[str, Field(min_length=1, max_length=300)]


class ClauseForm(Model):
    """A clause of a document: what it is called, and the office in charge, where an annex names one."""

    title: Words
    office: Words | None = None


class DocumentForm(Model):
    """A document that data files may cite; null where it bears no number or no day.

    Args:
        in_force_on: The day from which it holds, where that is another one than that of issue.
        checked: Against what title, number, day and clauses were held; `unverified`: only quoted elsewhere.
    """

    title: Words
    number: Words | None
    issued_by: Words
    issued_on: date | None
    in_force_on: date | None = None
    checked: Literal["source_text", "published_text", "unverified"]
    note: Words | None = None
    clauses: Annotated[dict[Words, ClauseForm], Field(min_length=1)]


class RegisterForm(Model):
    """The documents that may be cited, and their clauses."""

    documents: dict[Word, DocumentForm]


@dataclass(frozen=True)
class Register:
    """Documents by title, and the short names that stand for titles."""

    documents: dict[str, DocumentForm]
    names: dict[str, str]

    def cited(self, file: StrictYaml, path: Path, named: str, clause: str) -> DocumentForm:
        """Return the document that is cited at a place of a file; its `clause` key is cited beside `document`.

        Args:
            file: The file that cites it.
            path: Where in the file.
            named: The document's title, or its short name in the register.
            clause: The clause.

        Raises:
            ConfigurationError: The register has no such document, or the document no such clause.
        """
        document = self.documents.get(self.names.get(named, named))
        if document is None:
            known = closest(named, [*self.documents, *self.names])
            raise file.at((*path, "document"), f"the register of documents has no '{named}'{known}")
        self.clause(file, (*path, "clause"), document, clause)
        return document

    def clause(self, file: StrictYaml, path: Path, document: DocumentForm, clause: str) -> None:
        """Check that a document has a clause."""
        if clause not in document.clauses:
            known = closest(clause, document.clauses) or f" (it has {', '.join(document.clauses)})"
            raise file.at(path, f"'{document.title}' has no clause '{clause}'{known}")


def register_of(files: list[StrictYaml]) -> Register:
    """Return the register that some files state together.

    Raises:
        ConfigurationError: A file is not as its form wants it, or two documents bear one title.
    """
    found: dict[str, DocumentForm] = {}
    names: dict[str, str] = {}
    for file in files:
        for name, document in file.filled(RegisterForm).documents.items():
            if document.title in found:
                raise file.at(("documents", name, "title"), f"'{document.title}' is registered twice")
            found[document.title] = document
            names[name] = document.title
    return Register(found, names)


def documents_text() -> str:
    """Return the register that ships with the system, as it is written."""
    return files("shared").joinpath(DOCUMENTS_FILE).read_text(encoding="utf-8")


@cache
def shipped_register() -> Register:
    """Return the register that ships with the system."""
    return register_of([StrictYaml(f"shared/{DOCUMENTS_FILE}", documents_text())])
