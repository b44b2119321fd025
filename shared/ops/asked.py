"""What commands are asked about: counties, villages, people and files, refused where they cannot be meant."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer

from shared.errors import BangfuError
from shared.events.types import is_person_id
from shared.ops.words import say

_COUNTY, _VILLAGE = 6, 12  # digits, GB/T 2260 and the statistical code


def is_county(text: str) -> bool:
    """Tell whether a text can be a county's code."""
    return _is_digits(text, _COUNTY)


def _is_digits(text: str, many: int) -> bool:
    return len(text) == many and text.isascii() and text.isdigit()


def _digits(option: str, many: int, zh: str, en: str) -> Callable[[str], str]:
    def asked(text: str) -> str:
        if text and not _is_digits(text, many):
            raise BangfuError(f"{option}: {say(zh, en)}")
        return text

    return asked


def _person(text: str) -> str:
    if text and not is_person_id(text):
        zh, en = "人员编号以 p 开头共 26 位", "a person id is p and 25 letters"
        raise BangfuError(f"--person: {say(zh, en)}")
    return text


_county: Final = _digits("--county", _COUNTY, "县区代码是 6 位数字，如 350622", "a county code is 6 digits, as 350622")
_village: Final = _digits("--village", _VILLAGE, "村代码是 12 位数字", "a village code is 12 digits")

County = Annotated[str, typer.Option(help=say("县区代码", "county code"), callback=_county)]
Village = Annotated[str, typer.Option(help=say("村代码（12位）", "village code, 12 digits"), callback=_village)]
Person = Annotated[str, typer.Option(help=say("人员编号 (p...)", "person id (p...)"), callback=_person)]


def existing(path: Path) -> Path:
    """Return a file that is there.

    Raises:
        BangfuError: It is not.
    """
    if not path.is_file():
        raise BangfuError(f"{path}: {say('没有这个文件', 'no such file')}")
    return path
