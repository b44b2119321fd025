"""What a signer is shown of a run: its items, how they differ from what was seen or signed before, the public notice.

Pure: the caller brings the rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from services.notify.domain.money_acts import Act
from services.notify.domain.money_book import Content, Revision, RunRow
from services.notify.domain.money_moves import Payment
from shared.events.finance import ApprovalGiven
from shared.events.payments import RunItem
from shared.notices import masked

Since = Literal["seen", "mine", "first", "before"]
WITHOUT: Final = Payment()


@dataclass(frozen=True, slots=True)
class Changed:
    """An item with another amount than before."""

    item: RunItem
    before_fen: int


@dataclass(frozen=True, slots=True)
class Diff:
    """How two contents of a run differ, item by item, each in order of their ids."""

    added: tuple[RunItem, ...]
    gone: tuple[RunItem, ...]
    changed: tuple[Changed, ...]

    @property
    def is_none(self) -> bool:
        """Tell whether the contents are the same."""
        return not (self.added or self.gone or self.changed)

    @property
    def total_fen(self) -> int:
        """Return by how much the run's sum differs."""
        more = sum(item.amount_fen for item in self.added) - sum(item.amount_fen for item in self.gone)
        return more + sum(each.item.amount_fen - each.before_fen for each in self.changed)


def diff_of(before: Content, now: Content) -> Diff:
    """Return what became of a content."""
    old, new = ({item.instruction_id: item for item in content.items} for content in (before, now))
    return Diff(
        added=tuple(new[id_] for id_ in sorted(new.keys() - old.keys())),
        gone=tuple(old[id_] for id_ in sorted(old.keys() - new.keys())),
        changed=tuple(
            Changed(new[id_], old[id_].amount_fen)
            for id_ in sorted(new.keys() & old.keys())
            if new[id_].amount_fen != old[id_].amount_fen
        ),
    )


def compared_with(run: RunRow, acts: Iterable[Act], by: str, seen: str) -> tuple[Since, Revision] | None:
    """Return with which earlier revision a signer compares what is proposed now, and why with that one.

    The one whose form they have just sent (`seen`, its hash); else the last one that they approved themselves; else
    the last one that somebody approved first; else the one before. None where there is no earlier one.
    """
    mine = [act.content_hash for act in acts if act.fact == ApprovalGiven.topic and by and act.by == by]
    signed = [each.content_hash for each in run.revisions if each.signed_by]
    candidates: tuple[tuple[Since, list[str]], ...] = (
        ("seen", [seen]),
        ("mine", mine),
        ("first", signed),
        ("before", [each.content_hash for each in run.revisions[:-1]]),
    )
    for since, hashes in candidates:
        for content_hash in reversed(hashes):
            found = run.revision(content_hash)
            if found is not None:
                return None if found.number == run.last.number and since == "before" else (since, found)
    return None


def why_not(run: RunRow, by: str, open_day: date, *, may_be_second: bool) -> str:
    """Return why somebody is not offered to approve a run, a word; empty where they are."""
    ends = run.last.notice_ends if run.revisions else None
    checks = (
        ("not_open", not run.is_open),
        ("notice_running", ends is not None and open_day <= ends),
        ("same_person", bool(run.prepared_by) and run.prepared_by == by),
        ("second_is_approver", run.status == "prepared" and not may_be_second),
    )
    return next((word for word, applies in checks if applies), "")


def item_rows(
    items: Iterable[RunItem], payments: Mapping[str, Payment], held: Iterable[str], approved_on: date | None
) -> list[dict[str, Any]]:
    """Return items for a table: for whom and what they are, what the bank has not answered, who objects."""
    objected, rows = set(held), []
    for item in items:
        payment = payments.get(item.instruction_id, WITHOUT)
        is_of_run = approved_on is not None and payment.instructed_on == approved_on
        rows.append(
            {
                "instruction_id": item.instruction_id,
                "payee": item.payee,
                "person_id": payment.claim.person_id if payment.claim else None,
                "period": payment.claim.period if payment.claim else None,
                "amount_fen": item.amount_fen,
                "in_payment_fen": payment.in_payment_fen if is_of_run else 0,
                "returned_fen": payment.returned_fen,
                "clause": payment.clause,
                "is_held": item.instruction_id in objected,
            }
        )
    return rows


def notice_rows(content: Content, payments: Mapping[str, Payment]) -> list[dict[str, Any]]:
    """Return the masked list of a public notice: payee, amount and clause, one line a payee, in order of the payees.

    An item whose own clause is not known (a release of provisional money) stands under the run's first clause.
    """
    sums: dict[str, int] = {}
    clauses: dict[str, dict[str, None]] = {}
    for item in content.items:
        sums[item.payee] = sums.get(item.payee, 0) + item.amount_fen
        clause = payments.get(item.instruction_id, WITHOUT).clause
        clauses.setdefault(item.payee, {}).update({clause: None} if clause else {})
    first = next((clause for each in clauses.values() for clause in each), "")
    return [
        {"payee": masked(payee), "amount_fen": sums[payee], "clause": "；".join(clauses[payee]) or first}
        for payee in sorted(sums)
    ]
