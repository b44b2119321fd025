"""The ledger by clause: which clause led to which lines, to whom, and to what sums. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.subsidy.domain.ledger import Line
from services.subsidy.domain.programme import Programme
from shared.events.subsidy import LinePosted
from shared.money import yuan
from shared.ops.clocks import Clocks
from shared.ops.words import say


def posted(lines: Iterable[Line], clocks: Clocks) -> list[LinePosted]:
    """Return the lines that the clocks see, in posting order."""
    found = (line.posted for line in lines if line.posted)
    return sorted(
        (line for line in found if clocks.see(line.claim.period, line.posted_on)), key=lambda line: line.line_no
    )


def by_clause(lines: Iterable[LinePosted], programmes: Mapping[str, Programme]) -> list[dict[str, Any]]:
    """Return one row for each clause and programme that ever led to a line."""
    found: dict[tuple[str, str], list[LinePosted]] = {}
    for line in lines:
        found.setdefault((line.clause, line.claim.programme), []).append(line)
    return [
        {
            "clause": clause,
            "programme": programme,
            "title": _title(programme, programmes),
            "lines": len(group),
            "payees": len({line.payee for line in group}),
            "sum": yuan(sum(line.amount_fen for line in group)),
        }
        for (clause, programme), group in sorted(found.items())
    ]


def by_payee(lines: Iterable[LinePosted], wanted: str) -> list[dict[str, Any]]:
    """Return what each payee got under a clause (or part of its name) or a programme, the largest sums first."""
    found: dict[tuple[str, str], list[LinePosted]] = {}
    for line in lines:
        if wanted == line.claim.programme or wanted in line.clause:
            found.setdefault((line.payee, line.claim.programme), []).append(line)
    rows = [
        {
            "payee": payee,
            "programme": programme,
            "clause": group[-1].clause,
            "persons": len({line.claim.person_id for line in group if line.claim.person_id}),
            "lines": [line.line_id for line in group],
            "sum_fen": sum(line.amount_fen for line in group),
            "sum": yuan(sum(line.amount_fen for line in group)),
        }
        for (payee, programme), group in found.items()
    ]
    return sorted(rows, key=lambda row: (-row["sum_fen"], row["payee"], row["programme"]))


def _title(name: str, programmes: Mapping[str, Programme]) -> str:
    return programmes[name].title[say("zh", "en")] if name in programmes else name
