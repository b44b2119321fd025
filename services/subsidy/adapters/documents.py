"""The register of the documents that programme files cite: a title or a clause that is not in it is a mistake."""

from dataclasses import dataclass

from services.subsidy.adapters.programme_form import DocumentForm, RegisterForm
from shared.strict_yaml import Path, StrictYaml, closest


@dataclass(frozen=True)
class Register:
    """Documents by title."""

    documents: dict[str, DocumentForm]

    def cited(self, file: StrictYaml, path: Path, title: str, clause: str) -> DocumentForm:
        """Return the document that is cited at a place of a file; its `clause` key is cited beside `document`.

        Raises:
            ConfigurationError: The register has no such document, or the document no such clause.
        """
        document = self.documents.get(title)
        if document is None:
            known = closest(title, self.documents)
            raise file.at((*path, "document"), f"the register of documents has no '{title}'{known}")
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
    for file in files:
        for name, document in file.filled(RegisterForm).documents.items():
            if document.title in found:
                raise file.at(("documents", name, "title"), f"'{document.title}' is registered twice")
            found[document.title] = document
    return Register(found)
