"""What must hold of subsidy's ledger in every prefix: an auditor that keeps books of its own from postings alone."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from services.subsidy.budget_views import purses
from services.subsidy.domain.positions import position_id
from shared.calendar import month_of
from shared.events.subsidy import BudgetBooked, DayPosted, LinePosted, Posting, TransferBooked
from shared.runner.core import Message

CREDIT_NORMAL = ("payable:", "in_payment:", "paid:", "treasury:")
DEBIT_NORMAL = ("authority:", "receivable:", "proposed_clawback:", "restored:", "written_off:")
MOST_FEN = 10**13
_YEAR = 4


class Auditor:
    """Reads events in the order in which they were said; raises `AssertionError` at the first that breaks a rule.

    Rules by their names in the project's list of ledger invariants: L1 postings, L2 balance, B1/B4 a line moves its own
    programme's budgets by exactly its amount, B2 nothing is overdrawn, A1/C4 no claim is taken back below nil, D1/D3
    payment, C1/C2 clawback, C3/P1 closed days and years.
    """

    def __init__(self) -> None:
        self.balances: dict[str, int] = defaultdict(int)
        self.claims: dict[str, int] = defaultdict(int)
        self.clearing: dict[str, int] = defaultdict(int)
        self.paid: dict[str, int] = defaultdict(int)
        self.raised: dict[str, int] = defaultdict(int)
        self.lines: dict[str, LinePosted] = {}
        self.granted: set[str] = set()
        self.closed: set[tuple[str, int]] = set()
        self.reduced: set[str] = set()
        self.cut: dict[str, int] = defaultdict(int)
        self.posted_until = date.min
        self.seen = 0

    def hear(self, messages: Iterable[Message]) -> None:
        """Go on with what was said since."""
        for message in messages:
            self.seen += 1
            match message.event:
                case LinePosted() as line:
                    self._line(line, message)
                case TransferBooked() as transfer:
                    self._transfer(transfer)
                case BudgetBooked() as booked:
                    self._booked(booked)
                case DayPosted(date=day):
                    assert day > self.posted_until, "P1: a day is posted once, in order"
                    self.posted_until = day
                    # A decision may be posted before the months that it takes back, in the order of one day.
                    assert all(fen >= 0 for name, fen in self.balances.items() if name.startswith("encumbered:")), "B2"
                case _:
                    pass

    def _move(self, postings: Iterable[Posting], event: Any) -> dict[str, int]:
        moved: dict[str, int] = defaultdict(int)
        for posting in postings:
            assert posting.debit != posting.credit, "L1"
            assert type(posting.amount_fen) is int, "L1"
            assert 1 <= posting.amount_fen <= MOST_FEN, "L1"
            moved[posting.debit] -= posting.amount_fen
            moved[posting.credit] += posting.amount_fen
        for name, fen in moved.items():
            self.balances[name] += fen
            if name.startswith(CREDIT_NORMAL):
                assert self.balances[name] >= 0, f"B2: {name} is overdrawn by {event.model_dump_json()}"
            if name.startswith(DEBIT_NORMAL):
                assert self.balances[name] <= self.cut[name], (
                    f"B2: {name} has the wrong sign after {event.model_dump_json()}"
                )
        assert sum(moved.values()) == 0, "L2"
        return moved

    def _line(self, line: LinePosted, message: Message) -> None:
        assert line.line_no == len(self.lines) + 1, "L5: line numbers have no gaps"
        assert line.line_id not in self.lines, "L4"
        assert line.posted_on == message.known_on > self.posted_until, "P1: a closed day gets no line"
        assert line.posted == month_of(line.posted_on), "P1"
        self.lines[line.line_id] = line
        moved = self._move(line.postings, line)
        budgets = {name: fen for name, fen in moved.items() if name.startswith(("available:", "treasury:"))}
        assert sum(budgets.values()) == -line.amount_fen, "B1: a line moves budgets by its amount"
        assert all(name.split(":")[1] == line.claim.programme for name in budgets), "B4: another programme's"
        # What is taken back goes to where it was charged: other years, and the county before a correction.
        charged = {name: fen for name, fen in budgets.items() if fen < 0}
        _of_one_bucket(charged, line.claim.programme, {line.fiscal_year}, line.county)
        assert {name.partition(":")[2] for name in moved.keys() - budgets.keys()} <= {line.payee}, "A6"
        for name, fen in budgets.items():
            self._budget_moved(name, fen)
        claim = line.claim.model_dump_json()
        self.claims[claim] += line.amount_fen
        if len(line.claim.period) > _YEAR or line.claim.person_id:
            assert self.claims[claim] >= 0, f"A1, C4: more is taken back than was posted of {claim}"
        self._raised(line, moved)

    def _budget_moved(self, name: str, fen: int) -> None:
        _, _, county, year = name.split(":")
        if fen < 0 and name in self.granted and name not in self.reduced:
            assert self.balances[name] >= 0, f"B2, B5: {name} is overdrawn"
        if fen > 0 and name.startswith("available:"):
            assert (county, int(year)) not in self.closed, f"C3: {name} is refilled although its year is closed"

    def _raised(self, event: LinePosted | TransferBooked, moved: dict[str, int]) -> None:
        """What becomes owed was paid or is on its way; it counts by claim, like payments."""
        owed = -sum(fen for name, fen in moved.items() if name.startswith(("receivable:", "proposed_clawback:")))
        key = position_id(event.claim)
        if owed <= 0:
            self.paid[key] -= owed  # what is set off against a debt is as good as paid
            return
        self.raised[key] += owed
        assert self.raised[key] <= self.paid[key], f"C1: more is claimed back than was paid of {key}"

    def _transfer(self, transfer: TransferBooked) -> None:
        moved = self._move(transfer.postings, transfer)
        assert {name.partition(":")[2] for name in moved} <= {transfer.payee}, "A6, B4"
        key, id_ = position_id(transfer.claim), transfer.instruction_id or ""
        clearing = moved.get(f"in_payment:{transfer.payee}", 0)
        match transfer.kind:
            case "instructed":
                assert clearing > 0, "D1"
                self.paid[key] += clearing
            case "payment":
                self.paid[key] += moved[f"paid:{transfer.payee}"] + clearing
            case "returned":
                self.paid[key] += clearing
            case "release":
                self._raised(transfer, moved)
            case "set_off":
                assert not clearing, "D1"
                assert moved[f"payable:{transfer.payee}"] < 0, "C2: only money that is payable is set off"
                self._raised(transfer, moved)
            case _:
                assert not clearing, "D1"
        self.clearing[id_] += clearing
        assert self.clearing[id_] >= 0, f"D1: {id_} is settled or comes back beyond what was instructed"

    def _booked(self, booked: BudgetBooked) -> None:
        if booked.kind == "reduced":  # a cut may come before its grant, and takes no more than it says
            authority = f"authority:{booked.programme}:{booked.county}:{booked.fiscal_year}"
            self.cut[authority] += sum(posting.amount_fen for posting in booked.postings)
        moved = self._move(booked.postings, booked)
        name = f"available:{booked.programme}:{booked.county}:{booked.fiscal_year}"
        years = {booked.fiscal_year, booked.fiscal_year + (booked.kind == "carried")}
        _of_one_bucket(moved, booked.programme or "", years, booked.county)
        if booked.kind == "granted" and moved:
            # What was charged before anything was granted did not bind: from the day it is covered on, it does.
            if self.balances[name] >= 0:
                self.granted.add(name)
        elif booked.kind == "reduced" and self.balances[name] < 0:
            assert booked.overdrawn_fen == -self.balances[name], "an overdraft is told"
            self.reduced.add(name)
        elif booked.kind == "closed":
            self.closed.add((booked.county, booked.fiscal_year))
        elif booked.kind in ("carried", "lapsed"):
            assert self.balances[name] == 0, "C3: a closed year keeps nothing"

    def budgets_add_up(self, accounts: dict[str, Any], positions: dict[str, Any]) -> None:
        """B1, E1: of each budget, what was granted is encumbered, consumed, left or lapsed; nothing else."""
        left: dict[tuple[str, str], int] = defaultdict(int)
        for (programme, county, _), purse in purses(accounts, positions, {}).items():
            left[programme, county] += (
                purse.granted - purse.encumbered - purse.consumed - purse.available - purse.lapsed
            )
        assert not any(left.values()), "B1"
        set_aside = sum(position.encumbered_fen for position in positions.values())
        assert set_aside == sum(fen for name, fen in self.balances.items() if name.startswith("encumbered:")), "E1"

    def holds_against(self, accounts: dict[str, Any], lines: dict[str, Any]) -> None:
        """Compare with what the ledger keeps (L6, L4), and all balances together with nil (L2)."""
        assert sum(self.balances.values()) == 0, "L2"
        stored = {name: account.balance_fen for name, account in accounts.items() if account.balance_fen}
        assert stored == {name: fen for name, fen in self.balances.items() if fen}, "L6"
        assert {id_: line.posted for id_, line in lines.items()} == self.lines, "L4"


def _of_one_bucket(moved: Iterable[str], programme: str, years: set[int], county: str) -> None:
    for name in moved:
        _, its_programme, its_county, its_year = name.split(":")
        assert (its_programme, its_county) == (programme, county), f"B4: {name} is not {programme}'s of {county}"
        assert int(its_year) in years, f"B4: {name} is another year's"
