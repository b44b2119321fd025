"""Holding two ledgers against each other. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.events.subsidy import LinePosted
from shared.money import yuan

Entry = Mapping[str, str]  # what is compared of one line, balance or claim, as it is told


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


def lines_of(states: Mapping[str, Any], scope: Scope, after: date | None, until: date | None) -> dict[str, Entry]:
    """Return the posted lines by id, in order of their numbers: number, day, amount in yuan, claim and place.

    The place ends with the id of the change that the line posts.

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
    return {line.line_id: _entry(line) for line in sorted(kept, key=lambda line: line.line_no)}


def balances_of(states: Mapping[str, Any], scope: Scope) -> dict[str, Entry]:
    """Return the balances of accounts by name, in yuan; an account at nil is as good as none."""
    return {
        name: {"balance": yuan(state.balance_fen)}
        for name, state in states.items()
        if state.balance_fen and scope.holds_account(name)
    }


def waiting_of(states: Mapping[str, Any]) -> dict[str, Entry]:
    """Return what fell due and is not posted yet, by its place in the posting order."""
    return {place: {"due_on": _day(state.due_on)} for place, state in states.items()}


def offers_of(states: Mapping[str, Any]) -> dict[str, Entry]:
    """Return what was offered to whom and why: the score, its terms, who came next, and where it stands."""
    return {
        offer_id: {
            "person": state.person_id,
            "vacancy": state.vacancy_id,
            "stage": state.stage,
            "score_bp": str(state.score_bp),
            "terms": str(sorted((state.terms or {}).items())),
            "market_sequence": str(state.market_sequence),
            "runners_up": str(list(map(tuple, state.runners_up))),
        }
        for offer_id, state in states.items()
    }


def differences(what: str, replayed: Mapping[str, Entry], live: Mapping[str, Entry]) -> list[dict[str, str]]:
    """Return what differs, a row for each field, in order of ids; what is missing on one side is one row."""
    rows = []
    for id_ in sorted(replayed.keys() | live.keys()):
        ours, theirs = replayed.get(id_), live.get(id_)
        if ours is None or theirs is None:
            rows.append(_difference(what, id_, "", _words(ours), _words(theirs)))
        else:
            rows += [
                _difference(what, id_, name, ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]
            ]
    return rows


def _difference(what: str, id_: str, field: str, replayed: str, live: str) -> dict[str, str]:
    return {"what": what, "id": id_, "field": field, "replayed": replayed, "live": live}


def _entry(line: LinePosted) -> Entry:
    claim = line.claim.model_dump(mode="json", exclude_none=True)
    return {
        "line_no": str(line.line_no),
        "posted_on": line.posted_on.isoformat(),
        "amount": yuan(line.amount_fen),
        **{f"claim.{name}": str(claim.get(name, "")) for name in type(line.claim).model_fields},
        "place": line.place,
    }


def _words(entry: Entry | None) -> str:
    """Return the telling part of an entry; its place in the posting order is long and follows from the rest."""
    return "" if entry is None else " ".join(said for name, said in entry.items() if said and name != "place")


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
