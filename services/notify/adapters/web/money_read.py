"""What the Money pages read, each row in scope before anything else is looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Principal, Role
from services.notify.adapters.web.scope import within
from services.notify.adapters.web.shelf import Shelf
from services.notify.domain.employer_file import EMPLOYER_FILE
from services.notify.domain.money_acts import ACTS, Act, Acts
from services.notify.domain.money_book import CLEARING, CONTENT, RUN, Content, Revision, RunRow, content_id
from services.notify.domain.money_moves import (
    CLAWBACK,
    CURE,
    DEBT,
    PAYMENT,
    ClawbackRow,
    Debt,
    Standing,
    standing,
)
from shared.events.payments import CLAWBACK_PREFIX, WRITE_OFF_PREFIX
from shared.store import Row

RUNS: Final = Shelf(RUN)
CONTENTS: Final = Shelf(CONTENT)
CLEARINGS: Final = Shelf(CLEARING)
ACTED: Final = Shelf(ACTS)
PAYMENTS: Final = Shelf(PAYMENT)
CLAWBACKS: Final = Shelf(CLAWBACK)
CURES: Final = Shelf(CURE)
DEBTS: Final = Shelf(DEBT)
EMPLOYERS: Final = Shelf(EMPLOYER_FILE)
READERS: Final = frozenset({Role.COUNTY, Role.PREPARER, Role.APPROVER, Role.AUDITOR})
SIGNERS: Final = frozenset({Role.PREPARER, Role.APPROVER})


@dataclass(frozen=True, slots=True)
class Claimed:
    """A clawback as it stands, with all that was done about it and about giving it up."""

    row: ClawbackRow
    at: Standing
    acts: tuple[Act, ...]

    @property
    def payee(self) -> str:
        """Return who is to pay back."""
        return self.row.claim.payee if self.row.claim else ""


async def run_of(desk: Desk, principal: Principal, run_id: str) -> RunRow:
    """Return a run in scope.

    Raises:
        NotFound: There is none.
    """
    return await RUNS.found(desk.db, within(principal.scope, {"_id": run_id}))


async def content_of(desk: Desk, run_id: str, revision: Revision) -> Content:
    """Return what a revision pays."""
    return await CONTENTS.one(desk.db, {"_id": content_id(run_id, revision.number)}) or Content()


async def acts_of(desk: Desk, subject_id: str) -> tuple[Act, ...]:
    """Return what was done about a thing."""
    return (await ACTED.one(desk.db, {"_id": subject_id}) or Acts()).acts


async def held_among(desk: Desk, ids: Iterable[str]) -> list[str]:
    """Return those that somebody objects to."""
    query = {"_id": {"$in": sorted(set(ids))}, "state.is_held": True}
    return [row["_id"] async for row in desk.db[ACTED.kind].find(query, {"_id": 1})]


async def objected(desk: Desk, principal: Principal, most: int) -> dict[str, Acts]:
    """Return what somebody objects to in scope, by id; at most so many payments and so many clawbacks.

    What is said of an objection names no county: what is objected to does.
    """
    found: dict[str, Acts] = {}
    for shelf in (PAYMENTS, CLAWBACKS):
        theirs: list[Row] = [{"$match": principal.scope.query()}, {"$project": {"_id": 1}}]
        about = {"from": shelf.kind, "localField": "_id", "foreignField": "_id", "pipeline": theirs, "as": "about"}
        steps: list[Row] = [{"$match": {"state.is_held": True}}, {"$sort": {"_id": 1}}, {"$lookup": about}]
        found |= await ACTED.left(desk.db, [*steps, {"$match": {"about": {"$ne": []}}}, {"$limit": most}])
    return found


async def clawback_of(desk: Desk, principal: Principal, clawback_id: str) -> Claimed:
    """Return a clawback in scope.

    Raises:
        NotFound: There is none.
    """
    found = await CLAWBACKS.found(desk.db, within(principal.scope, {"_id": clawback_id}))
    return (await claimed(desk, {clawback_id: found}))[clawback_id]


async def claimed(desk: Desk, rows: dict[str, ClawbackRow]) -> dict[str, Claimed]:
    """Return clawbacks as they stand."""
    acts = await ACTED.of(desk.db, [each for id_ in rows for each in (id_, f"{WRITE_OFF_PREFIX}{id_}")])
    found = {}
    for id_, row in rows.items():
        about = (acts.get(each, Acts()).acts for each in (id_, f"{WRITE_OFF_PREFIX}{id_}"))
        done = tuple(act for some in about for act in some)
        found[id_] = Claimed(row, standing(row, done), done)
    return found


async def owed_by(desk: Desk, principal: Principal, payee: str) -> int:
    """Return what a payee owes of the clawbacks in scope, in fen.

    The ledger sets later payments off against all that a payee owes and ties that to no clawback; so what is still open
    of these may come to more than the payee owes at all, which nobody may ask for.
    """
    rows = await CLAWBACKS.many(desk.db, within(principal.scope, {"state.claim.payee": payee}))
    theirs = sum(each.at.fen for each in (await claimed(desk, rows)).values() if each.at.is_owed)
    debt = await DEBTS.one(desk.db, {"_id": payee}) or Debt()
    return max(0, min(theirs, debt.owed_fen))


async def must_be_known(desk: Desk, principal: Principal, notice_id: str) -> None:
    """Pass if an instruction or a clawback is in scope.

    Raises:
        NotFound: There is none.
    """
    shelf: Shelf[Any] = CLAWBACKS if notice_id.startswith(CLAWBACK_PREFIX) else PAYMENTS
    await shelf.found(desk.db, within(principal.scope, {"_id": notice_id}))
