"""Words that no message may hold: what tells a person's status, and what carriers refuse.

Status: 个人信息保护法 art. 28 (special identity is sensitive). A phone is read by a whole family, or whoever finds it.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

STATUS_WORDS: Final = (
    "建档立卡", "易返贫", "贫困户", "贫困", "脱贫户", "脱贫", "扶贫", "返贫", "低保户", "低保", "特困",
    "五保户", "五保", "监测对象", "帮扶对象", "残疾", "身份证",
)  # fmt: skip

_SHIPPED = Path(__file__).with_name("sensitive_words.txt")


def status_word(text: str) -> str | None:
    """Return the first word of a text that tells somebody's status; None: it holds none."""
    return next((word for word in STATUS_WORDS if word in text), None)


def without_status(text: str) -> str:
    """Return a text without the words that tell somebody's status: 扶贫车间缝纫工 becomes 车间缝纫工."""
    while (word := status_word(text)) is not None:
        text = text.replace(word, "")
    return text


def read_words(text: str) -> tuple[str, ...]:
    """Return the words of a list: one a line, # begins a remark."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line)


@cache
def shipped_words() -> tuple[str, ...]:
    """Return the sensitive words that ship with the project."""
    return read_words(_SHIPPED.read_text(encoding="utf-8"))


def sensitive_word(text: str, words: Iterable[str] = ()) -> str | None:
    """Return the first sensitive word of a text, of the shipped ones and of others; None: it may go out."""
    return next((word for word in (*shipped_words(), *words) if word in text), None)
