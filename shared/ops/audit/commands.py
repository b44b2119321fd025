"""`bangfu ops seals` and `bangfu ops audit bundle`."""

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer

from shared.errors import BangfuError
from shared.ops.audit.bundle import Bundle, gathered, sealed_chains
from shared.ops.audit.seals import published, wrong_with
from shared.ops.looking import looking
from shared.ops.output import AsJson, console, show
from shared.ops.words import headed, say
from shared.settings import Settings
from shared.store import Row

_COLUMNS = ("chain", "number", "day", "head_number", "entries", "published", "hash")
_SHOWN = 10

audit = typer.Typer(no_args_is_help=True, help=say("审计包", "Audit bundles"))


def register(ops: typer.Typer) -> None:
    """Add the commands."""
    ops.command(
        help=say("每日封印：列出，并对照日志链和 SEALS 流核验。", "Daily seals: list them and verify all journals.")
    )(seals)
    audit.command(help=say("写出可离线核验的审计包。", "Write a folder that an auditor can check offline."))(bundle)
    ops.add_typer(audit, name="audit")


@audit.callback()
def _group() -> None:
    """Keep `bundle` a command of its own name."""


def seals(
    as_json: AsJson = False,
) -> None:
    """List the seals and hold journals, store and stream against each other; exit 0 only if all is as it was sealed."""

    async def look() -> Row:
        async with looking(Settings()) as view:
            stream, found, mistakes = await published(view.js), list[Row](), list[str]()
            for chain in (await sealed_chains(view)).values():
                found += [seal | {"published": seal["hash"] in stream} for seal in chain.seals]
                mistakes += [mistake async for mistake in wrong_with(chain, stream)]
            return {"intact": not mistakes, "mistakes": mistakes, "seals": found}

    found = asyncio.run(look())
    if as_json:
        console.print_json(data=found)
        raise typer.Exit(0 if found["intact"] else 1)
    chains = sorted({seal["chain"] for seal in found["seals"]})
    latest = [seal for chain in chains for seal in [s for s in found["seals"] if s["chain"] == chain][-_SHOWN:]]
    show(latest, headed(*_COLUMNS), title=say("最近的封印", "latest seals"), as_json=False)
    for mistake in found["mistakes"]:
        console.print(mistake, style="red", highlight=False, soft_wrap=True)
    console.print(f"{say('封印', 'seals')}: {len(found['seals'])}", highlight=False)
    verdict = say("与封印一致", "as sealed") if found["intact"] else say("与封印不一致", "NOT as sealed")
    console.print(verdict, style="green" if found["intact"] else "red")
    raise typer.Exit(0 if found["intact"] else 1)


def bundle(
    period: Annotated[str, typer.Option(help=say("月份，如 2026-01..2026-06", "months, like 2026-01..2026-06"))],
    out: Annotated[Path, typer.Option(help=say("新文件夹", "a new folder"))],
    person: Annotated[str, typer.Option(help=say("人员编号", "person id"))] = "",
    employer: Annotated[str, typer.Option(help=say("统一社会信用代码", "credit code"))] = "",
    programme: Annotated[str, typer.Option(help=say("项目", "programme"))] = "",
) -> None:
    """Write the bundle of one person, employer or programme, and say under which seals it stands."""
    named = [value for value in (person, employer, programme) if value]
    if len(named) != 1:
        raise BangfuError(
            say("--person、--employer、--programme 三者选一", "name one of --person, --employer and --programme")
        )
    months = _months(period)

    async def look() -> Bundle:
        async with looking(Settings()) as view:
            return await gathered(view, named[0], months)

    found = asyncio.run(look())
    manifest = found.write(out)
    said = [(say("已写入", "written"), f"{out} ({len(manifest['files']) + 1})")]
    said += [(say("期间", "period"), f"{found.period['from']} – {found.period['to']}")]
    said += [(say("事实与分录", "facts and entries"), " + ".join(str(len(rows)) for rows in found.entries.values()))]
    said += [(f"{say('锚', 'anchor')} {chain}", digest) for chain, digest in manifest["anchors"].items()]
    said += [("verify.py SHA-256", manifest["files"]["verify.py"])]
    said += [(say("核验", "check"), f"python3 {out}/verify.py {out} --anchor {manifest['anchors']['subsidy-ledger']}")]
    for what, figure in said:
        console.print(f"{what}: {figure}", highlight=False, soft_wrap=True)


def _months(period: str) -> tuple[str, str]:
    first, _, last = period.partition("..")
    last = last or first
    if not all(re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) for month in (first, last)) or last < first:
        what = say("月份，如 2026-01..2026-06，先早后晚", "months like 2026-01..2026-06, the earlier one first")
        raise BangfuError(f"--period {period}: {what}")
    return first, last
