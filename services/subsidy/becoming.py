"""What became of a line: deferred before it, in a payment run, objected to, paid, changed by later lines. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final

from shared.events.payments import CLAWBACK_PREFIX, WRITE_OFF_PREFIX
from shared.events.subsidy import LinePosted
from shared.money import yuan
from shared.ops.tracing import Node
from shared.ops.words import say

_MOVES: Final = {
    "instructed": ("已向银行发出支付指令", "instructed to the bank"),
    "payment": ("已支付", "paid"),
    "returned": ("银行退回，待再支付", "not paid by the bank; it waits to be paid again"),
    "set_off": ("未付出的款项抵销追回", "settled by money that never reached the payee"),
    "clawback": ("两人核定追回", "two people decided that it has to come back"),
    "recovered": ("已收回", "recovered"),
    "written_off": ("经两人核准核销", "given up by two people"),
}
_ANSWERS: Final = {
    "held": ("有人提出异议，暂缓", "somebody objects; it is held"),
    "cleared": ("异议已处理", "the objection is settled"),
    "unmatched": ("银行回报无可对应", "a report of the bank matches nothing"),
}


def became(
    line: LinePosted, siblings: Sequence[LinePosted], nodes: Iterable[Node], known_at: date | None
) -> list[dict[str, Any]]:
    """Return what happened to a line, in order of days: `{on, what, ref, amount, sentence}`.

    Args:
        line: The line in question.
        siblings: Every line of the same claim.
        nodes: Events in which the line, or the change that it posts, is named.
        known_at: What became known later is left out.
    """
    rows = [row for node in nodes for tell in _TELLS if (row := tell(line, node))]
    rows += [_sibling(line, other) for other in siblings if other.line_no > line.line_no]
    bound = known_at.isoformat() if known_at else "9999"
    return sorted((row for row in rows if row["on"] <= bound), key=lambda row: (row["on"], row["what"], row["ref"]))


def _deferred(line: LinePosted, node: Node) -> dict[str, Any] | None:
    if node.topic != "ledger.line_deferred" or node.data.get("place") != line.place:
        return None
    said = say("预算不足，整笔排队等候", "it did not fit the budget and waited whole")
    return _row(node, "deferred", "", None, said)


def _moved(line: LinePosted, node: Node) -> dict[str, Any] | None:
    about = (line.line_id, f"{CLAWBACK_PREFIX}{line.line_id}")
    kind = node.data.get("kind", "")
    if node.topic != "ledger.transfer_booked" or node.data.get("instruction_id") not in about or kind not in _MOVES:
        return None
    fen = sum(posting["amount_fen"] for posting in node.data["postings"])
    return _row(node, kind, node.data["transfer_id"], fen, say(*_MOVES[kind]))


def _proposed(line: LinePosted, node: Node) -> dict[str, Any] | None:
    if node.topic != "payment.run_proposed":
        return None
    run = node.data["run_id"]
    for item in node.data["items"]:
        if item["instruction_id"] == line.line_id:
            return _row(node, "in_run", run, item["amount_fen"], say("列入拨付批次", "in the payment run"))
    if line.line_id in node.data["left_out"]:
        return _row(node, "left_out", run, None, say("未列入拨付批次，待下月", "left out of the run, waits a month"))
    return None


def _answered(line: LinePosted, node: Node) -> dict[str, Any] | None:
    ids = (line.line_id, f"{CLAWBACK_PREFIX}{line.line_id}", f"{WRITE_OFF_PREFIX}{CLAWBACK_PREFIX}{line.line_id}")
    outcome = node.data.get("outcome", "")
    if node.topic != "finance.fact_answered" or node.data.get("subject_id") not in ids or outcome not in _ANSWERS:
        return None
    return _row(node, outcome, node.data["subject_id"], None, say(*_ANSWERS[outcome]))


def _row(node: Node, what: str, ref: str, fen: int | None, said: str) -> dict[str, Any]:
    amount = None if fen is None else yuan(fen)
    money = f" {amount} {say('元', 'yuan')}" if amount else ""
    return {
        "on": node.known_on, "what": what, "ref": ref, "amount": amount, "sentence": f"{said} {ref}".rstrip() + money,
    }  # fmt: skip


def _sibling(line: LinePosted, other: LinePosted) -> dict[str, Any]:
    amount = yuan(other.amount_fen)
    is_back = other.amount_fen < 0 <= line.amount_fen
    said = say("被冲回" if is_back else "同一事项另记", "taken back by" if is_back else "the same claim changed by")
    return {
        "on": other.posted_on.isoformat(),
        "what": "taken_back" if is_back else "changed",
        "ref": other.line_id,
        "amount": amount,
        "sentence": f"{said} {other.line_id} {amount} {say('元', 'yuan')}",
    }


_TELLS: Final[tuple[Callable[[LinePosted, Node], dict[str, Any] | None], ...]] = (
    _deferred, _moved, _proposed, _answered,
)  # fmt: skip
