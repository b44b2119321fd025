"""The take-up matrix, person x clause: what accrued, what was refused and why, what nobody claimed. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from services.subsidy import english
from services.subsidy.domain.awaited import AWAITED
from services.subsidy.domain.claims import claim_of
from services.subsidy.domain.missing import unclaimed
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.person import Person
from services.subsidy.domain.programme import Programme
from services.subsidy.views import REASONS
from shared.money import yuan
from shared.ops.clocks import NOW, Clocks
from shared.ops.words import say

_OUTCOMES: Final = ("accrued", "missing", "unset", "refused")


def matrix(
    people: Mapping[str, Person], values: Mapping[str, Values], closed: date, seen: Clocks = NOW
) -> list[dict[str, Any]]:
    """Return one row for each person, programme and reason, in that order.

    Args:
        people: By id.
        values: What each of them is assessed with, by person id.
        closed: The last day that is over.
        seen: Which periods are looked at.

    Returns:
        Rows with `outcome`: `accrued`; `missing`: a fact that somebody can bring is wanting (`awaits`); `unset`: a
        document is wanting; `refused`: a final answer.
    """
    rows = []
    for id_, person in sorted(people.items()):
        found: dict[tuple[str, str, str], list[str]] = {}
        fen: dict[str, int] = {}
        for key, said in person.standing.decided.items():
            claim = claim_of(key)
            if not seen.begun(claim.period):
                continue
            found.setdefault((claim.programme, said.reason, said.parameter), []).append(claim.period)
            fen[claim.programme] = fen.get(claim.programme, 0) + said.due_fen
        for gap in unclaimed(id_, person, values[id_], closed):  # of years, as of `closed`
            found.setdefault((gap.programme, gap.reason, ""), []).append(gap.period)
        programmes = values[id_].rulebook.programmes
        rows += [
            _row(id_, key, periods, fen.get(key[0], 0) if not key[1] else 0, programmes)
            for key, periods in sorted(found.items())
        ]
    return rows


def summed(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a matrix by clause: how many people have each outcome, and what they got."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    sums: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["programme"], row["clause"])
        people = found.setdefault(key, {outcome: set() for outcome in _OUTCOMES})
        people[row["outcome"]].add(row["person_id"])
        sums[key] = sums.get(key, 0) + row["due_fen"]
    return [
        {"programme": programme, "clause": clause}
        | {outcome: len(people[outcome]) for outcome in _OUTCOMES}
        | {"sum": yuan(sums[programme, clause])}
        for (programme, clause), people in sorted(found.items())
    ]


def _row(
    person_id: str, key: tuple[str, str, str], periods: list[str], fen: int, programmes: Mapping[str, Programme]
) -> dict[str, Any]:
    name, reason, parameter = key
    programme = programmes.get(name)
    return {
        "person_id": person_id,
        "programme": name,
        "title": programme.title[say("zh", "en")] if programme else name,
        "clause": programme.cites if programme else "",
        "outcome": _outcome(reason),
        "reason": reason or None,
        "because": say(REASONS.get(reason, reason), english.REASONS.get(reason, reason)) if reason else "",
        "awaits": AWAITED.get(reason) or parameter or None,
        "since": min(periods),
        "until": max(periods),
        "periods": len(set(periods)),
        "due_fen": fen,
        "due": yuan(fen),
    }


def outcome_word(outcome: str) -> str:
    """Return an outcome in the user's language."""
    return {
        "accrued": say("已计提", "accrued"),
        "missing": say("应计未计", "missing"),
        "unset": say("标准未定", "unset"),
        "refused": say("不符合", "refused"),
    }[outcome]


def _outcome(reason: str) -> str:
    if not reason:
        return "accrued"
    if reason == "parameter_unset":
        return "unset"
    return "missing" if reason in AWAITED else "refused"
