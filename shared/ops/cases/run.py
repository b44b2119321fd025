"""Running a case through the whole system in memory, and holding the result against what it expects.

The runner stands in for approver and bank: what a posted line makes payable is paid out on the day it is posted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.events.contract import Event
from shared.events.subsidy import (
    DeferralLifted,
    EntitlementRefused,
    LineDeferred,
    LinePosted,
    RefusalLifted,
    TransferBooked,
)
from shared.identity import normalise_id_number
from shared.money import fen, yuan
from shared.ops.cases.facts import Dated, Facts
from shared.ops.cases.model import Case
from shared.privacy import person_id
from shared.runner.core import Keys, Message, Service
from shared.runner.memory import Memory

KEYS = Keys(person=b"case" * 8, content=b"case" * 8)
DEBIT_NORMAL = frozenset({"receivable", "available"})


@dataclass
class Verdict:
    """What a case came to; no differences means that it passed."""

    case: Case
    differences: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Tell whether everything came as expected."""
        return not self.differences


def run_case(case: Case, services: Iterable[Service]) -> Verdict:
    """Run one case in memory and say what came otherwise than expected."""
    run = Run(case, Memory(services, KEYS))
    run.play()
    return Verdict(case, run.differences())


class Run:
    """One case on its way through a system.

    Args:
        memory: The system in memory.
    """

    def __init__(self, case: Case, memory: Memory) -> None:
        self.case, self.memory = case, memory
        self.facts = Facts(case)
        self.told: list[Dated] = []
        self.emitted: list[Message] = memory.emitted
        self.rejected: list[tuple[str, str]] = []
        self._names = _names(case)
        self._same = {name: self._names[id_] for name, id_ in _people(case).items()}
        self._paid = 0

    def play(self) -> None:
        """Publish everything, closing each day from the first fact to `until`."""
        for fact in self.facts.opening():
            self._publish(fact)
        waiting = self.facts.arriving()
        day = self.facts.first_day
        while day <= self.case.until:
            while waiting and waiting[0].day <= day:
                self._publish(waiting.pop(0))
            self._publish(self.facts.day_closed(day))
            self._pay()
            day += timedelta(days=1)

    def stands_for(self, emitted: list[Message], rejected: list[tuple[str, str]]) -> None:
        """Be judged by what another system made of the same facts: its events in order, its refusals by code."""
        self.emitted, self.rejected = emitted, rejected

    def _publish(self, fact: Dated) -> None:
        self.told.append(fact)
        disposition = self.memory.publish(fact.subject, fact.body, {"content-type": "application/cloudevents+json"})
        if disposition.outcome == "rejected":
            self.rejected.append((fact.fact, disposition.code))

    def _pay(self) -> None:
        """Stand in for the bank: settle what has become payable since the last day."""
        news, self._paid = self.memory.emitted[self._paid :], len(self.memory.emitted)
        for message in news:
            match message.event:
                case LinePosted(line_id=id_) | TransferBooked(kind="release", transfer_id=id_) as booked:
                    payable = sum(p.amount_fen for p in booked.postings if p.credit.startswith("payable:"))
                    payable -= sum(p.amount_fen for p in booked.postings if p.debit.startswith("payable:"))
                case _:
                    continue
            if payable > 0:
                settled = {"instruction_id": id_, "date": str(message.known_on), "amount_fen": payable}
                self._publish(self.facts.fact(message.known_on, "payment.settled", settled))

    def differences(self) -> list[str]:
        """Return everything that came otherwise than expected, in words."""
        return [*self._lines(), *self._refusals(), *self._rejections(), *self._balances()]

    def _lines(self) -> Iterable[str]:
        posted = [self._line(e) for e in self._events(LinePosted)]
        expected = [self._told(line.model_dump(exclude_none=True)) for line in self.case.expect]
        if posted != expected:
            for number in range(max(len(posted), len(expected))):
                want = expected[number] if number < len(expected) else None
                got = posted[number] if number < len(posted) else None
                if want != got:
                    yield f"line {number + 1}: expected {_words(want)}, posted {_words(got)}"

    def _line(self, line: LinePosted) -> dict[str, Any]:
        claim = line.claim
        named = {"person": self._name(claim.person_id)} if claim.person_id else {}
        return {
            "programme": claim.programme,
            "payee": self._name(claim.payee),
            "period": claim.period,
            "posted": line.posted,
            "amount": yuan(line.amount_fen),
        } | named

    def _refusals(self) -> Iterable[str]:
        standing: dict[tuple[str, bool], dict[str, Any]] = {}
        for event in self._events(EntitlementRefused, RefusalLifted, LineDeferred, DeferralLifted):
            claim = event.claim
            # What is due may be refused, and what is due but not refused may wait: one does not lift the other.
            key = (claim.model_dump_json(), isinstance(event, LineDeferred | DeferralLifted))
            standing.pop(key, None)
            if isinstance(event, EntitlementRefused | LineDeferred):
                standing[key] = {
                    "programme": claim.programme,
                    "payee": self._name(claim.payee),
                    "person": self._name(claim.person_id) if claim.person_id else None,
                    "period": claim.period,
                    "reason": event.reason,
                }
        for refusal in self.case.expect_refused:
            wanted = self._told(refusal.model_dump(exclude_none=True))
            if not any(wanted.items() <= found.items() for found in standing.values()):
                yield f"not refused: {_words(wanted)}; refused: {[_words(found) for found in standing.values()]}"

    def _rejections(self) -> Iterable[str]:
        wanted = [(rejection.type, rejection.code) for rejection in self.case.expect_rejected]
        if sorted(self.rejected) != sorted(wanted):
            yield f"rejected at the door: expected {wanted}, found {self.rejected}"

    def _balances(self) -> Iterable[str]:
        balances: dict[str, int] = defaultdict(int)
        for message in self.emitted:
            for posting in getattr(message.event, "postings", ()):
                balances[posting.credit] += posting.amount_fen
                balances[posting.debit] -= posting.amount_fen
        for balance in self.case.expect_balances:
            account = f"{balance.account}:{self._value(balance.payee)}"
            found = balances[account] * (-1 if balance.account in DEBIT_NORMAL else 1)
            if found != fen(balance.amount):
                yield f"{balance.account} of {balance.payee}: expected {balance.amount}, found {yuan(found)}"

    def _events(self, *kinds: type[Event]) -> list[Any]:
        return [message.event for message in self.emitted if isinstance(message.event, kinds)]

    def _name(self, id_: str) -> str:
        return self._names.get(id_, id_)

    def _told(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row with one name for a person whom the case calls by two."""
        return row | {field: self._same.get(row[field], row[field]) for field in ("payee", "person") if field in row}

    def _value(self, name: str) -> str:
        name = self._same.get(name, name)
        return next((id_ for id_, known in self._names.items() if known == name), name)


def _names(case: Case) -> dict[str, str]:
    """Return what a case calls the people and employers that the system knows by their ids."""
    people: dict[str, str] = {}
    for name, id_ in _people(case).items():
        people.setdefault(id_, name)
    return people | {str(employer["uscc"]): name for name, employer in case.employers.items()}


def _people(case: Case) -> dict[str, str]:
    """Return the ids of a case's people; the old and the new form of one number are one person."""
    return {name: person_id(KEYS.person, normalise_id_number(p["id_number"])) for name, p in case.people.items()}


def _words(row: dict[str, Any] | None) -> str:
    return "nothing" if row is None else " ".join(str(value) for value in row.values())


def totals(verdicts: Sequence[Verdict]) -> str:
    """Return the closing line, as test runners print it."""
    failed = sum(not verdict.passed for verdict in verdicts)
    return f"{len(verdicts) - failed} passed, {failed} failed"
