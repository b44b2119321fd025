"""The roster of the year: full snapshots in November, February, May and August, and what changes in between.

Four things go wrong on purpose: Zhao'an's snapshot of May lacks a third of its people and is refused and sent again,
Pinghe's of August lacks a part, two exits that a snapshot implies are not confirmed, one source disagrees on a status.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from samples.facts import Fact, chance
from samples.people import Person, roster_row
from samples.places import COUNTY_SLUGS, PINGHE, ZHAOAN
from samples.year.days import MONTHS, on, source

SNAPSHOTS = (0, 3, 6, 9)  # months of the year
CHANGES, EXITS, REFUSED = 8, 6, 2
_PART = 100
_DELTA_DAY, _SNAPSHOT_DAY = 12, 3


@dataclass
class _Roster:
    """What the poverty offices hold; people are known by their number in the sample."""

    people: list[Person]
    luck: random.Random
    statuses: dict[int, tuple[str, date]] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)

    def row(self, person: Person) -> dict[str, Any]:
        return roster_row(person, *self.statuses[person.number])

    def listed(self) -> list[Person]:
        return [p for p in self.people if self.statuses[p.number][0] == "listed" and p.number not in self.left]


def roster_facts(seed: int, people: list[Person]) -> list[Fact]:
    """Return snapshots, changes, exits and what the offices answer to them."""
    roster = _Roster(people, chance(seed, "year-roster"))
    roster.statuses = {p.number: (p.household.status, p.household.status_from) for p in people}
    facts: list[Fact] = []
    for number, month in enumerate(MONTHS):
        if number in SNAPSHOTS:
            leaving = roster.luck.sample(roster.listed(), EXITS + REFUSED) if number else []
            roster.left |= {person.number for person in leaving}
            facts += _snapshots(roster, number, month)
            facts += _answers(roster, leaving, on(month, _SNAPSHOT_DAY + 12))
        else:
            facts += _changes(roster, on(month, _DELTA_DAY))
    return [*facts, *_dispute(roster)]


def _snapshots(roster: _Roster, number: int, month: date) -> list[Fact]:
    facts: list[Fact] = []
    for county in COUNTY_SLUGS:
        rows = [roster.row(p) for p in roster.people if p.county == county and p.number not in roster.left]
        snapshot_id, day = f"S-{county}-{month:%Y%m}", on(month, _SNAPSHOT_DAY)
        if (number, county) == (SNAPSHOTS[2], ZHAOAN):
            facts += _parts(f"{snapshot_id}-1", county, month, day, rows[: len(rows) * 2 // 3])
            facts.append(_refused(f"{snapshot_id}-1", county, day + timedelta(days=2)))
            snapshot_id, day = f"{snapshot_id}-2", day + timedelta(days=5)
        if (number, county) == (SNAPSHOTS[3], PINGHE):
            facts += _parts(f"{snapshot_id}-1", county, month, day, rows)[:-1]
            snapshot_id, day = f"{snapshot_id}-2", day + timedelta(days=7)
        facts += _parts(snapshot_id, county, month, day, rows)
    return facts


def _parts(snapshot_id: str, county: str, month: date, day: date, rows: list[dict[str, Any]]) -> list[Fact]:
    pages = [rows[start : start + _PART] for start in range(0, len(rows), _PART)]
    office = source(county, "poverty-office")
    said = {"snapshot_id": snapshot_id, "county": county, "as_of": month.isoformat(), "parts": len(pages)}
    return [
        Fact(day, office, "roster.snapshot", said | {"part": part, "entries": page}, snapshot_id)
        for part, page in enumerate(pages, start=1)
    ]


def _refused(snapshot_id: str, county: str, day: date) -> Fact:
    data = {"subject_id": snapshot_id, "content_hash": "0" * 64, "by": "zhaoan-poverty-1", "date": day.isoformat()}
    return Fact(
        day, source(county, "poverty-office"), "approval.refused", data | {"reason": "漏报，重新报送"}, snapshot_id
    )


def _answers(roster: _Roster, leaving: Iterable[Person], day: date) -> list[Fact]:
    """Return what becomes of the exits that a snapshot implies; who is not confirmed stands on the roster again."""
    facts = []
    for number, person in enumerate(leaving):
        is_refused = number >= EXITS
        data = {
            "id_number": person.id_number,
            "date": day.isoformat(),
            "by": f"{COUNTY_SLUGS[person.county]}-poverty-1",
        }
        office = source(person.county, "poverty-office")
        facts.append(Fact(day, office, "exit.refused" if is_refused else "exit.confirmed", data))
        if is_refused:
            roster.left.discard(person.number)
    return facts


def _changes(roster: _Roster, day: date) -> list[Fact]:
    facts = []
    for person in roster.luck.sample(roster.listed(), CHANGES):
        status = roster.luck.choice(("low_income", "monitored", "instant_help"))
        roster.statuses[person.number] = (status, day.replace(day=1))
        facts.append(Fact(day, source(person.county, "poverty-office"), "roster.entry", roster.row(person)))
    return facts


def _dispute(roster: _Roster) -> list[Fact]:
    """Return a village platform's word on a person, which is not the poverty office's."""
    person = next(each for each in roster.listed() if not each.labour_ability)
    row = roster.row(person) | {"status": "none"}
    return [Fact(date(2021, 4, 20), source(person.county, "village-platform"), "roster.entry", row)]
