"""What must come out of the sample, worked out from its facts alone and in the plainest way.

Nothing here is shared with the system: these sums are a second opinion on its ledger. They are the net amounts after
the last day: whatever was posted late, corrected or taken back on the way has to end here. The rules:

social insurance: one amount for each person and insurance month, what the employer holds paid in pension, medical and
    unemployment premium. The latest correction replaces what was paid and given back up to it. The employer is a
    workshop or an enterprise, employed the person on a day of the month, and the person was listed on the first such
    day. If two employers hold the month, it belongs to the one that paid it first.
stable employment: the employer's reward for each listed person who worked there twelve months without a gap.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from samples.facts import LAST_DAY, Fact, month_end
from samples.parameters import REWARD_FEN
from samples.places import PINGHE

_ELIGIBLE_KINDS = ("workshop", "enterprise")


@dataclass
class County:
    """The sample's facts, sorted by what the two sums look at."""

    statuses: dict[str, list[tuple[date, str]]] = field(default_factory=lambda: defaultdict(list))
    employers: dict[str, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    premiums: dict[tuple[str, str, str], list[Fact]] = field(default_factory=lambda: defaultdict(list))
    last_day: date = LAST_DAY

    def status(self, person: str, day: date) -> str:
        """Return the status in force on a day: that of the entry with the latest first day up to it."""
        known = [entry for entry in sorted(self.statuses[person], key=lambda entry: entry[0]) if entry[0] <= day]
        return known[-1][1] if known else "none"

    def spells(self, person: str, uscc: str) -> list[tuple[date, date]]:
        """Return first and last day of each employment of a person at an employer, in order of time."""
        jobs = [job for job in self.jobs.values() if (job["id_number"], job["uscc"]) == (person, uscc)]
        return sorted((_day(job["starts_on"]), _day(job.get("last_day", self.last_day.isoformat()))) for job in jobs)


def gather(facts: Iterable[Fact], last_day: date = LAST_DAY) -> County:
    """Sort the facts that the system accepts, up to a last day; each must be given once."""
    county = County(last_day=last_day)
    for fact in facts:
        data = fact.data
        match fact.kind:
            case "roster.entry":
                county.statuses[data["id_number"]].append((_day(data["status_from"]), data["status"]))
            case "employer.registered":
                county.employers[data["uscc"]] = data
            case "employment.confirmed" | "employment.ended":
                county.jobs.setdefault(data["employment_id"], {}).update(data)
            case "premium.paid" | "premium.corrected" | "premium.refunded":
                county.premiums[data["id_number"], data["period"], data["uscc"]].append(fact)
    return county


def social_insurance(county: County) -> dict[str, Any]:
    """Return the number of months subsidised and the fen, in all and by the employer's insured county."""
    holders: dict[tuple[str, str], list[tuple[date, str, int]]] = defaultdict(list)
    for (person, period, uscc), facts in county.premiums.items():
        held = held_fen(facts)
        if held > 0 and _entitled(county, person, period, uscc):
            first_paid = min(fact.at for fact in facts if fact.kind == "premium.paid")
            holders[person, period].append((first_paid, uscc, held))
    fen: dict[str, int] = defaultdict(int)
    for claims in holders.values():
        claims.sort()
        if len(claims) > 1 and claims[0][0] == claims[1][0]:
            raise ValueError("two employers paid one person's month on one day: the rules do not say whose it is")
        fen[county.employers[claims[0][1]]["insured_county"]] += claims[0][2]
    return {
        "person_months": len(holders),
        "person_months_claimed_twice": sum(len(claims) > 1 for claims in holders.values()),
        "net_fen": sum(fen.values()),
        "net_fen_by_insured_county": dict(sorted(fen.items())),
    }


def stable_employment(county: County) -> dict[str, Any]:
    """Return the rewards of the one county that has set an amount, and the spells elsewhere that earn none."""
    rewarded, unset = 0, 0
    for person, uscc in sorted({(job["id_number"], job["uscc"]) for job in county.jobs.values()}):
        complete = [
            _twelve_months(first) for first, last in _runs(county.spells(person, uscc)) if _is_full(first, last)
        ]
        if any(county.status(person, day) == "listed" for day in complete):
            if county.employers[uscc]["insured_county"] == PINGHE:
                rewarded += 1
            else:
                unset += 1
    return {"rewards": rewarded, "net_fen": rewarded * REWARD_FEN, "complete_but_parameter_unset": unset}


def held_fen(facts: Iterable[Fact]) -> int:
    """Return what an employer holds paid for a month: payments less refunds, from the latest correction on."""
    total = 0
    for fact in sorted(facts, key=lambda fact: (fact.at, fact.kind == "premium.corrected")):
        fen = sum(fact.data[part] for part in ("pension_fen", "medical_fen", "unemployment_fen"))
        match fact.kind:
            case "premium.corrected":
                total = fen
            case "premium.refunded":
                total -= fen
            case _:
                total += fen
    return max(0, total)


def _entitled(county: County, person: str, period: str, uscc: str) -> bool:
    first_of_month, last_of_month = _day(f"{period}-01"), month_end(period)
    worked = [
        max(first, first_of_month)
        for first, last in county.spells(person, uscc)
        if first <= last_of_month and last >= first_of_month
    ]
    kind = county.employers[uscc]["kind"]
    return bool(worked) and kind in _ELIGIBLE_KINDS and county.status(person, min(worked)) == "listed"


def _runs(spells: list[tuple[date, date]]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for first, last in spells:
        if runs and first <= runs[-1][1] + timedelta(days=1):
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs


def _is_full(first: date, last: date) -> bool:
    return _twelve_months(first) <= min(last, LAST_DAY)


def _twelve_months(first: date) -> date:
    """Return the day at whose close twelve months are complete; no employment of the sample starts on 29 February."""
    return first.replace(year=first.year + 1) - timedelta(days=1)


def _day(text: str) -> date:
    return date.fromisoformat(text)
