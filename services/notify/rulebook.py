"""Reads the rules; what is wrong in a file is one error that names file and line."""

from importlib.resources import files
from typing import Final

from services.notify.domain.rules import KINDS, Rule, Rulebook
from shared.errors import ConfigurationError
from shared.strict_yaml import StrictYaml

_FOLDER: Final = "services/notify/rules"


def load_rulebook() -> Rulebook:
    """Return the rules that this service is shipped with."""
    found = sorted(files("services.notify").joinpath("rules").iterdir(), key=lambda file: file.name)
    return read_rulebook({f"{_FOLDER}/{file.name}": file.read_text("utf-8") for file in found})


def read_rulebook(texts: dict[str, str]) -> Rulebook:
    """Return the rules in YAML texts.

    Args:
        texts: By the name that errors call the file: `rules:`, a list of entries with the fields of `Rule`.

    Raises:
        ConfigurationError: `<name>, line <line>: ` and what would be right: YAML that cannot be read, a key that stands
            twice or is unknown or missing, a value out of its range, a placeholder that the kind does not have, two
            rules of one kind and day. `<names>: ` a kind without a rule.
    """
    rules: list[Rule] = []
    seen = set()
    for name, text in texts.items():
        # Every scalar is text: the contract says what a date is, not YAML.
        stated = StrictYaml(name, text, typed=False)
        for number, rule in enumerate(stated.filled(Rulebook).rules):
            if (rule.kind, rule.since) in seen:
                raise stated.at(("rules", number), f"{rule.kind} has a rule since {rule.since} already")
            seen.add((rule.kind, rule.since))
            rules.append(rule)
    if missing := sorted(set(KINDS) - {rule.kind for rule in rules}):
        raise ConfigurationError(f"{', '.join(texts)}: no rule for {', '.join(missing)}")
    return Rulebook(rules=rules)
