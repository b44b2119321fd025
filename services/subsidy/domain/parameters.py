"""Dated parameters: which value is in force for a county on a day.

A county's own value goes before the general one, a published one before the shipped one, the later first day before
the earlier. A published `null` abolishes: for a county its general value counts again, in general the figure is unset.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol, TypeVar

from services.subsidy.domain.programme import MOST, Condition, Dated, Programme, Rulebook, Subject, Value
from shared.events.finance import ParameterPublished
from shared.events.subsidy import EntitlementRefused
from shared.runner.core import Aggregate, Message

EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A value that a document set; `known_on` is the day of the document, which settles ties."""

    valid_from: date
    known_on: date
    value: int | str | tuple[str, ...] | None
    document: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was published, by name and county (`''`: everywhere), in order of the first days.

    Args:
        noted: Which gaps somebody was already told of: `<parameter>|<county>`.
    """

    published: dict[str, dict[str, tuple[Published, ...]]] = field(default_factory=dict)
    noted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a claim accrues nothing; `parameter` where the reason is that a figure is unset."""

    reason: str
    parameter: str = ""


OUTSIDE = Refusal("outside_area")
"""Where a programme's document is not in force, nothing is said of it."""


@dataclass(frozen=True, slots=True)
class Override:
    """A condition of a programme, by its reason, that is set aside for a payee until a day; `person` empty: for all."""

    programme: str
    check: str
    payee: str
    person: str
    until: date
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Values:
    """The rulebook together with what was published since.

    Args:
        whose: The person or employer that is assessed. `overrides`: what is set aside for them, whoever is paid.
    """

    rulebook: Rulebook
    parameters: Parameters
    whose: str = ""
    overrides: tuple[Override, ...] = ()

    def in_force(self, name: str, county: str, day: date) -> Value | None:
        """Return the value of a parameter for a county on a day, None if it is unset.

        Raises:
            KeyError: No programme file declares the parameter.
        """
        published = self.parameters.published.get(name)
        if published:
            local = _latest(published.get(county, ()), day)
            if local is not None and local.value is not None:
                return self._typed(name, local.value)
            general = _latest(published.get(EVERYWHERE, ()), day)
            if general is not None:
                return self._typed(name, general.value)
        shipped = _latest(self.rulebook.parameters[name].values, day)
        return None if shipped is None else shipped.value

    def number(self, programme: Programme, role: str, county: str, day: date) -> int | None:
        """Return the figure that plays a role in a programme, None if it is unset."""
        value = self.in_force(programme.uses[role], county, day)
        return value if isinstance(value, int) else None

    def graded(self, programme: Programme, role: str, grade: str, county: str, day: date) -> int | None:
        """Return the figure that plays a role for a grade: the same for every grade, or one of `<grade>:<figure>`."""
        value = self.in_force(programme.uses[role], county, day)
        if isinstance(value, tuple):
            entries = (entry.rpartition(":") for entry in value)
            figure = next((figure for name, _, figure in entries if name == grade), "")
            return int(figure) if figure.isascii() and figure.isdecimal() else None
        return value if isinstance(value, int) else None

    def failed(self, programme: Programme, subject: Subject, county: str, day: date) -> Refusal | None:
        """Return why a subject does not meet a programme's conditions, for the first that fails; None if all hold."""
        if not programme.covers(county):
            return OUTSIDE
        set_aside = self._set_aside(programme, subject, day)
        for condition in programme.conditions:
            answer = self.answered(condition, subject, county, day)
            if isinstance(answer, Refusal) and condition.reason not in set_aside:
                return answer
        return None

    def _set_aside(self, programme: Programme, subject: Subject, day: date) -> frozenset[str]:
        """Return the reasons of the conditions that do not count for who is paid, on a day."""
        if not self.overrides:
            return frozenset()
        payee = subject.get(f"{programme.payee}.id") or self.whose
        return frozenset(
            entry.check
            for entry in self.overrides
            if (entry.programme, entry.payee) == (programme.name, payee) and day <= entry.until
        )

    def answered(self, condition: Condition, subject: Subject, county: str, day: date) -> Refusal | bool | None:
        """Return True where a condition holds, why it does not, or None where it does not bind: its figure is unset."""
        values = [self.in_force(name, county, day) for name in condition.parameters]
        if None in values:
            missing = condition.parameters[values.index(None)]
            return Refusal("parameter_unset", missing) if self.rulebook.parameters[missing].binds_unset else None
        read = tuple(subject[name] for name in condition.reads)
        return condition.holds(read, tuple(value for value in values if value is not None)) or Refusal(condition.reason)

    def found(self, name: str, county: str, day: date) -> Dated | None:
        """Return the value in force as `in_force` does, with the document that set it; None before the first one."""
        published = self.parameters.published.get(name, {})
        local, general = (_latest(published.get(place, ()), day) for place in (county, EVERYWHERE))
        entry = local if local is not None and local.value is not None else general
        if entry is None:
            return _latest(self.rulebook.parameters[name].values, day)
        return Dated(entry.valid_from, self._typed(name, entry.value), entry.document, entry.clause)

    def ever(self, name: str, county: str) -> list[int]:
        """Return every figure that a parameter has had or will have for a county, in order of size."""
        published = self.parameters.published.get(name, {})
        values = [entry.value for place in (county, EVERYWHERE) for entry in published.get(place, ())]
        values += [entry.value for entry in self.rulebook.parameters[name].values]
        figures = (self._typed(name, value) for value in values)
        return sorted({figure for figure in figures if isinstance(figure, int)})

    def begins(self, name: str, county: str) -> list[date]:
        """Return every day on which a parameter may take another value for a county, in order."""
        published = self.parameters.published.get(name, {})
        days = {entry.valid_from for place in (county, EVERYWHERE) for entry in published.get(place, ())}
        return sorted(days | {entry.valid_from for entry in self.rulebook.parameters[name].values})

    def last_change(self, names: Iterable[str]) -> date:
        """Return the latest first day among the values of some parameters: after it nothing changes by itself."""
        days = [entry.valid_from for name in names for entry in self.rulebook.parameters[name].values]
        for name in names:
            for entries in self.parameters.published.get(name, {}).values():
                days.extend(entry.valid_from for entry in entries)
        return max(days, default=date.min)

    def _typed(self, name: str, value: Value | None) -> Value | None:
        """Return a published value as its parameter's unit wants it; what cannot be meant is unset."""
        unit = self.rulebook.parameters[name].unit
        if unit == "list" and isinstance(value, str):
            return tuple(word.strip() for word in value.split(",") if word.strip())
        if unit == "fen_by_grade" and isinstance(value, tuple):
            return value
        if unit in {"list", "word"}:
            return value if isinstance(value, tuple if unit == "list" else str) else None
        return value if isinstance(value, int) and value <= MOST[unit] else None


class _HasFirstDay(Protocol):
    @property
    def valid_from(self) -> date: ...


E = TypeVar("E", bound=_HasFirstDay)


def _latest(entries: Sequence[E], day: date) -> E | None:
    """Return the last of some dated entries, in order of their first days, that has begun by a day."""
    for entry in reversed(entries):
        if entry.valid_from <= day:
            return entry
    return None


def place_of(message: Message) -> str:
    """Return the id of the parameters that count for a message: those of its partition."""
    return f"p{message.partition}"


def evolve(state: Parameters, message: Message) -> Parameters:
    """Return the parameters after a message; a figure that is set may be reported as missing again later."""
    match message.event:
        case ParameterPublished() as fact:
            return with_published(state, fact)
        case EntitlementRefused(parameter=str(name), county=county):
            return replace(state, noted=tuple(sorted({*state.noted, gap(name, county)})))
        case _:
            return state


def gap(parameter: str, county: str) -> str:
    """Return the name under which a missing figure of a county is noted."""
    return f"{parameter}|{county}"


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case ParameterPublished() | EntitlementRefused(parameter=str()):
            return (place_of(message),)
        case _:
            return ()


def with_published(state: Parameters, fact: ParameterPublished) -> Parameters:
    """Return the parameters with one more published value; a gap that was told of may be told of again.

    A fact that repeats an earlier one in every field changes nothing: it is no news, so what was published in between
    goes on counting. Whoever means to return to an old value says so in a new document (its number, day or clause).
    """
    county = fact.county or EVERYWHERE
    value = tuple(fact.value) if isinstance(fact.value, list) else fact.value
    entry = Published(fact.valid_from, fact.known_on, value, fact.doc_no, fact.clause or "")
    counties = state.published.get(fact.parameter, {})
    known = counties.get(county, ())
    if entry in known:
        return state
    # A stable sort: among documents of one day for one first day, the one that arrived last counts.
    ordered = tuple(sorted((*known, entry), key=lambda e: (e.valid_from, e.known_on)))
    noted = tuple(mark for mark in state.noted if not mark.startswith(f"{fact.parameter}|"))
    counties = counties | {county: ordered}
    return Parameters(published=state.published | {fact.parameter: counties}, noted=noted)


PARAMETERS = Aggregate(
    kind="parameters", state=Parameters, initial=lambda _: Parameters(), evolve=evolve, concerns=_concerns
)
