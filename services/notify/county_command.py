"""What notify adds to `bangfu`: the figures of the registers of an area, as the county pages show them."""

import asyncio
from typing import Annotated, Any, Final

import typer

from services.notify.adapters.web.scope import Scope, is_area
from services.notify.domain.registers import REGISTERS
from services.notify.register_views import EVERYTHING, Registers
from shared.errors import BangfuError
from shared.money import yuan
from shared.ops.output import AsJson, show
from shared.ops.running import find_running
from shared.ops.words import say
from shared.settings import Settings
from shared.store import Store

_HEADINGS: Final = (
    ("register", say("台账", "register")),
    ("series", say("类别", "kind")),
    ("stage", say("状态", "state")),
    ("rows", say("行", "rows")),
    ("count", say("数量", "count")),
    ("amount", say("金额（元）", "yuan")),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=say(
            "一个县（市、乡镇、村）的台账数字：人员、就业、推荐、补贴、预算、目标、职责、待办、上报。",
            "Figures of the registers of a county (city, township, village), as the console shows them.",
        )
    )(county)


def county(
    area: Annotated[str, typer.Argument(help=say("区划代码，4、6、9 或 12 位", "official code, 4, 6, 9 or 12 digits"))],
    as_json: AsJson = False,
) -> None:
    """Print the figures of every register in an area.

    Raises:
        BangfuError: It is no code of an area.
    """
    if not is_area(area):
        zh = "不是区划代码：应为市 4 位、县 6 位、乡镇 9 位或村 12 位数字"
        raise BangfuError(say(zh, "no code of an area: a city has 4 digits, a county 6, a township 9, a village 12"))
    title = f"{say('台账', 'registers')} {area}"
    show(asyncio.run(_figures(area)), _HEADINGS, title=title, as_json=as_json)


async def _figures(area: str) -> list[dict[str, Any]]:
    settings = Settings()
    store = Store(find_running(settings).mongo_url, settings.database("notify"))
    registers = Registers(store.db, Scope((area,)))
    try:
        found = [(name, f) for name in REGISTERS for f in await registers.figures(name, EVERYTHING, "series", "stage")]
    finally:
        store.close()
    return [
        {
            "register": name,
            "series": figure.key[0],
            "stage": figure.key[1],
            "rows": figure.rows,
            "count": figure.count,
            "amount_fen": figure.amount_fen,
            "amount": yuan(figure.amount_fen) if figure.amount_fen else None,
        }
        for name, figure in found
    ]
