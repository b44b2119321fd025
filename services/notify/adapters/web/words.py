"""The console's texts: words/<module>.yaml, each key in Chinese and in English. A key that is missing is an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Final

from pydantic import RootModel, model_validator

from services.notify.adapters.web.endpoint import Language
from shared.errors import ConfigurationError
from shared.events.contract import Model
from shared.strict_yaml import StrictYaml

_FOLDER: Final = "services/notify/adapters/web/words"


class Wording(Model):
    """One text in both languages, with the same placeholders."""

    zh: str
    en: str

    @model_validator(mode="after")
    def _same_placeholders(self) -> "Wording":
        if _placeholders(self.zh) != _placeholders(self.en):
            raise ValueError("zh and en have different placeholders")
        return self


class _File(RootModel[dict[str, Wording]]):
    """A file of words."""


@dataclass(frozen=True)
class Words:
    """Every text by its key."""

    texts: Mapping[str, Wording]

    def say(self, lang: Language, key: str, /, **values: object) -> str:
        """Return a text.

        Raises:
            ConfigurationError: There is no such key, or a value for a placeholder is missing.
        """
        found = self.texts.get(key)
        if found is None:
            raise ConfigurationError(f"{_FOLDER}: no text for '{key}'")
        try:
            return getattr(found, lang).format(**values) if values or "{" in found.zh else str(getattr(found, lang))
        except (KeyError, IndexError) as error:
            raise ConfigurationError(f"{_FOLDER}: '{key}' wants a value for {error}") from None

    def known(self, key: str) -> bool:
        """Tell whether there is a text for a key."""
        return key in self.texts


@cache
def load_words() -> Words:
    """Return the words that this console is shipped with.

    Raises:
        ConfigurationError: `<file>, line <line>: ` what is wrong, or a key that two files have.
    """
    folder = files("services.notify.adapters.web").joinpath("words")
    return read_words({f.name: f.read_text("utf-8") for f in sorted(folder.iterdir(), key=lambda f: f.name)})


def read_words(texts: Mapping[str, str]) -> Words:
    """Return the words in YAML texts by file name."""
    found: dict[str, Wording] = {}
    for name, text in texts.items():
        for key, wording in StrictYaml(f"{_FOLDER}/{name}", text, typed=False).filled(_File).root.items():
            if key in found:
                raise ConfigurationError(f"{_FOLDER}/{name}: '{key}' stands in another file already")
            found[key] = wording
    return Words(found)


def _placeholders(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
