"""`bangfu ops erase`, `erasures`, `lift-erasure`: what names a person is destroyed, and that it was is kept.

The request is a fact like any other: registry decides on it, records it, and destroys the person's key in the same
transaction. Ledgers, journals and digests hold pseudonyms and stay as they are.
"""

import asyncio
from typing import Annotated, Any, Final

import typer

from shared.errors import BangfuError
from shared.events.contract import OPERATIONS
from shared.events.types import is_person_id
from shared.identity import IdentityError, normalise_id_number
from shared.ops.looking import View, looking
from shared.ops.output import AsJson, console, show
from shared.ops.stating import state_here
from shared.ops.words import say
from shared.privacy import person_id
from shared.settings import Settings, secret_at_hand

Person = Annotated[str, typer.Argument(metavar="PERSON", help=say("人员编号 (p...)", "person id (p...)"))]
Ask = Annotated[bool, typer.Option("--ask", help=say("改为输入身份证号（不回显）", "ask for the id number, unseen"))]
By = Annotated[str, typer.Option(help=say("谁提出", "who asks"))]
Reason = Annotated[str, typer.Option(help=say("理由，不含个人信息", "why; nothing personal"))]
Doc = Annotated[str, typer.Option("--doc", help=say("决定文号", "number of the decision"))]
Yes = Annotated[bool, typer.Option("--yes", help=say("不再确认", "do not ask again"))]
_COLUMNS: Final = (
    ("person_id", say("人员编号", "person")),
    ("state", say("状态", "state")),
    ("on", say("日期", "on")),
    ("by", say("提出人", "by")),
    ("doc_no", say("文号", "decision")),
    ("keys", say("销毁密钥", "keys destroyed")),
    ("cards", say("卡片", "cards")),
    ("proof", say("凭证", "proof")),
)


def register(ops: typer.Typer) -> None:
    """Add the commands."""
    ops.command(help=say("删除一个人的个人信息：销毁密钥。", "Erase a person: destroy the key."))(erase)
    ops.command(
        "lift-erasure", help=say("解除：此人以后的信息重新保存。", "Keep again what is told of somebody erased.")
    )(lift)
    ops.command(help=say("已删除的人及凭证。", "Who is erased, with the proof."))(erasures)


def erase(
    *,
    by: By,
    reason: Reason,
    doc: Doc,
    person: Person = "",
    ask: Ask = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Destroy what names a person; ledgers and digests stay as they are. It cannot be undone."""
    who = _who(person, ask=ask)
    if not yes:
        typer.confirm(
            say(
                f"销毁 {who} 的姓名、号码、地址，无法恢复。继续？", f"destroy every name and number of {who} for ever?"
            ),
            abort=True,
        )
    data = {"person_id": who, "by": by, "reason": reason, "doc_no": doc}
    asyncio.run(state_here(OPERATIONS, "ops.erasure_requested", data))
    _show([row for row in _listed() if row["person_id"] == who], as_json=as_json)


def lift(by: By, reason: Reason, doc: Doc, person: Person = "", ask: Ask = False) -> None:
    """Have what is told of an erased person from now on kept again; what was destroyed stays so."""
    who = _who(person, ask=ask)
    data = {"person_id": who, "by": by, "reason": reason, "doc_no": doc}
    asyncio.run(state_here(OPERATIONS, "ops.erasure_lifted", data))
    console.print(say(f"{who} 以后的信息重新保存", f"what is told of {who} is kept again"), highlight=False)


def erasures(as_json: AsJson = False) -> None:
    """List who is or was erased: by which decision, how many keys were destroyed, and the proof."""
    _show(_listed(), as_json=as_json)


def _show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    show(rows, list(_COLUMNS), title=say("个人信息删除", "erasures"), as_json=as_json)


def _who(person: str, *, ask: bool) -> str:
    """Return the id of the person that is meant, given or worked out of an id number that nobody sees."""
    if not ask:
        if not is_person_id(person):
            raise BangfuError(
                say("人员编号以 p 开头共 26 位，或用 --ask", "a person id is p and 25 letters; or use --ask")
            )
        return person
    number = typer.prompt(say("身份证号", "id number"), hide_input=True)
    try:
        return person_id(secret_at_hand(Settings(), "person_key"), normalise_id_number(number))
    except IdentityError as error:
        raise BangfuError(str(error)) from None


def _listed() -> list[dict[str, Any]]:
    async def look() -> list[dict[str, Any]]:
        async with looking(Settings()) as view:
            return await _rows(view)

    return asyncio.run(look())


async def _rows(view: View) -> list[dict[str, Any]]:
    service, _ = view.keeper("erasure")
    query = {"$or": [{"erased": {"$exists": True}}, {"before": {"$exists": True}}]}
    found = []
    async for row in view.stores[service.name].db["vault"].find(query, {"key": 0, "fields": 0}).sort("_id", 1):
        for stone in (*row.get("before", ()), *([row] if "erased" in row else ())):
            said, stands = stone["erased"], stone is row
            found.append({
                "person_id": row["_id"],
                "state": "erased" if stands else "lifted",
                "on": said["on"],
                "by": said["by"],
                "doc_no": said["doc_no"],
                "keys": len(stone["destroyed"]),
                "cards": _cards(row) if stands else "",
                "proof": stone["proof"],
            })  # fmt: skip
    return found


def _cards(row: dict[str, Any]) -> str:
    """Return how far the cards of somebody erased are taken away: none, pending, purged."""
    found = {row[flag] for flag in ("card", "payee") if flag in row}
    return "none" if not found else "pending" if "pending" in found else "purged"
