"""Reads life.yaml: how states and steps of an alert read; what is wrong in it is one error that names file and line."""

from functools import cache
from importlib.resources import files
from typing import Final, get_args

from services.notify.domain.rules import Language, Said
from services.notify.domain.standing import State
from shared.errors import ConfigurationError
from shared.events.contract import Model
from shared.events.types import Word
from shared.strict_yaml import StrictYaml

_NAME: Final = "services/notify/life.yaml"
STEPS: Final = (
    "raised", "seen", "acknowledged", "snoozed", "returned", "handed_over", "moved", "escalated", "done", "retracted",
    "expired",
)  # fmt: skip


class LifeWords(Model):
    """The words of an alert's life; `rules` stands where nobody took the step."""

    states: dict[Word, Said]
    steps: dict[Word, Said]
    rules: Said

    def standing(self, state: State, language: Language) -> str:
        """Return what a state is called."""
        return self.states[state].in_(language)

    def step(self, what: str, by: str, to: str, language: Language) -> str:
        """Return what a step says."""
        said = {"by": by or self.rules.in_(language), "to": to or "-"}
        return self.steps[what].in_(language).format_map(said)


@cache
def life_words() -> LifeWords:
    """Return the words that this service is shipped with.

    Raises:
        ConfigurationError: `<file>, line <line>: ` and what would be right, or which state or step has no words.
    """
    text = files("services.notify").joinpath("life.yaml").read_text("utf-8")
    words = StrictYaml(_NAME, text, typed=False).filled(LifeWords)
    missing = sorted({*get_args(State)} - words.states.keys()) + sorted({*STEPS} - words.steps.keys())
    if missing:
        raise ConfigurationError(f"{_NAME}: no words for {', '.join(missing)}")
    return words
