"""What changed files would change: the difference of two ledgers of the same facts. Pure; amounts in fen.

A difference is one JSON value. Its `content_hash` is SHA-256 over the canonical JSON of all the rest, so that somebody
who approves a change of rules can name exactly what it was shown to do.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from services.subsidy.domain.accounts import Account
from services.subsidy.domain.budgets import Budget
from shared.events.subsidy import Claim, LinePosted
from shared.runner.core import Aggregate, Message

Row = dict[str, Any]
_BY = ("programme", "county", "month", "payee")
_BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class Tally:
    """What the lines of a programme, county, period and payee come to."""

    fen: int = 0


@dataclass(frozen=True)
class Books:
    """A ledger as it stands: its tallies, its accounts and its budgets by id.

    Args:
        posted: The last day that it posted. `waited`: a line may have waited for its budget, which sums do not tell.
    """

    tallies: Mapping[str, Tally]
    accounts: Mapping[str, Account]
    budgets: Mapping[str, Budget]
    posted: date | None = None
    waited: bool = False


def tally_id(claim: Claim, county: str) -> str:
    """Return the id of the tally that a line counts in."""
    return _BETWEEN.join((claim.programme, county, claim.period, claim.payee))


def _tallied(message: Message) -> Iterable[str]:
    match message.event:
        case LinePosted(claim=claim, county=county):
            return (tally_id(claim, county),)
        case _:
            return ()


def _evolve(state: Tally, message: Message) -> Tally:
    match message.event:
        case LinePosted(amount_fen=fen):
            return Tally(state.fen + fen)
        case _:
            return state


TALLY = Aggregate(kind="tally", state=Tally, initial=lambda _: Tally(), evolve=_evolve, concerns=_tallied)


def difference(asked: Row, before: Books, after: Books, county: str = "") -> Row:
    """Return the difference between what is and what would be, of a county or of all.

    Args:
        asked: What was asked, which the content hash covers too.
        before: The ledger by the files as they are.
        after: The ledger by the changed ones.
        county: Only lines and budgets of this county; empty: of all.
    """
    rows = _rows(before, after, county)
    payees = _sums(rows, "payee")
    said = {
        **asked,
        "amounts": {"before": _count(before, county), "after": _count(after, county)},
        "sum": _sum(rows),
        "by_programme": _sums(rows, "programme"),
        "by_county": _sums(rows, "county"),
        "by_month": _sums(rows, "month"),
        "winners": sorted((p for p in payees if p["difference_fen"] > 0), key=_most),
        "losers": sorted((p for p in payees if p["difference_fen"] < 0), key=_most),
        "budgets": _budgets(before, after, county),
        "rows": rows,
    }
    return {**said, "content_hash": content_hash(said)}


def content_hash(said: Row) -> str:
    """Return SHA-256, in hex, over canonical JSON."""
    return sha256(canonical(said)).hexdigest()


def canonical(said: Row) -> bytes:
    """Return JSON that is the same for the same value: sorted keys, no blanks, ASCII."""
    return json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def _most(row: Row) -> tuple[int, str]:
    return -abs(row["difference_fen"]), row["payee"]


def _of(books: Books, county: str) -> dict[tuple[str, ...], Tally]:
    """Return the tallies of a county, or of all, by programme, county, period and payee."""
    split = ((tuple(key.split(_BETWEEN, 3)), tally) for key, tally in books.tallies.items())
    return {key: tally for key, tally in split if county in ("", key[1])}


def _count(books: Books, county: str) -> int:
    """Return how many payees get something of a programme for a period."""
    return sum(tally.fen != 0 for tally in _of(books, county).values())


def _rows(before: Books, after: Books, county: str) -> list[Row]:
    """Return what differs, by programme, county, month (or other period) and payee, in that order."""
    one, other = _of(before, county), _of(after, county)
    sums = {key: (one.get(key, Tally()).fen, other.get(key, Tally()).fen) for key in one.keys() | other.keys()}
    return [
        {**dict(zip(_BY, key, strict=True)), "before_fen": was, "after_fen": would, "difference_fen": would - was}
        for key, (was, would) in sorted(sums.items())
        if was != would
    ]


def _sum(rows: Iterable[Row]) -> Row:
    listed = list(rows)
    return {name: sum(row[name] for row in listed) for name in ("before_fen", "after_fen", "difference_fen")}


def _sums(rows: Iterable[Row], by: str) -> list[Row]:
    """Return the sums of what differs by one of its fields."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[by]].append(row)
    return [{by: name, **_sum(group)} for name, group in sorted(groups.items())]


def _budgets(before: Books, after: Books, county: str) -> list[Row]:
    """Return the budgets that would be used otherwise: what is granted, what is left and what waits, before and after.

    A budget that was never granted does not bind: nothing waits, and what is left of it is less than nil.
    """
    names = {name for books in (before, after) for name in books.accounts if name.startswith("available:")}
    names |= {
        ":".join(("available", *id_.split("|"), str(max(budget.granted))))
        for books in (before, after) for id_, budget in books.budgets.items() if budget.granted
    }  # fmt: skip
    found = []
    for name in sorted(names):
        _, programme, home, year = name.split(":")
        one, other = _budget(before, name), _budget(after, name)
        if county in ("", home) and one != other:
            row = {"programme": programme, "county": home, "fiscal_year": int(year)}
            row |= {f"{key}_before_fen": value for key, value in one.items()}
            row |= {f"{key}_after_fen": value for key, value in other.items()}
            found.append(row)
    return found


def _budget(books: Books, name: str) -> Row:
    """Return a budget's figures; what waits stands with the latest year that was granted."""
    _, programme, county, year = name.split(":")
    budget = books.budgets.get(f"{programme}|{county}", Budget())
    waits = sum(entry.fen for entry in budget.queue) if budget.granted and max(budget.granted) == int(year) else 0
    balance = _balance(books.accounts)
    return {"granted": -balance(f"authority:{programme}:{county}:{year}"), "left": balance(name), "waiting": waits}


def _balance(accounts: Mapping[str, Account]) -> Callable[[str], int]:
    return lambda name: accounts[name].balance_fen if name in accounts else 0
