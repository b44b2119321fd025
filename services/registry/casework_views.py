"""What queries show of one-to-one help and of watched households. Pure; a person is shown by id only."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.registry.domain.cadence import Cadences
from services.registry.domain.cases import Case
from services.registry.domain.casework_policy import CasePolicy, HouseholdPolicy
from services.registry.domain.certificates import Certificate
from services.registry.domain.households import Household, Risk
from services.registry.domain.need import POOR

Row = dict[str, Any]
MISSING: Final = ("pair", "plan", "visit", "certificate")


@dataclass(frozen=True, slots=True)
class Scene:
    """What every case is seen in.

    Args:
        cadence: What was published of it. today: the open day, for what is overdue.
        as_of: What is dated later does not count; None: everything that was told does, as it does for tasks.
    """

    policy: CasePolicy
    cadence: Cadences
    today: date
    as_of: date | None = None


def case_row(person_id: str, case: Case, paper: Certificate, scene: Scene) -> Row:
    """Return a person's case; as of a day, a pair, plan, visit or paper of a later one is not shown."""
    until, cadence = scene.as_of or date.max, scene.cadence
    coordinator, paired_on = case.pair_on(until) if scene.as_of else (case.coordinator_id, case.paired_on)
    visits = {kind: days[-1] for kind, all_days in case.visits.items() if (days := _until(all_days, until))}
    next_visits = {
        kind: due
        for kind, each in scene.policy.visits.items()
        if (due := cadence.next_due(each.parameter, case.county, visits.get(kind, paired_on), scene.today))
    }
    plans = _until(case.plans, until)
    row: Row = {
        "person_id": person_id,
        "county": case.county,
        "village": case.village,
        "coordinator_id": coordinator,
        "status": case.status_on(scene.as_of) if scene.as_of else case.need.status,
        "owed": is_owed(case, scene.as_of),
        "paired_on": paired_on,
        "plan_on": plans[-1] if plans else None,
        "visits": visits,
        "visited_on": max(visits.values(), default=None),
        "next_visit": min(next_visits.values(), default=None),
        "requested_on": _by(paper.requested_on, until),
        "issued_on": _by(paper.issued_on, until),
        "offered": {code: on for code, on in case.offered.items() if on <= until},
    }
    return row | {"missing": _missing(row, scene.today)}


def is_owed(case: Case, as_of: date | None) -> bool:
    """Tell whether one-to-one help is owed to a person; as of a day, by the dates of status and work."""
    if as_of is None:
        return case.need.holds
    is_poor = case.need.able and not case.need.is_merged and case.status_on(as_of) == POOR
    return is_poor and not case.works_on(as_of)


def _missing(row: Row, today: date) -> list[str]:
    asked, issued = row["requested_on"], row["issued_on"]
    lacks = {
        "pair": row["owed"] and not row["coordinator_id"],
        "plan": row["owed"] and row["plan_on"] is None,
        "visit": row["owed"] and row["next_visit"] is not None and row["next_visit"] < today,
        "certificate": asked is not None and (issued is None or issued < asked),
    }
    return [name for name in MISSING if lacks[name]]


def counts(rows: Iterable[Row]) -> dict[str, int]:
    """Return how many people there are, how many of them are owed help, how far it went, and what is missing."""
    found: Counter[str] = Counter()
    for row in rows:
        owed = row["owed"]
        found["people"] += 1
        found["owed"] += owed
        found["paired"] += owed and bool(row["coordinator_id"])
        found["planned"] += owed and row["plan_on"] is not None
        found["visited"] += owed and row["visited_on"] is not None
        found["requested"] += row["requested_on"] is not None
        found["issued"] += row["issued_on"] is not None
        found.update(f"lacks_{name}" for name in row["missing"])
    names = ("people", "owed", "paired", "planned", "visited", "requested", "issued", *(f"lacks_{n}" for n in MISSING))
    return {name: int(found[name]) for name in names}


def household_rows(
    households: Mapping[str, Household], cases: Mapping[str, Case], policy: HouseholdPolicy, as_of: date | None
) -> list[Row]:
    """Return watched households, a row for each risk and one for who is certified without; `as_of` as for `Scene`."""
    members: dict[str, list[str]] = {}
    for person_id, case in sorted(cases.items()):
        members.setdefault(case.household_id, []).append(person_id)
    rows = []
    for id_, household in sorted(households.items()):
        home = {person_id: cases[person_id] for person_id in members.get(id_, ())}
        statuses = {case.status_on(as_of) if as_of else case.need.status for case in home.values()}
        about: Row = {
            "household_id": id_,
            "county": household.county,
            "certified": sorted(statuses & policy.certified),
            "members": sorted(home),
        }
        risks = {kind: risk for kind, risk in sorted(household.risks.items()) if as_of is None or risk.since <= as_of}
        rows += [about | _risk_row(kind, risk, home, policy, as_of) for kind, risk in risks.items()]
        if not risks and about["certified"]:
            rows.append(about | {"risk": "", "since": None, "missing": [], "visits": 0, "planned": 0, "working": 0})
    return rows


def _risk_row(kind: str, risk: Risk, home: Mapping[str, Case], policy: HouseholdPolicy, as_of: date | None) -> Row:
    """Return what put a household at risk, what is not met, and what its members were helped with since."""
    since, until = risk.since, as_of or date.max
    visited = {on for case in home.values() for days in case.visits.values() for on in days if since <= on <= until}
    return {
        "risk": kind,
        "since": since,
        "missing": [item.code for item in policy.missing(risk.met)],
        "visits": len(visited),
        "planned": sum(any(since <= on <= until for on in case.plans) for case in home.values()),
        "working": sum(case.works_on(as_of) if as_of else bool(case.need.jobs) for case in home.values()),
    }


def _until(days: Iterable[date], day: date) -> list[date]:
    return [each for each in days if each <= day]


def _by(on: date | None, day: date) -> date | None:
    return on if on is not None and on <= day else None
