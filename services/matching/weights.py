"""Reads matching's dated files: weights of the score, figures of the hard rules, minimum wages, manners of messages."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Generic, TypeVar

from pydantic import BeforeValidator, Field

from services.matching.domain.dated import Dated
from services.matching.domain.limits import Limits
from services.matching.domain.manners import Manners
from services.matching.domain.minimum_wage import Notice, WageFloors
from services.matching.domain.scene import Policy
from services.matching.domain.weights import Weights
from shared.events.contract import Model
from shared.events.types import County, Fen
from shared.strict_yaml import StrictYaml

HERE = Path(__file__).parent
WEIGHTS_FILE, RULES_FILE, WAGES_FILE = HERE / "weights.yaml", HERE / "rules.yaml", HERE / "minimum_wages.yaml"
MANNERS_FILE = HERE / "manners.yaml"

V = TypeVar("V")


def _day_of(key: str) -> date:
    """Return the day that a key of a dated file names; ``ValueError`` if it names none."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", key):
        raise ValueError("a day is YYYY-MM-DD")
    return date.fromisoformat(key)


class _Stated(Model, Generic[V]):
    """A file: `values` by the day from which they hold."""

    description: str
    metadata: dict[str, str]
    values: Annotated[dict[Annotated[date, BeforeValidator(_day_of)], V], Field(min_length=1)]


class _Notice(Model):
    """A notice of the minimum wages."""

    document: str
    fen: dict[County, Fen]


def _read(path: Path, form: type[_Stated[V]]) -> Dated[V]:
    stated = StrictYaml(path.name, path.read_text(encoding="utf-8")).filled(form)
    return Dated(tuple(sorted(stated.values.items(), key=lambda entry: entry[0])))


def load_weights(path: Path = WEIGHTS_FILE) -> Dated[Weights]:
    """Return the weights of a file.

    Raises:
        ConfigurationError: The file is not a mapping of days to weights; the message names the line.
    """
    return _read(path, _Stated[Weights])


def load_limits(path: Path = RULES_FILE) -> Dated[Limits]:
    """Return the figures of the hard rules; raises as `load_weights` does."""
    return _read(path, _Stated[Limits])


def load_wages(path: Path = WAGES_FILE) -> WageFloors:
    """Return the minimum wages; raises as `load_weights` does."""
    notices = _read(path, _Stated[_Notice]).entries
    return WageFloors(Dated(tuple((day, Notice(notice.document, notice.fen)) for day, notice in notices)))


def load_manners(path: Path = MANNERS_FILE) -> Dated[Manners]:
    """Return how people are written to; raises as `load_weights` does."""
    return _read(path, _Stated[Manners])


def load_policy() -> Policy:
    """Return everything that matching decides by, as it is shipped."""
    return Policy(load_weights(), load_limits(), load_wages())
