"""`bangfu payments`: what is to be paid, who approves it, and the file that goes to the bank."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.deciding import open_day, tell
from services.subsidy.domain.ledger import LINE
from services.subsidy.domain.payments import INSTRUCTION, Instruction
from services.subsidy.domain.runs import RUN, Run, named
from services.subsidy.filing import order_of
from services.subsidy.knowing import today
from services.subsidy.payment_views import Row, item_rows, notice_rows, run_row
from shared.errors import BangfuError
from shared.events.finance import ApprovalGiven, ApprovalRefused
from shared.events.subsidy import Claim
from shared.money import yuan
from shared.ops.clocks import NOW, AsOf, Clocks, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, console, show
from shared.ops.words import say
from shared.payment_file import NOT_PROVIDED, csv_file, pain001, write_all

RunId = Annotated[str, typer.Argument(help=say("支付批次编号 (R-...)", "payment run id (R-...)"))]
By = Annotated[str, typer.Option("--by", help=say("审批人编号", "who decides"))]
Seen = Annotated[str, typer.Option("--hash", help=say("您看到的内容摘要", "content hash of what you saw"))]

_LIST = (
    ("run_id", say("批次", "run")),
    ("state", say("状态", "state")),
    ("items", say("笔数", "items")),
    ("total", say("金额(元)", "yuan")),
    ("notice_ends", say("公示截止", "notice ends")),
    ("in_payment", say("在途(元)", "in payment")),
    ("working_days_in_payment", say("在途工作日", "working days")),
    ("content_hash", say("内容摘要", "content hash")),
)
_ITEMS = (
    ("instruction_id", say("指令", "instruction")),
    ("payee", say("收款人", "payee")),
    ("person_id", say("人员", "person")),
    ("period", say("所属期", "period")),
    ("amount", say("金额(元)", "yuan")),
    ("in_payment", say("在途(元)", "in payment")),
    ("clause", say("依据", "clause")),
)
_NOTICE = (("payee", say("收款人", "payee")), ("amount", say("金额(元)", "yuan")), ("clause", say("依据", "clause")))

_BRIEF = 12  # characters of a hash

payments = typer.Typer(
    no_args_is_help=True, help=say("支付批次：查看、审批、生成支付文件", "Payment runs: show, approve, file")
)


def register_payments(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(payments, name="payments")


@payments.command(
    "list", help=say("支付批次及其状态、金额、公示截止日和内容摘要。", "Runs: state, total, end of notice, hash.")
)
def list_(
    month: Annotated[str, typer.Option(help=say("月份 YYYY-MM", "month, YYYY-MM"))] = "",
    county: Annotated[str, typer.Option(help=say("县区代码", "county code"))] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """List the payment runs, in order of their ids."""
    seen = clocks(as_of, known_at)
    runs = {
        id_: run for id_, run in kept(RUN, seen).items() if _is_of(id_, month, county) and seen.begun(named(id_)[2])
    }
    known = _instructions(seen, *runs.values())
    rows = [run_row(run, known, today(seen)) for run in runs.values()]
    show(rows if as_json else map(_brief, rows), _LIST, title=say("支付批次", "payment runs"), as_json=as_json)


@payments.command(
    "show", help=say("批次各笔；--notice 输出供公示的隐名清单。", "Items of a run; --notice: the masked list.")
)
def show_(
    run_id: RunId,
    notice: Annotated[bool, typer.Option("--notice", help=say("公示清单", "the list for the public notice"))] = False,
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show what a run pays; --as-of leaves out the items of later periods."""
    seen = clocks(as_of, known_at)
    run = _run(run_id, seen)
    known = _instructions(seen, run)
    summary = run_row(run, known, today(seen))
    programme = shipped_rulebook().programmes.get(summary["programme"])
    if notice:
        rows = notice_rows(run, programme)
    else:
        rows = item_rows(run, known, _claims(run, known, seen), programme.cites if programme else "")
        rows = [row for row in rows if row["period"] is None or seen.begun(row["period"])]
    if as_json:
        console.print_json(data={"items": rows} if notice else summary | {"items": rows})
        return
    show(map(_plain, rows), _NOTICE if notice else _ITEMS, title=run_id, as_json=False)
    ends = summary["notice_ends"] or say("无", "none")
    console.print(
        say(f"合计 {summary['total']} 元，公示截止 {ends}", f"sum {summary['total']} yuan, notice ends {ends}")
    )
    console.print(
        say(f"内容摘要 {summary['content_hash']}", f"content hash {summary['content_hash']}"), highlight=False
    )


@payments.command(
    "approve", help=say("审批一个批次（两人，互不相同）。", "Approve a run; it takes two different people.")
)
def approve(run_id: RunId, by: By, seen: Seen = "", as_json: AsJson = False) -> None:
    """Approve exactly what a run holds now, or what was seen under a hash, and say what it came to."""
    data = {"subject_id": run_id, "content_hash": _shown(run_id, seen, as_json=as_json), "by": by}
    raise typer.Exit(tell(ApprovalGiven.topic, run_id, data | _today(), as_json=as_json))


@payments.command(
    "refuse",
    help=say("退回一个批次，须说明理由；其中各笔进入下月。", "Refuse a run; its items wait for the next month."),
)
def refuse(
    run_id: RunId,
    by: By,
    reason: Annotated[str, typer.Option(help=say("理由", "why"))],
    seen: Seen = "",
    as_json: AsJson = False,
) -> None:
    """Refuse a run."""
    data = {"subject_id": run_id, "content_hash": _shown(run_id, seen, as_json=as_json), "by": by, "reason": reason}
    raise typer.Exit(tell(ApprovalRefused.topic, run_id, data | _today(), as_json=as_json))


@payments.command(
    "file", help=say("为已审批批次生成支付文件（CSV 和 pain.001）。", "Write an approved run's CSV and pain.001.")
)
def file_(
    run_id: RunId,
    *,
    out: Annotated[Path, typer.Option("--out", help=say("输出目录", "folder"))],
    payer: Annotated[str, typer.Option(envvar="BANGFU_PAYER", help=say("付款户名", "name of the payer"))] = "",
    payer_account: Annotated[
        str, typer.Option(envvar="BANGFU_PAYER_ACCOUNT", help=say("付款账号", "its account"))
    ] = "",
    payer_bank: Annotated[str, typer.Option(envvar="BANGFU_PAYER_BANK", help=say("付款行号", "its bank's code"))] = "",
    as_json: AsJson = False,
) -> None:
    """Write the files that tell the bank to pay; only their owner can read them."""
    run = _run(run_id)
    named_payer = (payer or NOT_PROVIDED, payer_account or NOT_PROVIDED, payer_bank or NOT_PROVIDED)
    order = order_of(run, named_payer)
    made_at = datetime.now(UTC)  # noqa: TID251 - the edge: a file says when it was made
    contents = {f"{run_id}.csv": csv_file(order), f"{run_id}.pain.001.xml": pain001(order, made_at)}
    paths = write_all(out, contents)
    told = {"files": [str(path) for path in paths], "count": len(order.credits), "sum": yuan(order.total_fen)}
    if as_json:
        console.print_json(data=told | {"content_hash": order.content_hash})
        return
    for path in paths:
        console.print(str(path), highlight=False, soft_wrap=True)
    console.print(
        say(f"{told['count']} 笔，合计 {told['sum']} 元", f"{told['count']} payments, sum {told['sum']} yuan")
    )


def _run(run_id: str, seen: Clocks = NOW) -> Run:
    run: Run | None = kept(RUN, seen, ids={run_id}).get(run_id)
    if run is None or not seen.begun(named(run_id)[2]):
        raise BangfuError(
            say(f"没有批次 {run_id}（bangfu payments list）", f"there is no run {run_id} (bangfu payments list)")
        )
    return run


def _instructions(seen: Clocks, *runs: Run) -> dict[str, Instruction]:
    return kept(
        INSTRUCTION, seen, ids={item.instruction_id for run in runs if run.proposed for item in run.proposed.items}
    )


def _claims(run: Run, known: Mapping[str, Instruction], seen: Clocks) -> dict[str, Claim]:
    ids = {item.instruction_id for item in run.proposed.items} if run.proposed else set()
    released = {id_: found.claim for id_, found in known.items() if found.claim}
    return released | {id_: line.posted.claim for id_, line in kept(LINE, seen, ids=ids).items()}


def _shown(run_id: str, seen: str, *, as_json: bool) -> str:
    """Return the hash that is decided on, after saying what it stands for."""
    run = _run(run_id)
    if run.proposed is None:
        raise BangfuError(
            say(f"批次 {run_id} 尚未提出，月末自动提出", f"run {run_id} is a draft until its month is over")
        )
    if not as_json:
        total, items = yuan(run.proposed.total_fen), len(run.proposed.items)
        console.print(
            say(f"{run_id}：{items} 笔，合计 {total} 元", f"{run_id}: {items} items, {total} yuan"), highlight=False
        )
    return seen or run.proposed.content_hash


def _today() -> dict[str, str]:
    return {"date": open_day().isoformat()}


def _is_of(run_id: str, month: str, county: str) -> bool:
    of_county, _, of_month = named(run_id)
    return month in ("", of_month) and county in ("", of_county)


def _brief(row: Row) -> Row:
    """Return a run for a table: its state in words, and as much of the hash as tells two apart."""
    state = {
        "draft": say("汇集中", "gathering"),
        "proposed": say("待审批", "waits for two"),
        "prepared": say("待第二人审批", "waits for one more"),
        "approved": say("已审批", "approved"),
        "nothing": say("无可支付", "nothing to pay"),
    }[row["state"]]
    return _plain(row) | {"state": state, "content_hash": (row["content_hash"] or "-")[:_BRIEF]}


def _plain(row: Row) -> Row:
    return {name: "-" if value is None else value for name, value in row.items()}
