"""Reads the dated weights of the score (weights.yaml)."""

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from services.matching.domain.scoring import Weights, WeightTable
from shared.errors import ConfigurationError

WEIGHTS_FILE = Path(__file__).with_name("weights.yaml")


def load_weights(path: Path = WEIGHTS_FILE) -> WeightTable:
    """Return the weights of a file.

    Raises:
        ConfigurationError: The file is not a mapping of days to weights; the message says where.
    """
    content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    values = content.get("values") if isinstance(content, dict) else None
    if not isinstance(values, dict) or not values:
        raise ConfigurationError(f"{path.name}: `values` is a mapping of days to weights")
    return WeightTable(tuple(sorted((_day(path, day), _weights(path, day, raw)) for day, raw in values.items())))


def _day(path: Path, day: object) -> date:
    if type(day) is not date:
        raise ConfigurationError(f"{path.name}: {day!r} under `values` is not a day (YYYY-MM-DD, without quotes)")
    return day


def _weights(path: Path, day: object, raw: object) -> Weights:
    try:
        return Weights.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in ("values", day, *first["loc"]))
        raise ConfigurationError(f"{path.name}: {place}: {first['msg']}") from None
