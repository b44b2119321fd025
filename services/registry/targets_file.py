"""Reads targets.yaml: every target cites a registered document and clause, every counter a fact and fields it has."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from services.registry.domain.targets_plan import Counter, Each, Looking, Plan, Target, Unit, Whose
from shared.catalog import FACTS
from shared.documents import Words, shipped_register
from shared.events.contract import Model
from shared.events.targets import TargetId
from shared.events.types import Status, Word
from shared.strict_yaml import StrictYaml, closest

FILE = Path(__file__).with_name("targets.yaml")
_FACTS = {fact.topic: fact for fact in FACTS}


class TitleForm(Model):
    """A name in both languages."""

    zh: Words
    en: Words


class CounterForm(Model):
    """As `domain.targets_plan.Counter`."""

    fact: str
    each: Each
    where: dict[Word, Annotated[list[str], Field(min_length=1)]] = Field(default_factory=dict)
    takes_back: bool = False
    first_only: bool = False


class WhoseForm(Model):
    """As `domain.targets_plan.Whose`."""

    statuses: list[Status] = Field(default_factory=list)
    traits: list[Literal["able", "wants_training", "certificate_requested"]] = Field(default_factory=list)
    ages: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None


class TargetForm(Model):
    """As `domain.targets_plan.Target`; it has counters or says what is missing."""

    id: TargetId
    title: TitleForm
    unit: Unit
    value: Annotated[int, Field(ge=1)] | None
    every: Literal["year", "span"]
    since: date
    until: date | None = None
    scope: list[Annotated[str, Field(pattern=r"^[0-9]{2,6}$")]]
    counters: list[CounterForm] = Field(default_factory=list)
    missing: Words | None = None
    whose: WhoseForm | None = None
    per_county: bool = False
    coverage: bool = False
    note: Words | None = None
    document: Word
    clause: Words
    programme: Annotated[str, Field(pattern=r"^[a-z-]+/[a-z_]+$")] | None = None
    rows: Annotated[list[str], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_counted_or_says_why_not(self) -> "TargetForm":
        if bool(self.counters) == bool(self.missing):
            raise ValueError("a target has counters, or says what is missing")
        if (self.whose is not None) != (self.unit == "percent"):
            raise ValueError("a target in per cent, and no other, says whose it is")
        return self


class LookingForm(Model):
    """As `domain.targets_plan.Looking`."""

    since: date
    look_on: Annotated[list[Annotated[int, Field(ge=1, le=31)]], Field(min_length=1)]
    margin_percent: Annotated[int, Field(ge=0, le=100)]
    kept_months: Annotated[int, Field(ge=0, le=120)]
    source: Literal["house"]


class PlanForm(Model):
    """The file."""

    policy: Annotated[list[LookingForm], Field(min_length=1)]
    targets: Annotated[list[TargetForm], Field(min_length=1)]


def load_targets(path: Path = FILE) -> Plan:
    """Return the targets of a file.

    Raises:
        ConfigurationError: It is not as its form wants it, names a fact, field, document or clause that does not exist,
            or two targets have one id; the message names the line.
    """
    file = StrictYaml(path.name, path.read_text(encoding="utf-8"))
    form = file.filled(PlanForm)
    seen: set[str] = set()
    for number, one in enumerate(form.targets):
        place = ("targets", number)
        shipped_register().cited(file, place, one.document, one.clause)
        if one.id in seen:
            raise file.at((*place, "id"), f"there are two targets '{one.id}'")
        seen.add(one.id)
        for at, counter in enumerate(one.counters):
            _check(file, (*place, "counters", at), counter)
    policy = tuple(Looking(p.since, tuple(p.look_on), p.margin_percent, p.kept_months) for p in form.policy)
    return Plan(tuple(map(_target, form.targets)), policy)


def _check(file: StrictYaml, place: tuple[str | int, ...], counter: CounterForm) -> None:
    fact = _FACTS.get(counter.fact)
    if fact is None:
        raise file.at((*place, "fact"), f"no fact is called '{counter.fact}'{closest(counter.fact, _FACTS)}")
    for field in counter.where:
        if field not in fact.model_fields:
            known = closest(field, fact.model_fields)
            raise file.at((*place, "where", field), f"{counter.fact} has no field '{field}'{known}")


def _target(form: TargetForm) -> Target:
    whose = form.whose
    ages = (whose.ages[0], whose.ages[1]) if whose and whose.ages else None
    return Target(
        id=form.id,
        zh=form.title.zh,
        en=form.title.en,
        unit=form.unit,
        value=form.value,
        every=form.every,
        since=form.since,
        until=form.until,
        scope=tuple(form.scope),
        counters=tuple(
            Counter(c.fact, c.each, {k: tuple(v) for k, v in c.where.items()}, c.takes_back, c.first_only)
            for c in form.counters
        ),
        document=shipped_register().names[form.document],
        clause=form.clause,
        rows=tuple(form.rows),
        missing=form.missing or "",
        note=form.note or "",
        programme=form.programme or "",
        per_county=form.per_county,
        coverage=form.coverage,
        whose=Whose(tuple(whose.statuses), tuple(whose.traits), ages) if whose else None,
    )
