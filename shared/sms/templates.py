"""The templates of messages (templates.yaml), each looked over before anything is sent with it."""

import re
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from shared.events.contract import Model
from shared.sms.words import sensitive_word, status_word
from shared.strict_yaml import StrictYaml

TEMPLATES_FILE: Final = Path(__file__).with_name("templates.yaml")
PLACEHOLDERS: Final = frozenset({"post", "title", "until"})

_REFUSAL: Final = re.compile(r"回复[^。]*T退订|回复[^。]*恢复")
_NUMBER: Final = re.compile(r"\d{7,}")


def checked(template: str) -> str:
    """Return a template that may be sent.

    Raises:
        ValueError: It tells a status or holds a sensitive word, a number as long as a phone's, 【】, or a placeholder
            that is unknown; or it names no easy way to refuse.
    """
    if word := status_word(template) or sensitive_word(template):
        raise ValueError(f"a message does not say {word}")
    if _NUMBER.search(template):
        raise ValueError("a message holds no number of anybody")
    if "【" in template or "】" in template:
        raise ValueError("the signature has the only 【】")
    if not _REFUSAL.search(template):
        raise ValueError("a message ends with a way to refuse: 回复T退订")
    for _, name, spec, conversion in Formatter().parse(template):
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            raise ValueError(f"{{{name}}} is not one of {', '.join(sorted(PLACEHOLDERS))}, written plainly")
    return template


Template = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(checked)]


class Templates(Model):
    """All templates by name."""

    offer: Template
    reminder: Template
    taken: Template
    started: Template
    stopped: Template

    def named(self, name: str) -> str:
        """Return one; ``KeyError`` where there is none of that name."""
        if name not in type(self).model_fields:
            raise KeyError(name)
        text: str = getattr(self, name)
        return text


def read_templates(text: str, name: str = TEMPLATES_FILE.name) -> Templates:
    """Return the templates of a YAML text.

    Raises:
        ConfigurationError: One is missing or may not be sent; the message names the line.
    """
    return StrictYaml(name, text).filled(Templates)


@cache
def shipped_templates() -> Templates:
    """Return the templates that ship with the project."""
    return read_templates(TEMPLATES_FILE.read_text(encoding="utf-8"))
