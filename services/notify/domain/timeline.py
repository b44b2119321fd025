"""The timeline of a case: what happened to a person or an employer, one sentence an event.

Pure; the phrases are handed in. An entry keeps what its sentence names, so that a case is read without another
service's database, and is made again by a replay.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from string import Formatter
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from services.notify.domain.rules import Language, Said, Sentence
from shared.calendar import first_day
from shared.catalog import CATALOG
from shared.events.contract import Event, Model
from shared.events.types import Word, is_person_id
from shared.money import yuan
from shared.runner.core import Aggregate, Message

_TOPICS: Final = {entry.event.topic: entry.event for entry in CATALOG}
_SUBJECTS: Final = ("person_id", "uscc", "payee")
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,47}$")]
_USCC: Final = 18  # characters of a credit code; other payees are counties and providers


class Phrase(Model):
    """What the timeline says of an event.

    Args:
        event: Its topic. on: The field that says since when it is true; None: since it became known.
        keeps: Fields on which it rests, beside what the sentences name: the terms of an offer, the steps of a line.
    """

    event: str
    zh: Sentence
    en: Sentence
    on: Word | None = None
    keeps: list[Word] = Field(default_factory=list)

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the fields that the sentences name."""
        parts = (part for text in (self.zh, self.en) for part in Formatter().parse(text))
        return frozenset(name for _, name, _, _ in parts if name is not None)

    @model_validator(mode="after")
    def _names_what_the_event_has(self) -> "Phrase":
        event = _TOPICS.get(self.event)
        if event is None:
            raise ValueError(f"there is no event {self.event}")
        known = _fields_of(event)
        for name in sorted(self.names | {*self.keeps} | ({self.on} if self.on else set())):
            if name not in known:
                raise ValueError(f"{{{name}}} is not one of {', '.join(sorted(known))}")
        return self


class Phrasebook(Model):
    """The phrases of all events that stand in a timeline, and what codes read like."""

    entries: list[Phrase]
    words: dict[Word, dict[Code, Said]] = Field(default_factory=dict)

    @cached_property
    def by_topic(self) -> Mapping[str, Phrase]:
        """Return the phrases by topic."""
        return {phrase.event: phrase for phrase in self.entries}

    @property
    def events(self) -> tuple[type[Event], ...]:
        """Return the events that stand in a timeline."""
        return tuple(_TOPICS[phrase.event] for phrase in self.entries)

    def sentence(self, entry: "Entry", language: Language) -> str:
        """Return what an entry says."""
        phrase = self.by_topic[entry.topic]
        said = {name: self._word(name, entry.said.get(name, "-"), language) for name in phrase.names}
        return (phrase.zh if language == "zh" else phrase.en).format_map(said)

    def _word(self, name: str, code: str, language: Language) -> str:
        said = self.words.get(name, {}).get(code)
        return said.in_(language) if said else code


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to a person or an employer.

    Args:
        on: The day since which it is true. known_on: the open day on which it became known.
        sequence: Number of the upstream fact behind it, which orders what happened on one day.
        said: What its sentence names; ids, codes and figures.
        basis: On what it rests: a list is one text a line, a table `name=value` a line.
    """

    topic: str = ""
    on: date | None = None
    known_on: date | None = None
    sequence: int = 0
    subjects: tuple[str, ...] = ()
    said: dict[str, str] = field(default_factory=dict)
    basis: dict[str, str] = field(default_factory=dict)


def subject_tag(subject_id: str) -> str:
    """Return the tag of what happened to a person or an employer."""
    return f"of:{subject_id}"


def entry_of(phrases: Phrasebook) -> Aggregate[Entry]:
    """Return the kind of aggregate that holds the entries, one an event, under the event's id."""
    by_topic = phrases.by_topic

    def concerns(message: Message) -> Iterable[str]:
        return (message.id,) if message.event.topic in by_topic and _subjects(_flat(message.event)) else ()

    def evolve(_: Entry, message: Message) -> Entry:
        phrase, flat = by_topic[message.event.topic], _flat(message.event)
        return Entry(
            topic=phrase.event,
            on=_day(flat.get(phrase.on)) if phrase.on and flat.get(phrase.on) else message.known_on,
            known_on=message.known_on,
            sequence=message.sequence,
            subjects=_subjects(flat),
            said={name: text for name in sorted(phrase.names) if (text := _text(name, flat)) is not None},
            basis={name: text for name in phrase.keeps if (text := _basis(flat.get(name)))},
        )

    return Aggregate(
        kind="timeline_entry",
        state=Entry,
        initial=lambda _: Entry(),
        evolve=evolve,
        concerns=concerns,
        tags=lambda entry: tuple(subject_tag(each) for each in entry.subjects),
    )


def _flat(event: Event) -> dict[str, Any]:
    """Return an event's fields, with those of the claim that it is about."""
    fields = {name: getattr(event, name) for name in type(event).model_fields}
    claim = fields.pop("claim", None)
    return fields | ({name: getattr(claim, name) for name in type(claim).model_fields} if claim else {})


def _fields_of(event: type[Event]) -> frozenset[str]:
    """Return what sentences about an event may name; amounts without `_fen`."""
    names = set(event.model_fields)
    if "claim" in names:
        names |= set(event.model_fields["claim"].annotation.model_fields)  # type: ignore[union-attr]  # a model
    return frozenset(names | {name.removesuffix("_fen") for name in names})


def _subjects(flat: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the people and employers whose timeline it stands in, each once."""
    found = dict.fromkeys(str(flat[name]) for name in _SUBJECTS if flat.get(name))
    return tuple(each for each in found if is_person_id(each) or len(each) == _USCC)


def _text(name: str, flat: Mapping[str, Any]) -> str | None:
    if f"{name}_fen" in flat:
        amount = flat[f"{name}_fen"]
        return None if amount is None else yuan(amount)
    value = flat.get(name)
    if isinstance(value, list):
        return "、".join(map(str, value)) or None
    return None if value in (None, "") else str(value)


def _basis(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(f"{name}={each}" for name, each in value.items())
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else first_day(str(value))
