"""Reads the dated weights of the score (weights.yaml)."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from services.matching.domain.scoring import Weights, WeightTable
from shared.events.contract import Model
from shared.strict_yaml import StrictYaml

WEIGHTS_FILE = Path(__file__).with_name("weights.yaml")


def day_of(key: str) -> date:
    """Return the day that a key of a dated file names; ``ValueError`` if it names none."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", key):
        raise ValueError("a day is YYYY-MM-DD")
    return date.fromisoformat(key)


class _Stated(Model):
    """The file: `values` are the weights by the day from which they hold."""

    description: str
    metadata: dict[str, str]
    values: Annotated[dict[Annotated[date, BeforeValidator(day_of)], Weights], Field(min_length=1)]


def load_weights(path: Path = WEIGHTS_FILE) -> WeightTable:
    """Return the weights of a file.

    Raises:
        ConfigurationError: The file is not a mapping of days to weights; the message names the line.
    """
    stated = StrictYaml(path.name, path.read_text(encoding="utf-8")).filled(_Stated)
    return WeightTable(tuple(sorted(stated.values.items())))
