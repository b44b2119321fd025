"""Reads the dated manners of messages (manners.yaml)."""

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from services.matching.domain.manners import Manners, MannersTable
from services.matching.weights import day_of
from shared.events.contract import Model
from shared.strict_yaml import StrictYaml

MANNERS_FILE = Path(__file__).with_name("manners.yaml")


class _Stated(Model):
    """The file: `values` are the manners by the day from which they hold."""

    description: str
    metadata: dict[str, str]
    values: Annotated[dict[Annotated[date, BeforeValidator(day_of)], Manners], Field(min_length=1)]


def load_manners(path: Path = MANNERS_FILE) -> MannersTable:
    """Return the manners of a file.

    Raises:
        ConfigurationError: The file is not a mapping of days to manners; the message names the line.
    """
    stated = StrictYaml(path.name, path.read_text(encoding="utf-8")).filled(_Stated)
    return MannersTable(tuple(sorted(stated.values.items(), key=lambda item: item[0])))
