"""`bangfu budgets`: what was granted, what is encumbered, consumed and left, and what waits for room."""

from dataclasses import asdict
from typing import Annotated, Final

import typer

from services.subsidy.budget_views import purses
from services.subsidy.domain.accounts import ACCOUNT
from services.subsidy.domain.budgets import BUDGET
from services.subsidy.domain.positions import POSITION
from shared.money import yuan
from shared.ops.clocks import AsOf, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.output import AsJson, console, show
from shared.ops.words import say

_HEADINGS: Final = (
    ("programme", say("项目", "programme")),
    ("county", say("县", "county")),
    ("fiscal_year", say("年度", "year")),
    ("granted", say("已下达(元)", "granted")),
    ("encumbered", say("预留(元)", "encumbered")),
    ("consumed", say("已用(元)", "consumed")),
    ("available", say("可用(元)", "available")),
    ("lapsed", say("已收回国库(元)", "lapsed")),
    ("waiting", say("排队(元)", "waiting")),
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=say(
            "预算执行：下达、预留、已用、可用和排队，按项目、县和年度。",
            "Budgets: granted, encumbered, consumed, left and waited for, by programme, county and year.",
        )
    )(budgets)


def budgets(
    programme: Annotated[str, typer.Option(help=say("项目", "programme"))] = "",
    county: Annotated[str, typer.Option(help=say("县区代码", "county code"))] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """Show the budgets of the ledger, of the fiscal years that had begun, as they were known."""
    seen = clocks(as_of, known_at)
    found = purses(*(kept(aggregate, seen) for aggregate in (ACCOUNT, POSITION, BUDGET)))
    rows = [
        {"programme": name, "county": home, "fiscal_year": year}
        | {share: yuan(fen) for share, fen in asdict(purse).items()}
        for (name, home, year), purse in sorted(found.items())
        if programme in ("", name) and county in ("", home) and seen.begun(str(year))
    ]
    show(rows, _HEADINGS, title=say("预算", "budgets"), as_json=as_json)
    if not as_json:
        unbound = "可用为负：该预算从未下达，不受限。"
        console.print(say(unbound, "Available below nil: never granted, so that it does not bind."), highlight=False)
