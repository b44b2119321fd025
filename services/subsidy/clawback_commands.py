"""`bangfu clawbacks`: paid money that has to come back; two people decide on it, and two on giving it up."""

from collections.abc import Mapping
from typing import Annotated

import typer

from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.deciding import open_day, tell
from services.subsidy.domain.accounts import ACCOUNT, receivable
from services.subsidy.domain.clawbacks import CLAWBACK, Clawback
from services.subsidy.domain.rules import RULES, THE_RULES, Rules, Standard, standard
from services.subsidy.knowing import today
from services.subsidy.payment_views import STATES, Row, clawback_row
from shared.errors import BangfuError
from shared.events.finance import ApprovalGiven, ApprovalRefused, RecoveryWrittenOff
from shared.events.payments import WRITE_OFF_PREFIX
from shared.money import fen
from shared.ops.clocks import NOW, AsOf, Clocks, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, console, show
from shared.ops.words import say
from shared.strict_yaml import closest

ClawbackId = Annotated[
    str, typer.Argument(help=say("追回编号 (C-...)，核销为 W-C-...", "C-...; giving it up: W-C-..."))
]
By = Annotated[str, typer.Option("--by", help=say("审批人编号", "who decides"))]

_HEADINGS = (
    ("clawback_id", say("追回", "clawback")),
    ("state", say("状态", "state")),
    ("programme", say("项目", "programme")),
    ("payee", say("对方", "payee")),
    ("period", say("所属期", "period")),
    ("amount", say("金额(元)", "yuan")),
    ("cure_ends", say("说明、更正期至", "time to put right until")),
    ("prepared_by", say("第一审批人", "approved first by")),
    ("payee_owes", say("对方共欠(元)", "payee owes")),
    ("giving_up", say("拟核销(元)", "to be given up")),
)

clawbacks = typer.Typer(no_args_is_help=True, help=say("追回：查看、审批、核销", "Clawbacks: show, approve, give up"))


def register_clawbacks(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(clawbacks, name="clawbacks")


@clawbacks.command("list", help=say("追回及其状态。", "Clawbacks and where they stand."))
def list_(
    county: Annotated[str, typer.Option(help=say("县区代码", "county code"))] = "",
    state: Annotated[str, typer.Option(help="proposed | owed | objected | write_off_proposed")] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """List the clawbacks, in order of their ids."""
    if state and state not in STATES:
        told = closest(state, STATES) or f" ({', '.join(STATES)})"
        raise BangfuError(say(f"没有状态 {state}{told}", f"there is no state {state}{told}"))
    seen = clocks(as_of, known_at)
    found = {id_: c for id_, c in kept(CLAWBACK, seen).items() if county in ("", c.county) and _is_begun(c, seen)}
    rows = _rows(found, seen) if found else []
    wanted = [row for row in rows if state in ("", row["state"])]
    show(wanted if as_json else map(_plain, wanted), _HEADINGS, title=say("追回", "clawbacks"), as_json=as_json)


@clawbacks.command("show", help=say("一笔追回的全部内容。", "All of one clawback."))
def show_(clawback_id: ClawbackId, as_of: AsOf = "", known_at: KnownAt = "", as_json: AsJson = False) -> None:
    """Show a clawback: what it is about, where it stands, and the hashes that approvals name."""
    seen = clocks(as_of, known_at)
    (row,) = _rows({clawback_id: _clawback(clawback_id, seen)}, seen)
    if as_json:
        console.print_json(data=row)
        return
    headings = dict(_HEADINGS)
    for name, value in _plain(row).items():
        console.print(f"{headings.get(name, name)}: {value}", highlight=False, soft_wrap=True)


@clawbacks.command(
    "approve",
    help=say("审批追回（C-...）或核销（W-C-...），两人。", "Approve C-..., or giving up W-C-...; two people."),
)
def approve(clawback_id: ClawbackId, by: By, as_json: AsJson = False) -> None:
    """Approve a clawback, or giving it up, as it stands now, and say what it came to."""
    raise typer.Exit(tell(ApprovalGiven.topic, clawback_id, _decision(clawback_id, by), as_json=as_json))


@clawbacks.command(
    "refuse", help=say("退回追回或核销，须说明理由。", "Refuse a clawback, or giving it up, with a reason.")
)
def refuse(
    clawback_id: ClawbackId,
    by: By,
    reason: Annotated[str, typer.Option(help=say("理由", "why"))],
    as_json: AsJson = False,
) -> None:
    """Refuse a clawback, or giving it up."""
    data = _decision(clawback_id, by) | {"reason": reason}
    raise typer.Exit(tell(ApprovalRefused.topic, clawback_id, data, as_json=as_json))


@clawbacks.command(
    "writeoff", help=say("提出核销，随后由两人审批 W-C-...。", "Propose to give it up; two people approve W-C-...")
)
def writeoff(
    clawback_id: ClawbackId,
    doc_no: Annotated[str, typer.Option(help=say("依据文号", "document number"))],
    amount: Annotated[str, typer.Option(help=say("金额(元)，默认全部", "yuan, default: all of it"))] = "",
    as_json: AsJson = False,
) -> None:
    """Propose that money which is owed be given up."""
    clawback = _clawback(clawback_id)
    try:
        amount_fen = fen(amount) if amount else min(clawback.fen, _owed(clawback).get(_payee(clawback), 0))
    except ValueError:
        raise BangfuError(say(f"--amount {amount}：金额如 742.00", f"--amount {amount}: yuan such as 742.00")) from None
    told = {"receivable_id": clawback_id, "date": open_day().isoformat(), "amount_fen": amount_fen, "doc_no": doc_no}
    code = tell(RecoveryWrittenOff.topic, clawback_id, told, as_json=as_json)
    if not code and not as_json:
        console.print(f"bangfu clawbacks approve {WRITE_OFF_PREFIX}{clawback_id} --by ...", highlight=False)
    raise typer.Exit(code)


def _decision(subject_id: str, by: str) -> Row:
    id_ = subject_id.removeprefix(WRITE_OFF_PREFIX)
    (row,) = _rows({id_: _clawback(id_)})
    hash_ = row["write_off_hash" if subject_id.startswith(WRITE_OFF_PREFIX) else "content_hash"]
    return {"subject_id": subject_id, "content_hash": hash_, "by": by, "date": open_day().isoformat()}


def _is_begun(clawback: Clawback, seen: Clocks) -> bool:
    return clawback.claim is None or seen.begun(clawback.claim.period)


def _clawback(id_: str, seen: Clocks = NOW) -> Clawback:
    clawback: Clawback | None = kept(CLAWBACK, seen, ids={id_}).get(id_)
    if clawback is None or not _is_begun(clawback, seen):
        raise BangfuError(
            say(f"没有追回 {id_}（bangfu clawbacks list）", f"there is no clawback {id_} (bangfu clawbacks list)")
        )
    return clawback


def _rows(found: Mapping[str, Clawback], seen: Clocks = NOW) -> list[Row]:
    rules, owed = _rules(seen), _owed(*found.values(), seen=seen)
    return [clawback_row(id_, clawback, rules, owed.get(_payee(clawback), 0)) for id_, clawback in found.items()]


def _payee(clawback: Clawback) -> str:
    return clawback.claim.payee if clawback.claim else ""


def _owed(*found: Clawback, seen: Clocks = NOW) -> dict[str, int]:
    """Return what the payees of some clawbacks owe in all, in fen."""
    names = {receivable(_payee(clawback)): _payee(clawback) for clawback in found}
    accounts = kept(ACCOUNT, seen, ids=names)
    return {names[name]: -account.balance_fen for name, account in accounts.items()}


def _rules(seen: Clocks) -> Standard:
    learned = kept(RULES, seen, ids={THE_RULES}).get(THE_RULES, Rules())
    return standard(shipped_rulebook(), learned, today(seen))


def _plain(row: Row) -> Row:
    return {name: "-" if value is None else value for name, value in row.items()}
