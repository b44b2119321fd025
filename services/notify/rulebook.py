"""Reads rules.yaml; what is wrong in it is one error that names file and line."""

from importlib.resources import files
from typing import Final

from services.notify.domain.rules import Rulebook
from shared.strict_yaml import StrictYaml

_NAME: Final = "services/notify/rules.yaml"


def load_rulebook() -> Rulebook:
    """Return the rules that this service is shipped with."""
    return read_rulebook(files("services.notify").joinpath("rules.yaml").read_text("utf-8"), _NAME)


def read_rulebook(text: str, name: str) -> Rulebook:
    """Return the rules in a YAML text.

    Args:
        text: `rules:`, a list of entries with the fields of `Rule`.
        name: How errors call the file.

    Raises:
        ConfigurationError: `<name>, line <line>: ` and what would be right: YAML that cannot be read, a key that stands
            twice or is unknown or missing, a value out of its range, a placeholder that the kind does not have, two
            rules of one kind and day, a kind without a rule.
    """
    # Every scalar is text: the contract says what a date is, not YAML.
    stated = StrictYaml(name, text, typed=False)
    book = stated.filled(Rulebook)
    seen = set()
    for number, rule in enumerate(book.rules):
        if (rule.kind, rule.since) in seen:
            raise stated.at(("rules", number), f"{rule.kind} has a rule since {rule.since} already")
        seen.add((rule.kind, rule.since))
    return book
