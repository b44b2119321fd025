"""Subsidy alone in memory: recorded facts go in, lines and refusals come out. The other subsidy tests build on it."""

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from services.subsidy.domain.accounts import balances, credited, payable
from services.subsidy.service import SERVICE
from services.subsidy.views import refusals
from shared.catalog import PARTITIONS, partitions_of
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employers import EmployerRegistered
from shared.events.employment import EmploymentConfirmed, EmploymentEnded, EmploymentVoided
from shared.events.finance import BudgetGranted, ParameterPublished, PaymentSettled
from shared.events.people import RosterEntry
from shared.events.premiums import (
    EmployerPremiumRecorded,
    HeadcountReported,
    PremiumCorrected,
    PremiumPaid,
    PremiumRefunded,
)
from shared.events.subsidy import DayCompleted, DaySettled, LinePosted, TransferBooked
from shared.money import yuan
from shared.runner.core import Keys, Message
from shared.runner.memory import Memory

P1, P2, P3 = (f"p{letter * 25}" for letter in "abc")
E1, E2, E3 = "91350622MA2Y1A2B7G", "91350622MA31C4D53H", "91350628MA32G1H29A"
YUNXIAO, PINGHE = "350622", "350628"
ONE_DAY = timedelta(days=1)
KEYS = Keys(b"test", b"test")


class World:
    """Subsidy with a clock that the test turns.

    Args:
        opens_on: The open day at the start.
        pays: Approver and bank pay every line at once, as in the policy cases.
    """

    def __init__(self, opens_on: date, *, pays: bool = True) -> None:
        self.memory = Memory([SERVICE], KEYS)
        self.open_day = opens_on
        self._pays = pays
        self._sequence = 0
        self._paid = 0
        self.registrations: dict[str, dict[str, str]] = {}

    def fact(self, event: Event) -> None:
        self._sequence += 1
        for partition in partitions_of(event):
            id_ = f"{self._sequence}@{partition}"
            self.memory._drain([Message(id_, "test", event, self._sequence, self.open_day, "", None, partition)])

    def close_until(self, day: date) -> None:
        """Close every day on which something can happen, and the last one."""
        while self.open_day <= day:
            self.close(min(day, self._next_due()))

    def _next_due(self) -> date:
        if any(item.due_on for item in self.memory.states("claim").values()):
            return self.open_day
        standings = [state.standing for kind in ("person", "employer") for state in self.memory.states(kind).values()]
        due = [standing.next_on for standing in standings if standing.next_on]
        return max(min(due, default=date.max), self.open_day)

    def close(self, day: date) -> None:
        self.open_day = day
        self.fact(DayClosed(date=day))
        self.open_day = day + ONE_DAY
        if self._pays:
            self._pay()

    def _pay(self) -> None:
        fresh, self._paid = self.memory.emitted[self._paid :], len(self.memory.emitted)
        for message in fresh:
            event = message.event
            if isinstance(event, LinePosted | TransferBooked):
                id_ = event.line_id if isinstance(event, LinePosted) else event.transfer_id
                amount = credited(event.postings, payable(event.payee))
                if amount > 0:
                    self.fact(PaymentSettled(instruction_id=id_, date=self.open_day, amount_fen=amount))

    def events(self, kind: type) -> list[Any]:
        return [message.event for message in self.memory.emitted if isinstance(message.event, kind)]

    @property
    def posted(self) -> list[LinePosted]:
        return [line.posted for line in self.memory.states("line").values()]

    @property
    def lines(self) -> list[tuple[str, str, str, str, str]]:
        """Programme, payee, period, month posted and yuan of every line, in posting order."""
        return [
            (line.claim.programme, line.payee, line.claim.period, line.posted, yuan(line.amount_fen))
            for line in self.posted
        ]

    @property
    def refused(self) -> dict[tuple[str, str, str], str]:
        """Reason by programme, payee and period."""
        rows = []
        for kind in ("person", "employer", "county"):
            standings = {id_: state.standing for id_, state in self.memory.states(kind).items()}
            rows += refusals(standings, {})
        return {(row["programme"], row["payee"], row["period"]): row["reason"] for row in rows}

    @property
    def waiting(self) -> list[tuple[str, str, str]]:
        """Payee, period and yuan of every line that waits for its budget, in order of waiting."""
        queues = [budget.queue for budget in self.memory.states("budget").values()]
        changes = [self.memory.states("claim")[entry.place].change for queue in queues for entry in queue]
        return [(change.payee, change.claim.period, yuan(change.change_fen)) for change in changes]

    def balance(self, account: str) -> str:
        accounts = self.memory.states("account")
        return yuan(accounts[account].balance_fen if account in accounts else 0)

    def granted(
        self, programme: str, fen: int, year: int = 2018, doc_no: str = "测试1号", county: str = "350622"
    ) -> None:
        self.fact(BudgetGranted(
            programme=programme, county=county, fiscal_year=year, amount_fen=fen, doc_no=doc_no
        ))  # fmt: skip

    def balances(self, payee: str) -> dict[str, str]:
        """The four accounts that every payee has, and others that are not at nil."""
        accounts = self.memory.states("account")
        found = balances(lambda name: accounts[name].balance_fen if name in accounts else 0, payee)
        common = ("paid", "payable", "provisional", "receivable")
        return {name: yuan(fen) for name, fen in found.items() if fen or name in common}

    def sums(self) -> dict[tuple[str, str, str], int]:
        """Fen by programme, payee and period; what adds up to nothing is left out."""
        found: dict[tuple[str, str, str], int] = {}
        for line in self.posted:
            key = (line.claim.programme, line.payee, line.claim.period)
            found[key] = found.get(key, 0) + line.amount_fen
        return {key: fen for key, fen in found.items() if fen}

    def registered(self, uscc: str, kind: str = "workshop", size: str = "sme", county: str = YUNXIAO) -> None:
        self.registrations[uscc] = {"employer_kind": kind, "employer_size": size, "insured_county": county}
        self.fact(EmployerRegistered(
            uscc=uscc, name="云霄某厂", kind=kind, size=size, county=county, insured_county=county
        ))  # fmt: skip

    def employed(self, id_: str, person: str, uscc: str, starts_on: date, post_kind: str = "workshop") -> None:
        self.fact(EmploymentConfirmed(
            employment_id=id_, person_id=person, uscc=uscc, starts_on=starts_on, post_kind=post_kind,
            **self.registrations[uscc],
        ))  # fmt: skip

    def ended(self, id_: str, person: str, last_day: date) -> None:
        self.fact(EmploymentEnded(employment_id=id_, last_day=last_day, reason="resigned", person_id=person, uscc=E1))

    def voided(self, id_: str, person: str, day: date) -> None:
        self.fact(EmploymentVoided(
            employment_id=id_, effective_from=day, reason="false_report", person_id=person, uscc=E1
        ))  # fmt: skip

    def paid(self, person: str, uscc: str, period: str, day: date, fen: int = 74200, **fields: int) -> None:
        self.premium(PremiumPaid(uscc=uscc, person_id=person, period=period, paid_on=day, **_split(fen), **fields))

    def corrected(self, person: str, uscc: str, period: str, day: date, fen: int) -> None:
        self.premium(PremiumCorrected(uscc=uscc, person_id=person, period=period, date=day, **_split(fen)))

    def refunded(self, person: str, uscc: str, period: str, day: date, fen: int = 74200) -> None:
        self.premium(PremiumRefunded(uscc=uscc, person_id=person, period=period, date=day, **_split(fen)))

    def premium(self, fact: PremiumPaid | PremiumCorrected | PremiumRefunded) -> None:
        self.fact(fact)
        self.fact(recorded(fact))

    def parameter(self, name: str, value: Any, valid_from: date = date(2013, 1, 1), county: str | None = None) -> None:
        self.fact(ParameterPublished(
            parameter=name, value=value, valid_from=valid_from, known_on=self.open_day, doc_no="测试1号", county=county
        ))  # fmt: skip

    def headcount(
        self, uscc: str, year: int, at_start: int, at_end: int, premium_fen: int, *, leavers: int = 0,
        average: int | None = None,
    ) -> None:  # fmt: skip
        self.fact(HeadcountReported(
            uscc=uscc, year=year, at_start=at_start, at_end=at_end, natural_leavers=leavers, average=average,
            unemployment_premium_fen=premium_fen,
        ))  # fmt: skip


def listed(person: str, status: str = "listed", status_from: date = date(2016, 1, 1), **fields: Any) -> RosterEntry:
    return RosterEntry(
        person_id=person, household_id="H1", status=status, status_from=status_from, county=YUNXIAO,
        township=f"{YUNXIAO}100", village=f"{YUNXIAO}100201", **fields,
    )  # fmt: skip


def recorded(fact: PremiumPaid | PremiumCorrected | PremiumRefunded) -> EmployerPremiumRecorded:
    kind, day = ("paid", fact.paid_on) if isinstance(fact, PremiumPaid) else ("corrected", None)
    if isinstance(fact, PremiumRefunded):
        kind = "refunded"
    return EmployerPremiumRecorded(
        uscc=fact.uscc, person_id=fact.person_id, period=fact.period, kind=kind, date=day or fact.date,
        unemployment_fen=fact.unemployment_fen, content=sha256(fact.model_dump_json().encode()).hexdigest()[:16],
    )  # fmt: skip


def _split(fen: int) -> dict[str, int]:
    """Split a premium as 504.00 + 224.00 + 14.00 of 742.00."""
    unemployment, medical = fen * 14 // 742, fen * 224 // 742
    return {"pension_fen": fen - unemployment - medical, "medical_fen": medical, "unemployment_fen": unemployment}


def workshop(opens_on: date, people: Iterable[str] = (P1,), **options: Any) -> World:
    """Return a world in which a workshop is registered and some people are listed."""
    world = World(opens_on, **options)
    for person in people:
        world.fact(listed(person))
    world.registered(E1)
    world.registered(E2)
    return world


def test_a_day_is_posted_once_every_partition_has_settled_it() -> None:
    world = workshop(date(2018, 3, 1))
    world.employed("J1", P1, E1, date(2018, 3, 1))
    world.paid(P1, E1, "2018-03", date(2018, 3, 1))

    assert world.posted == []

    world.close(date(2018, 3, 1))

    assert len(world.events(DaySettled)) == PARTITIONS
    assert world.events(DayCompleted) == [DayCompleted(date=date(2018, 3, 1))]
    assert world.lines == [("social-insurance", E1, "2018-03", "2018-03", "742.00")]


def test_all_balances_together_are_always_nil() -> None:
    world = workshop(date(2018, 3, 1))
    world.employed("J1", P1, E1, date(2018, 3, 1))
    world.paid(P1, E1, "2018-03", date(2018, 3, 1))
    world.close(date(2018, 3, 1))
    world.refunded(P1, E1, "2018-03", date(2018, 3, 2))
    world.close(date(2018, 3, 2))

    assert sum(account.balance_fen for account in world.memory.states("account").values()) == 0
    assert world.balances(E1) == {"paid": "742.00", "payable": "0.00", "provisional": "0.00", "receivable": "742.00"}
