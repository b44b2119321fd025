"""Reads the duties (duties.yaml); what is wrong in the file is one error that names file and line."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from services.registry.domain.duties import Cadence, DoneBy, Duty, Manners, Rulebook, Whose
from services.registry.domain.duties_book import ENDLESS
from shared.documents import Register, Words, shipped_register
from shared.events.contract import Model
from shared.events.duties import Subject
from shared.events.types import Label, ParameterName, PostKind, ProgrammeName, Word
from shared.strict_yaml import StrictYaml

DUTIES_FILE: Final = Path(__file__).parent / "duties.yaml"
_WORDED: Final = {"duty.done", "visit.recorded", "activity.held"}


class _Title(Model):
    zh: Words
    en: Words


class _Whose(Model):
    placements: list[PostKind] | None = None
    pairs: list[ProgrammeName | Literal["one_to_one"]] | None = None
    organisations: list[Literal["training_base", "village_platform", "talent_station", "agency"]] | None = None
    offices: list[Literal["county", "city", "province"]] | None = None
    programmes: list[ProgrammeName] = Field(default_factory=list)
    unstated: bool = False
    area: Annotated[str, Field(pattern=r"^([0-9]{2}){0,3}$")] = ""


class _Once(Model):
    first: date
    last: date


class _DoneBy(Model):
    fact: Literal["duty.done", "visit.recorded", "activity.held", "attendance.recorded", "assessment.recorded",
                  "appraisal.recorded"]  # fmt: skip
    words: list[Label] = Field(default_factory=list)
    longer: bool = False


class _Pays(Model):
    programme: ProgrammeName
    reason: Word


class _Duty(Model):
    duty: Word
    since: date
    until: date | None = None
    title: _Title
    who: Words
    whose: _Whose
    every: Literal["week", "month", "quarter", "half_year", "year", "years", "days", "once"] = "once"
    once: _Once | None = None
    years: Annotated[int, Field(ge=2, le=20)] = 1
    first_year: Annotated[int, Field(ge=2013, le=2100)] | None = None
    service: bool = False
    parameter: ParameterName = ""
    missing: Words | None = None
    count: Annotated[int, Field(ge=1, le=100)] = 1
    working_days_after: Annotated[int, Field(ge=0, le=250)] = 0
    done_by: Annotated[list[_DoneBy], Field(min_length=1)]
    pays: _Pays | None = None
    document: Words
    clause: Words
    rows: Annotated[list[str], Field(min_length=1)]
    house: Words | None = None


class _Manners(Model):
    source: Literal["house"]
    owed_from_percent: Annotated[int, Field(ge=1, le=100)]
    report_working_days: Annotated[int, Field(ge=0, le=60)]
    lapse_days: Annotated[int, Field(ge=1, le=3_660)]
    lapse_days_after_end: Annotated[int, Field(ge=1, le=3_660)]


class _Law(Model):
    since: date
    document: Words
    clause: Words


class _File(Model):
    description: Words
    metadata: dict[str, str]
    manners: _Manners
    moved_by: Annotated[list[_Law], Field(min_length=1)]
    duties: Annotated[list[_Duty], Field(min_length=1)]


@cache
def shipped_duties() -> Rulebook:
    """Return the duties that ship with the service, read once."""
    return read_duties(DUTIES_FILE.name, DUTIES_FILE.read_text(encoding="utf-8"), shipped_register())


def read_duties(name: str, text: str, register: Register) -> Rulebook:
    """Return the duties that a text states.

    Args:
        name: What errors call the text.
        text: YAML.
        register: The documents that may be cited.

    Raises:
        ConfigurationError: The text is not as its form wants it, cites what is not registered, states two entries of
            one duty for one day, or a cadence that says nothing; the message names the line.
    """
    file = StrictYaml(name, text)
    stated = file.filled(_File)
    manners = Manners(**stated.manners.model_dump(exclude={"source"}))
    duties = tuple(_duty(file, number, one, manners, register) for number, one in enumerate(stated.duties))
    _check_versions(file, duties)
    laws = []
    for number, law in enumerate(stated.moved_by):
        document = register.cited(file, ("moved_by", number), law.document, law.clause)
        laws.append((law.since, f"{document.title} {law.clause}"))
    by_parameter = {duty.cadence.parameter: duty for duty in duties if duty.cadence.parameter}
    return Rulebook(duties, by_parameter, tuple(sorted(laws)))


def _duty(file: StrictYaml, number: int, one: _Duty, manners: Manners, register: Register) -> Duty:
    path = ("duties", number)
    document = register.cited(file, path, one.document, one.clause)
    if mistake := _mistake(one):
        raise file.at(path, f"'{one.duty}': {mistake}")
    return Duty(
        duty=one.duty,
        since=one.since,
        until=one.until or ENDLESS,
        zh=one.title.zh,
        en=one.title.en,
        who=one.who,
        whose=_whose(one.whose),
        cadence=_cadence(one),
        done_by=tuple(_done_by(way) for way in one.done_by),
        document=document.title,
        clause=one.clause,
        rows=tuple(one.rows),
        manners=manners,
        count=one.count,
        working_days_after=one.working_days_after,
        pays=one.pays.programme if one.pays else "",
        reason=one.pays.reason if one.pays else "",
        missing=one.missing or "",
        house=one.house or "",
    )


def _mistake(one: _Duty) -> str:
    whose = [one.whose.placements, one.whose.pairs, one.whose.organisations, one.whose.offices]
    checks = {
        "it is owed by exactly one of placements, pairs, organisations, offices": sum(map(bool, whose)) == 1,
        "every: years goes with years and first_year": (one.every == "years") == (one.first_year is not None),
        "once goes with first and last, or with a parameter": one.every != "once"
        or bool(one.once) != bool(one.parameter),
        "days go with a parameter": one.every != "days" or bool(one.parameter),
        f"its parameter begins with duty.{one.duty}.": not one.parameter
        or one.parameter.startswith(f"duty.{one.duty}."),
        "what has a parameter says which document is missing": bool(one.parameter) == bool(one.missing),
        "only duty.done, visit.recorded and activity.held go by words, and they need some": all(
            bool(way.words) == (way.fact in _WORDED) for way in one.done_by
        ),
        "it ends after it begins": one.until is None or one.since <= one.until,
    }
    return next((said for said, holds in checks.items() if not holds), "")


def _whose(stated: _Whose) -> Whose:
    owed: dict[Subject, list[str]] = {
        "placement": list(stated.placements or ()),
        "pair": list(stated.pairs or ()),
        "organisation": list(stated.organisations or ()),
        "office": list(stated.offices or ()),
    }
    (subject,) = (subject for subject, roles in owed.items() if roles)
    programmes = frozenset(stated.programmes)
    return Whose(subject, frozenset(owed[subject]), programmes, stated.unstated, stated.area)


def _cadence(one: _Duty) -> Cadence:
    span = (one.once.first, one.once.last) if one.once else None
    return Cadence(one.every, one.years, one.first_year or 0, one.service, one.parameter, span)


def _done_by(way: _DoneBy) -> DoneBy:
    keys = {f"{way.fact}/{word}" for word in way.words} or {way.fact}
    return DoneBy(frozenset(keys), way.longer)


def _check_versions(file: StrictYaml, duties: tuple[Duty, ...]) -> None:
    for number, duty in enumerate(duties):
        for other in duties[:number]:
            if other.duty == duty.duty and other.since <= duty.until and duty.since <= other.until:
                raise file.at(("duties", number), f"'{duty.duty}' is stated twice for {max(other.since, duty.since)}")
