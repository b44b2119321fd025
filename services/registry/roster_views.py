"""What the roster commands show: pure functions over states. People stand under their ids, never their numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from services.registry.domain.feeds import Feed
from services.registry.domain.roster import Listed
from services.registry.domain.snapshot import Snapshot
from services.registry.domain.snapshot_parts import Part
from shared.ops.clocks import Clocks

Row = dict[str, Any]


def report(id_: str, snapshot: Snapshot, parts: Iterable[Part], exits: Mapping[str, Listed]) -> Row:
    """Return what became of a snapshot, for whoever sent it; of `exits`, those that this snapshot proposed."""
    found = list(parts)
    return {
        "snapshot_id": id_,
        "county": snapshot.county,
        "as_of": snapshot.as_of,
        "told_by": snapshot.told_by,
        "stage": snapshot.stage,
        "reason": snapshot.reason,
        "by": snapshot.by or None,
        "parts": snapshot.parts,
        "parts_here": len(snapshot.seen),
        "parts_missing": [n for n in range(1, snapshot.parts + 1) if str(n) not in snapshot.seen],
        "people": snapshot.people,
        "content_hash": snapshot.content_hash,
        "counts": asdict(snapshot.counts),
        "entered": [{"part": part.number, "person_id": person} for part in found for person in part.entered],
        "changed": [
            {"part": part.number, "person_id": change.person_id, "fields": ", ".join(change.fields)}
            for part in found
            for change in part.changed
        ],
        "refused": [
            {"part": part.number, "row": refused.row, "code": refused.code}
            for part in found
            for refused in part.refused
        ],
        "conflicts": [{"part": part.number, "person_id": person} for part in found for person in part.conflicts],
        "exits": [
            {"person_id": person, "proposed_on": listed.proposal.on, "outcome": listed.proposal.outcome}
            for person, listed in sorted(exits.items())
            if listed.proposal is not None and listed.proposal.snapshot_id == id_
        ],
    }


def held(snapshots: Mapping[str, Snapshot]) -> list[Row]:
    """Return the snapshots that wait for somebody, and the digest that an approval must name."""
    return [
        {
            "snapshot_id": id_,
            "county": snapshot.county,
            "as_of": snapshot.as_of,
            "reason": snapshot.reason,
            "parts": f"{len(snapshot.seen)}/{snapshot.parts}",
            "people": snapshot.people,
            "content_hash": snapshot.content_hash,
        }
        for id_, snapshot in snapshots.items()
        if snapshot.stage == "held"
    ]


def history(person: Listed, seen: Clocks) -> list[Row]:
    """Return every status that was told of a person, the one in force on the day of the clocks marked."""
    in_force = person.status_on(seen.as_of or date.max)
    return [
        {
            "since": told.since,
            "status": told.status,
            "county": told.county,
            "source": told.source,
            "known_on": told.known_on,
            "in_force": told is in_force,
        }
        for told in person.told
        if seen.as_of is None or told.since <= seen.as_of
    ]


def feeds(states: Mapping[str, Feed]) -> list[Row]:
    """Return the feeds of each county with their last day, the day by which the next arrival is due, and silence."""
    rows = []
    for id_, feed in states.items():
        name, _, county = id_.partition("/")
        if feed.last_on is not None:
            rows.append(
                {
                    "feed": name,
                    "county": county,
                    "last_on": feed.last_on,
                    "due_on": feed.due_by,
                    "silent": feed.silent,
                    "days": feed.days,
                    "programmes": ", ".join(feed.promise.programmes),
                }
            )
    return rows
