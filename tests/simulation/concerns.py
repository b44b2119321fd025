"""Facts for the consumers behind the door: roster snapshots in parts, cases, placements and duties, exits."""

import random
from typing import Any

from services.notify.domain.matters import Occurrence
from services.registry.domain.snapshot import Snapshot, with_part
from services.registry.subscribers import REGISTRY
from shared.catalog import partition_of
from shared.events.people import RosterSnapshot
from shared.privacy import person_id
from shared.runner.wire import admitted
from tests.support.facts import EXAMPLES, FIRST_CLOSED, KEYS, Offer, id_number, offer

_NEWCOMER = 60
_ROW = EXAMPLES["roster.entry"]


def concerns(people: range, dice: random.Random) -> list[Offer]:
    """Return what other concerns than money hear of a county, in the order in which it happens."""
    facts = _relief(dice)
    for number in people:
        facts += _case(number, dice)
        facts += _placement(number, dice) if dice.random() < 0.4 else []
    facts += _snapshot("S1", people, dice) if dice.random() < 0.6 else []
    facts += _disputed("S2", people, dice) if dice.random() < 0.5 else []
    return facts + _exits(people, dice) + [fact for number in people for fact in _desk(number, dice)]


def _relief(dice: random.Random) -> list[Offer]:
    """Return an officer who goes: everybody of theirs is handed over in a walk."""
    if dice.random() < 0.5:
        return []
    officer = dice.choice(["C1", "C2"])
    return [offer("coordinator.relieved", f"relieved-{officer}", coordinator_id=officer)]


def _case(number: int, dice: random.Random) -> list[Offer]:
    who, household = {"id_number": id_number(number)}, {"household_id": f"H-{number}"}
    facts = [
        offer("visit.recorded", f"visit-{number}", **who),
        offer("plan.agreed", f"plan-{number}", **who),
        offer("certificate.requested", f"asked-{number}", **who),
        offer("certificate.issued", f"issued-{number}", number=f"35062200180001{number:02d}", **who),
        offer("household.risk_raised", f"risk-{number}", **household),
        offer("household.released", f"released-{number}", **household),
        offer("application.received", f"applied-{number}", application_id=f"A{number}", **who),
        offer("application.reviewed", f"reviewed-{number}", application_id=f"A{number}"),
    ]
    return [fact for fact in facts if dice.random() < 0.35]


def _desk(number: int, dice: random.Random) -> list[Offer]:
    """Return what an officer says of the alert that somebody was hired, of one that is over, or of none at all."""
    hired = Occurrence("hire_confirmed", f"J{number}").alert_id
    alert = {"alert_id": hired, "home": partition_of(person_id(KEYS.person, id_number(number))), "by": "C1"}
    said: dict[str, dict[str, Any]] = {
        "seen": {}, "acknowledged": {}, "snoozed": {"until": "2018-03-05"}, "handed_over": {"to": "to:C2"}, "done": {},
    }  # fmt: skip
    return [
        offer(f"alert.{what}", f"desk-{number}-{what}", alert | fields)
        for what, fields in said.items()
        if dice.random() < 0.25
    ]


def _placement(number: int, dice: random.Random) -> list[Offer]:
    """Return somebody who was sent to a village since January: months of attendance are due, some are never shown."""
    job = {"employment_id": f"D{number}"}
    terms: dict[str, Any] = {"id_number": id_number(number), "starts_on": "2018-01-02", "contract_until": "2018-12-31"}
    kind = dice.choice(["dispatch", "dispatch", "secondment"])
    later = [
        offer("agreement.signed", f"signed-{number}", date="2018-01-02", **job),
        offer("arrival.recorded", f"arrived-{number}", date="2018-01-03", **job),
        *(_attended(number, month) for month in ("2018-01", "2018-02")),
        offer("duty.done", f"reported-{number}", duty="汇报", date="2018-03-01", **job),
        offer("assessment.recorded", f"assessed-{number}", period="2018-Q1", **job),
        offer("placement.suspended", f"rests-{number}", date="2018-02-20", until="2018-02-25", **job),
        offer("placement.resumed", f"returns-{number}", date="2018-02-25", **job),
        offer("violation.reported", f"violated-{number}", date="2018-02-10", **job),
    ]
    sent = offer("employment.confirmed", f"sent-{number}", post_kind=kind, **terms, **job)
    return [sent, *(fact for fact in later if dice.random() < 0.6)]


def _attended(number: int, month: str) -> Offer:
    days: dict[str, Any] = {"period": month, "working_days": 20, "attended_days": 19}
    return offer("attendance.recorded", f"attended-{number}-{month}", employment_id=f"D{number}", **days)


def _snapshot(name: str, people: range, dice: random.Random) -> list[Offer]:
    """Return a roster in two parts; it may lack somebody, know somebody new, and lose its second part."""
    listed = [*(number for number in people if dice.random() < 0.8), _NEWCOMER]
    half = len(listed) // 2
    parts = [_part(name, 1, listed[:half]), _part(name, 2, listed[half:])]
    return parts if dice.random() < 0.8 else parts[:1]


def _disputed(name: str, people: range, dice: random.Random) -> list[Offer]:
    """Return a roster of which one part came twice with other rows, so that somebody has to look at it."""
    first, again = _part(name, 1, list(people)), _part(name, 2, [_NEWCOMER + 1, people[-1]], said="changed")
    shown = {"subject_id": name, "content_hash": content_hash([first, again])}
    seen: dict[str, Any] = {"approval.given": shown, "approval.refused": {"subject_id": name}}
    word = "approval.given" if dice.random() < 0.75 else "approval.refused"
    return [_part(name, 2, [_NEWCOMER + 1]), first, again, offer(word, f"word-{name}", **seen[word])]


def _part(name: str, part: int, numbers: list[int], said: str = "") -> Offer:
    entries = [_ROW | {"id_number": id_number(number), "household_id": f"H-{number}"} for number in numbers]
    told: dict[str, Any] = {"part": part, "parts": 2, "as_of": str(FIRST_CLOSED), "entries": entries}
    return offer("roster.snapshot", f"{name}-{part}{said}", snapshot_id=name, **told)


def content_hash(parts: list[Offer]) -> str:
    """Return what an approval of a snapshot with these parts must name."""
    if REGISTRY.intake is None:
        raise ValueError("registry reads the intake")
    snapshot, door = Snapshot(patience=0), REGISTRY.intake.door(KEYS)
    for position, part in enumerate(parts, start=1):
        item = admitted(door, part.subject, {}, part.body, position)
        if item.message is None or not isinstance(item.message.event, RosterSnapshot):
            raise ValueError(f"{part.id} is no part of a snapshot")
        snapshot = with_part(snapshot, item.message.event, FIRST_CLOSED)
    return snapshot.content_hash


def _exits(people: range, dice: random.Random) -> list[Offer]:
    facts = []
    for number in people:
        who = {"id_number": id_number(number)}
        if dice.random() < 0.25:
            facts.append(offer("exit.confirmed", f"exit-{number}", date="2018-03-02", **who))
        elif dice.random() < 0.2:
            facts.append(offer("exit.refused", f"stays-{number}", date="2018-03-02", **who))
    if dice.random() < 0.2:
        merged = {"id_number": id_number(people[0]), "into_id_number": id_number(people[-1])}
        facts += [offer("person.merged", "merged-1", **merged)] if people[0] != people[-1] else []
    return facts
