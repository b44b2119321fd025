"""Holding two ledgers against each other. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.events.subsidy import LinePosted
from shared.money import yuan

Row = tuple[int, str, str, str, int]


@dataclass(frozen=True)
class Scope:
    """What of the ledger is compared: at most one of these is set, none means everything."""

    person: str = ""
    employer: str = ""
    programme: str = ""

    def holds_line(self, line: LinePosted) -> bool:
        """Tell whether a line is compared."""
        claim = line.claim
        if self.person:
            return self.person in (claim.person_id, claim.payee)
        if self.employer:
            return self.employer == claim.payee
        return not self.programme or self.programme == claim.programme

    def holds_account(self, name: str) -> bool:
        """Tell whether an account is compared: its name holds the payee or the programme, between colons."""
        wanted = self.person or self.employer or self.programme
        return not wanted or wanted in name.split(":")


def lines_of(states: Mapping[str, Any], scope: Scope, after: date | None, until: date | None) -> dict[str, Row]:
    """Return the posted lines by id: number, id, claim, day posted, amount in fen; in order of their numbers.

    Args:
        states: Aggregates "line".
        scope: What of them is compared.
        after: Only what was posted after this day; None: no bound.
        until: Only what was posted up to this day; None: no bound.
    """
    posted: list[LinePosted] = [state.posted for state in states.values() if state.posted is not None]
    kept = [
        line
        for line in posted
        if scope.holds_line(line)
        and (after is None or line.posted_on > after)
        and (until is None or line.posted_on <= until)
    ]
    return {line.line_id: _row(line) for line in sorted(kept, key=lambda line: line.line_no)}


def balances_of(states: Mapping[str, Any], scope: Scope) -> dict[str, int]:
    """Return the balances of accounts by name, in fen; an account at nil is as good as none."""
    return {
        name: state.balance_fen for name, state in states.items() if state.balance_fen and scope.holds_account(name)
    }


def differences(what: str, replayed: Mapping[str, Any], live: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what differs, in order of ids; what is missing on one side is empty there."""
    ids = sorted(id_ for id_ in replayed.keys() | live.keys() if replayed.get(id_) != live.get(id_))
    return [
        {"what": what, "id": id_, "replayed": _words(replayed.get(id_)), "live": _words(live.get(id_))} for id_ in ids
    ]


def _row(line: LinePosted) -> Row:
    claim = line.claim.model_dump_json(exclude_none=True)
    return (line.line_no, line.line_id, claim, line.posted_on.isoformat(), line.amount_fen)


def _words(value: Row | int | None) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return yuan(value)
    number, _, claim, day, amount_fen = value
    return f"{number} {claim} {day} {yuan(amount_fen)}"
