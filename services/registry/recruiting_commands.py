"""`bangfu recruiting`: applications and rounds, the step at which each waits, and the list as it is put up."""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Final

import typer

from services.registry.domain.placements import PLACEMENT
from services.registry.domain.recruiting import APPLICATION
from services.registry.domain.recruiting_rounds import ROUND, Round
from services.registry.placements_commands import gates_told, seen_by
from services.registry.recruiting_views import Row, application_row, notice_rows, round_row
from shared.cards import ContactCards
from shared.errors import BangfuError
from shared.ops.clocks import NOW, AsOf, KnownAt, clocks
from shared.ops.knowing import kept
from shared.ops.looking import looking
from shared.ops.output import AsJson, console, show
from shared.ops.words import say
from shared.settings import Settings, secret_at_hand

_APPLICATIONS: Final = (
    ("application_id", say("报名", "application")),
    ("person_id", say("人员", "person")),
    ("round_id", say("批次", "round")),
    ("received_on", say("报名日", "received")),
    ("gates", say("资格", "gates")),
    ("review", say("审查", "review")),
    ("step", say("环节", "step")),
    ("due_on", say("期限", "due")),
    ("employment_id", say("派驻", "placement")),
)
_ROUNDS: Final = (
    ("round_id", say("批次", "round")),
    ("applications", say("报名数", "applications")),
    ("closes_on", say("报名截止", "closes")),
    ("listed", say("拟定人数", "listed")),
    ("notice_from", say("公示自", "notice from")),
    ("notice_until", say("公示至", "notice until")),
    ("decide_by", say("应决定", "decide by")),
    ("decision", say("决定", "decision")),
)
_NOTICE: Final = (
    ("number", say("序号", "no.")),
    ("application_id", say("报名", "application")),
    ("name", say("姓名", "name")),
)
_WORDS: Final = {
    "review": say("资格审查", "review"),
    "list": say("拟定名单", "list"),
    "notice": say("公示", "notice"),
    "objection": say("异议处理", "objection"),
    "decision": say("研究决定", "decision"),
    "posting": say("派驻", "posting"),
    "agreement": say("签订协议", "agreement"),
    "arrival": say("到岗", "arrival"),
    "done": say("完成", "done"),
    "refused": say("未通过", "refused"),
    "approved": say("通过", "approved"),
    "unclear": say("结论不明", "unclear"),
    "not_proposed": say("名单未拟定，决定无效", "no effect: no list yet"),
    "notice_running": say("公示未满，决定无效", "no effect: the notice runs"),
    "objection_open": say("有异议未结，决定无效", "no effect: an objection is open"),
    "content_differs": say("名单不符，决定无效", "no effect: another list"),
    "already_decided": say("已作决定", "decided already"),
}

recruiting = typer.Typer(
    invoke_without_command=True,
    help=say("带公示的招募：报名、批次、所处环节。", "Recruiting with public notice: applications, rounds, steps."),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(recruiting, name="recruiting")


@recruiting.callback()
def overview(
    context: typer.Context,
    *,
    programme: Annotated[str, typer.Option(help=say("项目", "programme"))] = "",
    as_of: AsOf = "",
    known_at: KnownAt = "",
    as_json: AsJson = False,
) -> None:
    """List rounds and applications."""
    if context.invoked_subcommand is not None:
        return
    seen = clocks(as_of, known_at)
    found = {
        id_: each
        for id_, each in kept(APPLICATION, seen, tag=programme).items()
        if each.check is not None and seen_by(each.received_on, seen)
    }
    named = {each.check.round_id for each in found.values()}
    rounds = kept(ROUND, seen, ids=named)
    placements = kept(PLACEMENT, seen, ids={each.employment_id for each in found.values() if each.employment_id})
    rows = [
        application_row(id_, each, rounds.get(each.check.round_id, Round()), placements.get(each.employment_id or ""))
        for id_, each in found.items()
    ]
    round_rows = [round_row(id_, each) for id_, each in rounds.items()]
    if as_json:
        show([{"rounds": round_rows, "applications": rows}], (), title="", as_json=True)
        return
    show(map(_plain, round_rows), _ROUNDS, title=say("批次", "rounds"), as_json=False)
    for row in round_rows:
        if row["content_hash"]:
            console.print(say("名单摘要", "hash of the list"), row["round_id"], row["content_hash"], soft_wrap=True)
    show(map(_plain, rows), _APPLICATIONS, title=say("报名", "applications"), as_json=False)


@recruiting.command(help=say("公示名单，姓名已遮蔽。", "The list as it is put up; names are masked."))
def notice(
    round_id: Annotated[str, typer.Argument(help=say("批次", "round"))],
    as_json: AsJson = False,
) -> None:
    """Print the masked list of a round and the days of its notice."""
    round_ = kept(ROUND, NOW, ids={round_id}).get(round_id)
    if round_ is None or round_.proposed is None:
        raise BangfuError(
            say(f"批次 {round_id} 没有公示名单（bangfu recruiting）", f"{round_id} has no list (bangfu recruiting)")
        )
    proposed = round_.proposed
    rows = notice_rows(round_, asyncio.run(_names(proposed.person_ids)))
    between = f"{proposed.notice_from} – {proposed.notice_until}"
    show(rows, _NOTICE, title=f"{say('公示', 'public notice')} {round_id} {between}", as_json=as_json)
    if not as_json:
        console.print(
            say(f"异议编号：{round_id} 或报名编号", f"an objection names {round_id} or an application"), highlight=False
        )


async def _names(person_ids: Iterable[str]) -> dict[str, str]:
    """Return the names on the contact cards; who has none, or was erased, is left out."""
    settings = Settings()
    async with looking(settings, roles=("registry",)) as view:
        cards = ContactCards(view.js, secret_at_hand(settings, "card_key"))
        found = {person_id: await cards.get(person_id) for person_id in person_ids}
    return {person_id: card["name"] for person_id, card in found.items() if card and card.get("name")}


def _plain(row: Row) -> Row:
    told = {name: _WORDS[row[name]] for name in ("step", "review", "decision") if row.get(name)}
    if "gates" in row:
        told["gates"] = gates_told(row["gates"])
    return {name: "" if value is None else value for name, value in (row | told).items()}
