"""How `bangfu fair` is asked and what it prints: Chinese first, `BANGFU_LANG=en` for English."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from services.matching.domain.household import HOUSEHOLDS
from services.matching.domain.market import MARKET, MARKET_ID
from services.matching.domain.seeker import SEEKERS
from services.matching.domain.skill import SKILLS
from services.matching.domain.stability import STABILITIES
from services.matching.domain.vacancy import VACANCIES
from services.matching.fair.comparing import compared
from services.matching.fair.hall import Hall, hall_of
from services.matching.fair.judging import judge_on
from services.matching.fair.known import Known
from services.matching.fair.reading import hall_from
from services.matching.fair.words import brief, reasons_counted, tables
from services.matching.fair.workbook import write_workbook
from shared.errors import BangfuError
from shared.ops.clocks import day
from shared.ops.output import AsJson, console, errors, show
from shared.ops.reading import states
from shared.ops.words import say

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        help=say(
            "招聘会（春风行动、就业援助月）：把到场的人分到岗位，总分最高与稳定匹配两个方案并列，并说明每人放弃什么。"
            "只计算，不推送。",
            "A fair: assign people to posts, greatest total and stable side by side, with what each person gives up. "
            "It only reckons; nobody is sent anything.",
        )
    )(fair)


def fair(
    *,
    vacancies: Annotated[
        Path | None,
        typer.Option(help=say("岗位文件（模板 vacancies 的表格或事实）", "vacancies: table of the template, or facts")),
    ] = None,
    seekers: Annotated[
        Path | None,
        typer.Option(
            help=say("求职者文件（模板 jobseekers 的表格或事实）", "job seekers: table of the template, or facts")
        ),
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help=say("花名册文件，按身份证号对应", "roster, matched by identity number"))
    ] = None,
    county: Annotated[
        str, typer.Option(help=say("不给文件时：只取该县（代码）", "without files: this county only (code)"))
    ] = "",
    on: Annotated[
        str,
        typer.Option(
            help=say(
                "招聘会日期；不给文件时默认为下一个未关账日", "day of the fair; without files, the day that is open"
            )
        ),
    ] = "",
    out: Annotated[Path | None, typer.Option(help=say("写出 Excel", "write an Excel file"))] = None,
    as_json: AsJson = False,
) -> None:
    """Print both plans of a fair."""
    hall = _hall(vacancies, seekers, roster, county, on)
    with errors.status(say("计算中", "reckoning")):
        found = compared(hall, judge_on(hall.on, hall.market))
    if out:
        write_workbook(found, out)
    if as_json:
        console.print_json(data=found)
    else:
        _print(found)


def _hall(vacancies: Path | None, seekers: Path | None, roster: Path | None, county: str, on: str) -> Hall:
    held = day("--on", on)
    if not (vacancies or seekers or roster):
        return _living(county, held)
    if vacancies is None or seekers is None or held is None or county:
        raise BangfuError(
            say(
                "用文件时须有 --vacancies、--seekers 和 --on（可加 --roster），不用 --county",
                "with files: --vacancies, --seekers and --on (and --roster), without --county",
            )
        )
    return hall_from(held, vacancies, seekers, roster)


def _living(county: str, day: date | None) -> Hall:
    """Return the hall of the running system: who looks for work and consents, and what is open."""
    home = {"state.county": county} if county else {}
    people = states("matching", SEEKERS, {"state.looking": True, "state.consented": True} | home)
    households = {"$in": sorted({seeker.household for seeker in people.values()} - {""})}
    kin = states("matching", SEEKERS, {"state.household": households})
    around = {each.kind: states("matching", each, {}) for each in (MARKET, SKILLS, STABILITIES)}
    around |= {SEEKERS.kind: kin, HOUSEHOLDS.kind: states("matching", HOUSEHOLDS, {"_id": households})}
    market = Known(around)
    posts = states("matching", VACANCIES, {"state.opened": True} | home)
    if day is None:
        closed_on = market(MARKET, MARKET_ID).closed_on
        if closed_on is None:
            raise BangfuError(
                say("这里还没有结过账：用 --on 给出日期", "no day was closed here yet: say with --on for which day")
            )
        day = closed_on + timedelta(days=1)
    ordered = sorted(people.items(), key=lambda each: (each[1].known_sequence, each[0]))
    return hall_of(day, ordered, posts.items(), market)


def _print(found: dict[str, Any]) -> None:
    every = tables(found)
    console.print(
        say(
            f"{found['people']} 人，{found['posts']} 个岗位，{found['places']} 个名额，可配 {found['pairs']} 对",
            f"{found['people']} people, {found['posts']} posts, {found['places']} places, {found['pairs']} pairs fit",
        ),
        highlight=False,
    )
    for title, columns, rows in (every.sums, brief(found), every.blocking):
        more = say(f"（前 {_SHOWN} / {len(rows)}）", f" (first {_SHOWN} of {len(rows)})") if len(rows) > _SHOWN else ""
        if rows:
            show(rows[:_SHOWN], columns, title=title + more, as_json=False)
    price, people = found["stability_price_bp"], found["stability_price_people"]
    console.print(
        say(
            f"稳定的代价：总分少 {price}，安置少 {people} 人。全部名单用 --json 或 --out 文件.xlsx",
            f"price of stability: {price} of score, {people} people. Everybody: --json, or --out FILE.xlsx",
        ),
        highlight=False,
    )
    for (title, _, rows), name in ((every.fits_nothing, "fits_nothing"), (every.fits_nobody, "fits_nobody")):
        if rows:
            console.print(f"{title} {len(rows)}: {reasons_counted(found[name])}", highlight=False)
