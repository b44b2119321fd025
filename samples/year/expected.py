"""What must come out of the year, worked out from its facts alone; nothing here is shared with the system."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from samples.expected import gather, social_insurance
from samples.facts import Fact
from samples.timeline import Arrival
from samples.year.days import FIRST_DAY, LAST_DAY
from samples.year.registry import registry_figures

_QUARTER_FEN = {"excellent": 500_000, "qualified": 500_000, "basic": 250_000}


def expectation(year: list[Arrival], seed: int) -> dict[str, Any]:
    """Return what a run over the year must show."""
    new = [arrival.fact for arrival in year if not arrival.duplicate]
    kinds = Counter(fact.kind for fact in new)
    return {
        "seed": seed,
        "first_day": FIRST_DAY.isoformat(),
        "last_day": LAST_DAY.isoformat(),
        "lines": len(year),
        "sent_by_kind": dict(sorted(kinds.items())),
        "people": len({number for fact in new for number in _numbers(fact)}),
        "employments": kinds["employment.confirmed"],
        "outcomes": {
            "accepted_at_once": len(new),
            "parked_then_accepted": 0,
            "rejected": 0,
            "duplicate": len(year) - len(new),
        },
        "net_fen": {
            "social-insurance": social_insurance(gather(_known(new), LAST_DAY))["net_fen"],
            "dispatch-grant": _dispatch_fen(new),
        },
        "registry": registry_figures(new),
    }


def _dispatch_fen(facts: list[Fact]) -> int:
    """Return what the assessed quarters come to by the days attended, each rounded half up to the fen."""
    quarters = {_quarter(f): f.data for f in facts if f.kind == "attendance.recorded" and "Q" in f.data["period"]}
    fen = 0
    for fact in facts:
        if fact.kind == "assessment.recorded":
            attended = quarters[_quarter(fact)]
            whole = _QUARTER_FEN[fact.data["grade"]] * attended["attended_days"]
            fen += (2 * whole + attended["working_days"]) // (2 * attended["working_days"])
    return fen


def _quarter(fact: Fact) -> tuple[str, str]:
    return fact.data["employment_id"], fact.data["period"]


def _numbers(fact: Fact) -> Iterable[str]:
    if fact.kind == "roster.snapshot":
        return [row["id_number"] for row in fact.data["entries"]]
    return [fact.data["id_number"]] if "id_number" in fact.data else []


def _known(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield the facts with the rows of snapshots and confirmed exits as entries; a refused snapshot says nothing."""
    listed = list(facts)
    refused = {fact.data["subject_id"] for fact in listed if fact.kind == "approval.refused"}
    for fact in listed:
        if fact.kind == "roster.snapshot" and fact.data["snapshot_id"] not in refused:
            yield from (Fact(fact.at, fact.source, "roster.entry", row) for row in fact.data["entries"])
        elif fact.kind == "exit.confirmed":
            row = {"id_number": fact.data["id_number"], "status": "exited", "status_from": fact.data["date"]}
            yield Fact(fact.at, fact.source, "roster.entry", row)
        else:
            yield fact
