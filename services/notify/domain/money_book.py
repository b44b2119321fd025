"""The book of payment runs: what was proposed in each revision, who signed it, and whether the bank did its part.

Three kinds of rows, because no row may be touched by the consumers of two partitions: a run and its revisions come
under the run's id, clearing comes under the county. Whoever shows a run joins them. All of it is made of events, so a
replay makes it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from shared.events.payments import RUN_PREFIX, ClearingLate, FinanceFactAnswered, RunCleared, RunItem, RunProposed
from shared.places import county_today
from shared.runner.core import Aggregate, Message

Status = Literal["proposed", "prepared", "approved", "nothing"]


@dataclass(frozen=True, slots=True)
class Revision:
    """What was proposed once: its content by its hash, how much it came to, who signed it first."""

    number: int
    content_hash: str
    proposed_on: date
    items: int
    total_fen: int
    notice_ends: date | None = None
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A payment run as a list shows it.

    Args:
        area: The county, six digits, as it has them now; what scopes are held against.
        prepared_by: Who gave the first of two approvals to the last revision. approved_by: who gave the second.
        revisions: All of them, the first one first.
    """

    area: str = ""
    programme: str = ""
    month: str = ""
    status: Status = "proposed"
    left_out: int = 0
    prepared_by: str = ""
    approved_by: str = ""
    approved_on: date | None = None
    revisions: tuple[Revision, ...] = ()

    @property
    def last(self) -> Revision:
        """Return what is proposed now; a row exists once something is."""
        return self.revisions[-1]

    @property
    def is_open(self) -> bool:
        """Tell whether it waits for an approval."""
        return self.status in ("proposed", "prepared")

    def revision(self, content_hash: str) -> Revision | None:
        """Return the last revision of a content, which may be proposed again after another one."""
        return next((each for each in reversed(self.revisions) if each.content_hash == content_hash), None)


@dataclass(frozen=True, slots=True)
class Content:
    """What one revision of a run pays, instruction by instruction, and what it leaves out."""

    area: str = ""
    content_hash: str = ""
    items: tuple[RunItem, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clearing:
    """What was said of a run once the bank's time was over.

    Args:
        late: Instructions of which nobody knew on `on` what had become of them; none: the run is cleared.
    """

    area: str = ""
    on: date | None = None
    late: tuple[str, ...] = ()
    in_payment_fen: int = 0


def content_id(run_id: str, number: int) -> str:
    """Return the id of the row that holds what a revision pays."""
    return f"{run_id}|{number}"


def _run(row: RunRow, message: Message) -> RunRow:
    match message.event:
        case RunProposed() as proposed:
            return _proposed(row, proposed)
        case FinanceFactAnswered(outcome="first_approval", by=by):
            signed = replace(row.last, signed_by=by or "")
            return replace(row, status="prepared", prepared_by=by or "", revisions=(*row.revisions[:-1], signed))
        case FinanceFactAnswered(by=by, answered_on=day):
            return replace(row, status="approved", approved_by=by or "", approved_on=day)
        case _:
            return row


def _proposed(row: RunRow, proposed: RunProposed) -> RunRow:
    revision = Revision(
        proposed.revision,
        proposed.content_hash,
        proposed.proposed_on,
        len(proposed.items),
        proposed.total_fen,
        proposed.notice_ends,
    )
    return replace(
        row,
        area=county_today(proposed.county),
        programme=proposed.programme,
        month=proposed.month,
        status="proposed" if proposed.items else "nothing",
        left_out=len(proposed.left_out),
        prepared_by="",
        revisions=(*row.revisions, revision),
    )


def _concerns_run(message: Message) -> Iterable[str]:
    match message.event:
        case RunProposed(run_id=id_):
            return (id_,)
        case FinanceFactAnswered(subject_id=id_, outcome="first_approval" | "approved") if id_.startswith(RUN_PREFIX):
            return (id_,)
        case _:
            return ()


def _content(content: Content, message: Message) -> Content:
    match message.event:
        case RunProposed() as proposed:
            items, left_out = tuple(proposed.items), tuple(proposed.left_out)
            return Content(county_today(proposed.county), proposed.content_hash, items, left_out)
        case _:
            return content


def _concerns_content(message: Message) -> Iterable[str]:
    match message.event:
        case RunProposed(run_id=id_, revision=number):
            return (content_id(id_, number),)
        case _:
            return ()


def _clearing(clearing: Clearing, message: Message) -> Clearing:
    match message.event:
        case RunCleared(county=county, cleared_by=day):
            return Clearing(county_today(county), day)
        case ClearingLate() as late:
            return Clearing(county_today(late.county), late.late_on, tuple(late.instructions), late.in_payment_fen)
        case _:
            return clearing


def _concerns_clearing(message: Message) -> Iterable[str]:
    match message.event:
        case RunCleared(run_id=id_) | ClearingLate(run_id=id_):
            return (id_,)
        case _:
            return ()


RUN = Aggregate(
    "money_run", RunRow, lambda _: RunRow(), _run, _concerns_run,
    keep=lambda row: bool(row.revisions), indexes=("area", "month"),
)  # fmt: skip
CONTENT = Aggregate("money_content", Content, lambda _: Content(), _content, _concerns_content, indexes=("area",))
CLEARING = Aggregate("money_clearing", Clearing, lambda _: Clearing(), _clearing, _concerns_clearing, indexes=("area",))
