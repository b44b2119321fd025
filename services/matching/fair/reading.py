"""A hall from files: tables with the headers of `bangfu import`, or facts as they are published, one JSON a line.

Identity numbers are read for the date of birth and the retirement age, and to tell that two rows are one person; then
they are dropped. People are called by their row, or by the person id if the file gives one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from services.matching.domain.seeker import SEEKERS
from services.matching.domain.vacancy import VACANCIES
from services.matching.fair.hall import Hall, hall_of
from services.matching.fair.known import Known, States, take
from shared.errors import BangfuError
from shared.events.contract import TYPE_PREFIX, Event
from shared.events.employers import VacancyOpened
from shared.events.people import JobseekerRegistered, RosterEntry
from shared.identity import IdentityError, born_on, normalise_id_number, sex
from shared.ops.asked import existing
from shared.ops.importing import RowError, facts_of
from shared.ops.words import say
from shared.runner.core import Message

_TABLES: Final = {".xlsx", ".csv"}
_SHOWN: Final = 5
_PERSONAL: Final = ("id_number", "name", "phone")
_DIGITS: Final = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True)
class _Line:
    """One fact of a file; `whole` are the data as the file gives them."""

    number: int
    whole: dict[str, Any]


def hall_from(on: date, vacancies: Path, seekers: Path, roster: Path | None = None) -> Hall:
    """Return the hall that files describe, in the order of their rows; what is known of the market is the files.

    Args:
        on: The day of the fair.
        vacancies: A table (`.xlsx`, `.csv`), or else facts `vacancy.opened`.
        seekers: Likewise, `jobseeker.registered`.
        roster: Who is on the poverty office's roster, matched by identity number or person id; without it nobody is.

    Raises:
        BangfuError: A file cannot be read, a row is wrong, or a person or vacancy stands in a file twice; rows only.
    """
    states: States = {}
    ids: dict[str, str] = {}
    for line, who in _people(roster, "roster", RosterEntry, on) if roster else ():
        take(states, _message(_person(line, RosterEntry, who, ids, roster), line, on))
    names: dict[str, str] = {}
    for line, who in _people(seekers, "jobseekers", JobseekerRegistered, on):
        event = _person(line, JobseekerRegistered, who, ids, seekers)
        take(states, _message(event, line, on))
        names[event.person_id] = line.whole.get("person_id") or say(f"行 {line.number}", f"row {line.number}")
    posts: list[str] = []
    for line in _lines(vacancies, "vacancies", VacancyOpened, on):
        event = _event(line.whole, VacancyOpened, line, vacancies)
        if event.vacancy_id in posts:
            raise BangfuError(f"{vacancies}: row {line.number}: vacancy {event.vacancy_id} stands here a second time")
        posts.append(event.vacancy_id)
        take(states, _message(event, line, on))
    market = Known(states)
    people = ((name, market(SEEKERS, id_)) for id_, name in names.items())
    return hall_of(on, people, ((id_, market(VACANCIES, id_)) for id_ in posts), market)


def _people(file: Path, kind: str, fact: type[Event], on: date) -> Iterator[tuple[_Line, str]]:
    """Yield the lines of a file of people and who each is; the latter never leaves this module."""
    rows: dict[str, int] = {}
    for line in _lines(file, kind, fact, on):
        who = line.whole.get("person_id") or _number(line, file)
        if rows.setdefault(who, line.number) != line.number:
            raise BangfuError(f"{file}: rows {rows[who]} and {line.number} are the same person: keep one")
        yield line, who


def _person(line: _Line, fact: type[Event], who: str, ids: dict[str, str], file: Path | None) -> Any:
    """Return the fact as registry would record it, except that a person without an id gets one by counting."""
    said = {name: value for name, value in line.whole.items() if name not in _PERSONAL}
    if "person_id" not in said:
        number = _number(line, file or Path())
        said |= {"person_id": ids.setdefault(who, _counted(len(ids) + 1))}
        said |= {"born_on": born_on(number).isoformat(), "sex": sex(number)}
    return _event(said, fact, line, file)


def _number(line: _Line, file: Path) -> str:
    try:
        return normalise_id_number(str(line.whole.get("id_number", "")))
    except IdentityError as error:
        raise BangfuError(f"{file}: row {line.number}: id_number: {error.code}") from None


def _lines(file: Path, kind: str, fact: type[Event], on: date) -> Iterator[_Line]:
    existing(file)
    return _rows(file, kind, on) if file.suffix.lower() in _TABLES else _facts(file, fact)


def _rows(file: Path, kind: str, on: date) -> Iterator[_Line]:
    wrong: list[RowError] = []
    for row in facts_of(file, kind, source="fair", now=datetime.combine(on, time(), UTC)):
        if isinstance(row, RowError):
            wrong.append(row)
        else:
            yield _Line(row.number, row.event["data"])
    if wrong:
        told = "; ".join(f"{e.number} {e.column} {e.code}: {e.hint}" for e in wrong[:_SHOWN])
        raise BangfuError(f"{file}: {len(wrong)} errors, the first (row, column): {told}")


def _facts(file: Path, fact: type[Event]) -> Iterator[_Line]:
    for number, text in enumerate(file.read_bytes().splitlines(), 1):
        try:
            event = orjson.loads(text) if text.strip() else {"type": ""}
            topic, whole = str(event["type"]).removeprefix(TYPE_PREFIX), event.get("data")
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise BangfuError(f"{file}: row {number}: not a CloudEvent in JSON with a type") from None
        topic = topic.rpartition(".v")[0]
        if topic == fact.topic and isinstance(whole, dict):
            yield _Line(number, whole)
        elif topic.partition(".")[0] == fact.topic.partition(".")[0]:
            raise BangfuError(f"{file}: row {number}: {topic}: for a fair each row is one whole {fact.topic}")


def _event(said: dict[str, Any], fact: type[Event], line: _Line, file: Path | None) -> Any:
    try:
        return fact.model_validate_json(orjson.dumps(said))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BangfuError(f"{file}: row {line.number}: {place}: {first['type']}") from None


def _counted(number: int) -> str:
    """Return a number in the form of a person id."""
    letters = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        letters = _DIGITS[digit] + letters
    return f"p{letters:a>25}"


def _message(event: Event, line: _Line, on: date) -> Message:
    id_ = f"row-{line.number}"
    return Message(id=id_, source="fair", event=event, sequence=line.number, known_on=on, correlation_id=id_)
