"""Village platforms as people read them: the score, its parts, and the facts that cost points. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from services.registry.domain.platforms import Rating, rows_of, score_of
from services.registry.domain.platforms_state import Fault, Platform, Refusals, Tally
from shared.ops.words import say

PARTS: Final = {
    "completeness": ("完整", "completeness"),
    "timeliness": ("及时", "timeliness"),
    "correctness": ("正确", "correctness"),
}
_SAYS: Final = {
    "completeness": ("应填字段 {all} 个，已填 {good} 个", "{good} of {all} wanted fields are there"),
    "timeliness": ("有日期的事实 {all} 条，按时 {good} 条", "{good} of {all} dated facts came in time"),
    "correctness": ("事实（含退回）{all} 条，正确 {good} 条", "{good} of {all} facts, refused ones too, are right"),
}


def scores(
    platforms: Mapping[str, Platform], rating: Rating, year: int, day: date, *, village: str = ""
) -> list[dict[str, Any]]:
    """Return one row a platform, the lowest score first; one that reported nothing scores nil.

    Args:
        platforms: By village.
        rating: The dated weights; those of the year's last day hold, or of the day where the year goes on.
        year: The year in which the facts became known.
        day: The last day that is over.
        village: Only this one.
    """
    weights = rating.on(min(day, date(year, 12, 31)))
    if weights is None:
        return []
    found = []
    for id_, platform in platforms.items():
        if village in ("", id_):
            tally = platform.years.get(str(year), Tally())
            parts = rows_of(tally, weights.weights)
            score = score_of(parts)
            said = {row.part: f"{row.points}/{row.weight}" for row in parts}
            found.append(
                {
                    "village": id_,
                    "county": platform.county,
                    "year": year,
                    "score": score,
                    "grade": weights.grade(score),
                    "facts": tally.facts,
                    "refused": tally.refused,
                    "corrected": tally.wrong,
                    **{part: said.get(part, "-") for part in PARTS},
                    "final": day >= date(year, 12, 31),
                    "parts": [row.model_dump() | {"because": _because(row.part, row.good, row.all)} for row in parts],
                    "weights_from": weights.since,
                }
            )
    return sorted(found, key=lambda row: (row["score"], row["village"]))


def fault_rows(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Return the facts that cost points, in the order in which they became known."""
    return [
        {
            "known_on": fault.known_on,
            "fact": fault.kind,
            "id": fault.fact,
            "lacks": "、".join(fault.lacks) or None,
            "late_days": fault.late_days or None,
            "wrong": fault.wrong or None,
        }
        for fault in sorted(faults, key=lambda fault: (fault.known_on, fault.fact))
    ]


def refusal_rows(found: Mapping[str, Refusals], year: int, *, source: str = "") -> list[dict[str, Any]]:
    """Return how often facts of each source were refused in a year, by code; `*` means every source."""
    rows = []
    for id_, refusals in found.items():
        name, _, when = id_.rpartition("|")
        if int(when) == year and source in ("*", name):
            rows += [{"source": name, "year": year, "code": c, "refused": n} for c, n in sorted(refusals.codes.items())]
    return rows


def _because(part: str, good: int, all_: int) -> str:
    return say(*_SAYS[part]).format(good=good, all=all_)
