"""What bank and office do to a ledger: approvals, payments, objections, pauses, clawbacks."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.events.finance import (
    ApprovalGiven,
    ApprovalRefused,
    NoticeCleared,
    NoticeObjected,
    PayeePaused,
    PayeeResumed,
    PaymentFailed,
    PaymentSettled,
    RecoveryReceived,
    RecoveryWrittenOff,
)
from tests.support.books import Books, id_of
from tests.unit.test_subsidy_world import E1, E2, P1, P2, P3

PEOPLE, EMPLOYERS = (P1, P2, P3), (E1, E2)
persons, employers = st.sampled_from(PEOPLE), st.sampled_from(EMPLOYERS)
fens = st.integers(1, 200_000)
signers = st.sampled_from(["one", "two", "three"])
picks = st.integers(0, 10**6)


class Office(Books):
    """What bank and office do: approvals, payments, objections, pauses, clawbacks."""

    @rule(pick=picks, by=signers, is_other=st.booleans())
    def approve_run(self, pick: int, by: str, is_other: bool) -> None:
        if self.proposals:
            proposed = self.proposals[-1 - pick % min(len(self.proposals), 4)]
            hash_ = "0" * 64 if is_other and pick % 4 == 0 else proposed.content_hash
            self.told_finance(ApprovalGiven(
                subject_id=proposed.run_id, content_hash=hash_, by=by, date=self.world.open_day
            ))  # fmt: skip

    @rule(pick=picks)
    def run_goes_out(self, pick: int) -> None:
        for by in ("one", "two"):
            self.approve_run(pick, by, False)

    @rule(pick=picks)
    def refuse_run(self, pick: int) -> None:
        if self.proposals:
            proposed = self.proposals[-1 - pick % min(len(self.proposals), 4)]
            self.told_finance(ApprovalRefused(
                subject_id=proposed.run_id, content_hash=proposed.content_hash, by="three", date=self.world.open_day,
                reason="查",
            ))  # fmt: skip

    @rule(pick=picks, fen=fens, is_full=st.booleans(), number=st.integers(1, 99))
    def bank_pays(self, pick: int, fen: int, is_full: bool, number: int) -> None:
        if (found := self.instruction(pick)) is not None:
            open_fen = found[1].payable_fen + found[1].in_payment_fen
            self.told_finance(PaymentSettled(
                instruction_id=found[0], date=self.world.open_day, bank_ref=f"B{number}",
                amount_fen=max(open_fen, 1) if is_full else fen,
            ))  # fmt: skip

    @rule(pick=picks, fen=fens)
    def bank_fails(self, pick: int, fen: int) -> None:
        if (found := self.instruction(pick)) is not None:
            self.told_finance(PaymentFailed(
                instruction_id=found[0], date=self.world.open_day, amount_fen=fen, reason="户名不符"
            ))  # fmt: skip

    @rule(pick=picks, is_clawback=st.booleans(), is_cleared=st.booleans())
    def object(self, pick: int, is_clawback: bool, is_cleared: bool) -> None:
        if self.booked:
            id_ = id_of(self.booked[-1 - pick % min(len(self.booked), 8)])
            kind = NoticeCleared if is_cleared else NoticeObjected
            self.told_finance(kind(notice_id=f"C-{id_}" if is_clawback else id_, date=self.world.open_day))

    @rule(uscc=employers, is_over=st.booleans())
    def pause(self, uscc: str, is_over: bool) -> None:
        kind = PayeeResumed if is_over else PayeePaused
        self.told_finance(kind(uscc=uscc, date=self.world.open_day, reason="核查"))

    # clawback

    @rule(pick=picks, by=signers)
    def decide_clawback(self, pick: int, by: str) -> None:
        if (found := self.clawback(pick)) is not None:
            self.sign(found[0], found[1].claim.payee, found[1].fen, by)

    @rule(pick=picks, fen=fens)
    def recover(self, pick: int, fen: int) -> None:
        if (found := self.clawback(pick)) is not None:
            self.told_finance(RecoveryReceived(
                receivable_id=found[0], date=self.world.open_day, amount_fen=fen, doc_no=f"收{self.world._sequence}号"
            ))  # fmt: skip

    @rule(pick=picks, by=signers, is_full=st.booleans(), fen=fens)
    def give_up(self, pick: int, by: str, is_full: bool, fen: int) -> None:
        if (found := self.clawback(pick)) is not None:
            id_, clawback = found
            if not clawback.giving_up_fen:
                amount = max(clawback.fen, 1) if is_full else fen
                self.told_finance(RecoveryWrittenOff(receivable_id=id_, date=self.world.open_day, amount_fen=amount))
            else:
                self.sign(f"W-{id_}", clawback.claim.payee, clawback.giving_up_fen, by)
