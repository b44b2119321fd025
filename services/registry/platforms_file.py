"""Reads platforms.yaml: every fact and field in it exists, and a grade for every score."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from services.registry.domain.platforms import PARTS, Reported, Weights
from shared.catalog import FACTS
from shared.documents import Words, shipped_register
from shared.events.contract import Fact, Model
from shared.events.types import Word
from shared.strict_yaml import StrictYaml, closest

FILE = Path(__file__).with_name("platforms.yaml")
_FACTS = {fact.topic: fact for fact in FACTS}
_WHOLE: Final = 100
Points = Annotated[int, Field(ge=0, le=100)]


class ReportedForm(Model):
    """As `domain.platforms.Reported`, with the fact's topic."""

    fact: str
    wanted: list[Word] = Field(default_factory=list)
    day: Word | None = None


class GradeForm(Model):
    """The grade from a score on."""

    at_least: Points
    grade: Annotated[str, Field(min_length=1, max_length=40)]


class WeightsForm(Model):
    """As `domain.platforms.Weights`."""

    since: date
    source: Literal["house"]
    document: Word
    clause: Words
    rows: Annotated[list[str], Field(min_length=1)]
    weights: dict[Word, Points]
    in_time_days: Annotated[int, Field(ge=0, le=366)]
    source_prefix: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*-$")]
    grades: Annotated[list[GradeForm], Field(min_length=1)]
    facts: Annotated[list[ReportedForm], Field(min_length=1)]
    corrections: list[str]


class PolicyForm(Model):
    """The file."""

    policy: Annotated[list[WeightsForm], Field(min_length=1)]


def load_rating(path: Path = FILE) -> tuple[Weights, ...]:
    """Return how platforms are rated, by day.

    Raises:
        ConfigurationError: The file is not as its form wants it, names a fact or field that does not exist, its weights
            are not a hundred in all, or its grades leave a score out; the message names the line.
    """
    file = StrictYaml(path.name, path.read_text(encoding="utf-8"))
    form = file.filled(PolicyForm)
    for number, one in enumerate(form.policy):
        _check(file, ("policy", number), one)
    return tuple(map(_weights, form.policy))


def _check(file: StrictYaml, place: tuple[str | int, ...], form: WeightsForm) -> None:
    shipped_register().cited(file, place, form.document, form.clause)
    if set(form.weights) != PARTS or sum(form.weights.values()) != _WHOLE:
        raise file.at((*place, "weights"), f"there are weights for {', '.join(sorted(PARTS))}, a hundred in all")
    least = [grade.at_least for grade in form.grades]
    if least != sorted(least, reverse=True) or least[-1]:
        raise file.at((*place, "grades"), "grades go from the best down to at_least: 0")
    for number, reported in enumerate(form.facts):
        fact = _known(file, (*place, "facts", number), reported.fact)
        for field in (*reported.wanted, *filter(None, (reported.day,))):
            if field not in fact.model_fields:
                raise file.at((*place, "facts", number), f"{reported.fact} has no field '{field}'")
    for topic in form.corrections:
        _known(file, (*place, "corrections"), topic)


def _known(file: StrictYaml, place: tuple[str | int, ...], topic: str) -> type[Fact]:
    fact = _FACTS.get(topic)
    if fact is None:
        raise file.at(place, f"no fact is called '{topic}'{closest(topic, _FACTS)}")
    return fact


def _weights(form: WeightsForm) -> Weights:
    return Weights(
        form.since,
        dict(form.weights),
        form.in_time_days,
        form.source_prefix,
        tuple((grade.at_least, grade.grade) for grade in form.grades),
        {fact.fact: Reported(tuple(fact.wanted), fact.day or "") for fact in form.facts},
        frozenset(form.corrections),
    )
