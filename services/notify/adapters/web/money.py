"""Money: the month's runs, one run with what its signers need, its public notice, objections, unmatched money."""

from typing import Annotated, Any, Literal

from pydantic import Field

from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import Answer, Asked, Endpoint, Form, Page, Principal, Role
from services.notify.adapters.web.money_file import taken
from services.notify.adapters.web.money_read import (
    ACTED,
    CLEARINGS,
    PAYMENTS,
    READERS,
    RUNS,
    SIGNERS,
    acts_of,
    content_of,
    held_among,
    objected,
    run_of,
)
from services.notify.adapters.web.scope import within
from services.notify.domain.money_book import Clearing, RunRow
from services.notify.domain.money_sheet import compared_with, diff_of, item_rows, notice_rows, why_not

_RUNS_A_PAGE = 50
_ITEMS_A_PAGE = 100
_MOST = 500
PageNumber = Annotated[int, Field(ge=1, le=100_000)]


class Runs(Form):
    """Which runs."""

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")] | None = None
    state: Literal["proposed", "prepared", "approved", "nothing"] | None = None
    page: PageNumber = 1


class Run(Form):
    """Which page of its items; `seen`: the hash of what was signed, where that was not the latest content."""

    page: PageNumber = 1
    seen: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class Objections(Form):
    """What is to stand in the form already."""

    notice_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")] | None = None


async def runs(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show the runs, the latest month first."""
    wanted: Runs = asked.query
    named = {"state.month": wanted.month, "state.status": wanted.state}
    query = within(principal.scope, {name: value for name, value in named.items() if value})
    skip = (wanted.page - 1) * _RUNS_A_PAGE
    found = await RUNS.many(desk.db, query, (("state.month", -1), ("_id", 1)), skip, _RUNS_A_PAGE + 1)
    shown = dict(list(found.items())[:_RUNS_A_PAGE])
    clearing = await CLEARINGS.of(desk.db, shown)
    rows = [summary(id_, run, clearing.get(id_)) for id_, run in shown.items()]
    months = sorted(await desk.db[RUNS.kind].distinct("state.month", principal.scope.query()), reverse=True)
    data = {"runs": rows, "months": months, "asked": wanted.model_dump(), "has_more": len(found) > _RUNS_A_PAGE}
    return Page("money.html", data)


def summary(run_id: str, run: RunRow, clearing: Clearing | None) -> dict[str, Any]:
    """Return a run as a line of the list."""
    return {
        "run_id": run_id,
        "county": run.area,
        "programme": run.programme,
        "month": run.month,
        "state": run.status,
        "items": run.last.items,
        "left_out": run.left_out,
        "total_fen": run.last.total_fen,
        "revision": run.last.number,
        "proposed_on": run.last.proposed_on,
        "notice_ends": run.last.notice_ends,
        "content_hash": run.last.content_hash,
        "prepared_by": run.prepared_by,
        "approved_by": run.approved_by,
        "approved_on": run.approved_on,
        "clearing": ("late" if clearing.late else "cleared") if clearing else "",
        "late_fen": clearing.in_payment_fen if clearing else 0,
    }


async def run(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show a run: its items, how it differs from what was seen or signed before, who signed, and what may be done."""
    run_id, wanted = asked.path["run_id"], asked.query
    found = await run_of(desk, principal, run_id)
    content, acts = await content_of(desk, run_id, found.last), await acts_of(desk, run_id)
    first = (wanted.page - 1) * _ITEMS_A_PAGE
    shown = content.items[first : first + _ITEMS_A_PAGE]
    ids = [item.instruction_id for item in shown]
    payments, held = await PAYMENTS.of(desk.db, ids), await held_among(desk, ids)
    clearing = await CLEARINGS.one(desk.db, {"_id": run_id})
    word = why_not(found, principal.by, await desk.open_day(), may_be_second=principal.role is Role.APPROVER)
    data = {
        "run": summary(run_id, found, clearing),
        "items": item_rows(shown, payments, held, found.approved_on),
        "left_out": content.left_out,
        "page": wanted.page,
        "pages": max(1, -(-len(content.items) // _ITEMS_A_PAGE)),
        "acts": sorted(acts, key=lambda act: act.report),
        "compared": await _compared(desk, run_id, found, principal, wanted.seen or ""),
        "may_sign": principal.role in SIGNERS,
        "why_not": word,
        "downloads": await taken(desk, principal, run_id),
        "late": clearing.late[:_MOST] if clearing else (),
    }
    return Page("money_run.html", data)


async def _compared(desk: Desk, run_id: str, found: RunRow, principal: Principal, seen: str) -> dict[str, Any] | None:
    acts = await acts_of(desk, run_id)
    by = principal.by if principal.role in SIGNERS else ""
    with_ = compared_with(found, acts, by, seen)
    if with_ is None:
        return None
    since, revision = with_
    diff = diff_of(await content_of(desk, run_id, revision), await content_of(desk, run_id, found.last))
    return {
        "since": since,
        "revision": revision.number,
        "content_hash": revision.content_hash,
        "signed_by": revision.signed_by,
        "is_same": diff.is_none,
        "total_fen": diff.total_fen,
        "added": diff.added,
        "gone": diff.gone,
        "changed": diff.changed,
    }


async def notice(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show the masked list for the public notice, to be printed."""
    run_id = asked.path["run_id"]
    found = await run_of(desk, principal, run_id)
    content = await content_of(desk, run_id, found.last)
    payments = await PAYMENTS.of(desk.db, [item.instruction_id for item in content.items])
    rows = notice_rows(content, payments)
    return Page("money_notice.html", {"run": summary(run_id, found, None), "rows": rows})


async def objections(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show what somebody objects to."""
    rows = []
    for id_, about in sorted((await objected(desk, principal, _MOST)).items()):
        act = next(each for each in reversed(about.acts) if each.outcome == "held")
        rows.append({"notice_id": id_, "on": act.on, "by": act.by, "reason": act.reason})
    data = {"rows": rows, "may_act": principal.role is not Role.AUDITOR, "notice_id": asked.query.notice_id}
    return Page("money_objections.html", data)


async def unmatched(desk: Desk, principal: Principal, asked: Asked) -> Answer:  # noqa: ARG001 - the shape of a handler
    """Show money that was reported and for which nothing was open."""
    query = within(principal.scope, {"state.is_unmatched": True})
    found = await ACTED.many(desk.db, query, (("_id", 1),), limit=_MOST)
    rows = [
        {"subject_id": id_} | {name: getattr(act, name) for name in ("on", "fact", "amount_fen", "unmatched_fen")}
        | {"document": act.document, "outcome": act.outcome}
        for id_, about in found.items() for act in about.acts
        if act.unmatched_fen and act.outcome in ("booked", "returned", "unmatched")
    ]  # fmt: skip
    return Page("money_unmatched.html", {"rows": sorted(rows, key=lambda row: str(row["on"]), reverse=True)})


ENDPOINTS = (
    Endpoint("GET", "/money", "money", READERS, runs, Runs, summary="The payment runs", nav="nav.money"),
    Endpoint("GET", "/money/runs/{run_id}", "money_run", READERS, run, Run, summary="One payment run"),
    Endpoint(
        "GET", "/money/runs/{run_id}/notice", "money_notice", READERS, notice, summary="The masked list of a notice"
    ),
    Endpoint(
        "GET", "/money/objections", "money_objections", READERS, objections, Objections, summary="What is objected to"
    ),
    Endpoint("GET", "/money/unmatched", "money_unmatched", READERS, unmatched, summary="Money that nothing matches"),
)
