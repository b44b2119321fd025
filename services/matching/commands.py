"""What matching adds to `bangfu`: the outbox, what a message would say, who agreed to messages, fairs, and why."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from services.matching import previewing, why
from services.matching.domain.consent import CONSENTS
from services.matching.fair import command as fair
from services.matching.gateways_command import gateways
from shared.errors import BangfuError
from shared.ops.output import AsJson, show
from shared.ops.reading import states
from shared.ops.running import find_running
from shared.ops.words import say
from shared.settings import Settings
from shared.sms.mongo import OUTBOX_COLLECTION, MongoOutbox
from shared.sms.outbox import OutboxRow
from shared.store import Store

_HEADINGS = (
    ("at", say("时间", "at")),
    ("to", say("号码", "to")),
    ("segments", say("条数", "segments")),
    ("text", say("内容", "text")),
)
_ENTRIES = (
    ("known_on", say("日期", "day")),
    ("at", say("表示时间", "said at")),
    ("agreed", say("同意", "agreed")),
    ("way", say("方式", "way")),
    ("fact_id", say("事实", "fact")),
    ("counts", say("有效", "counts")),
)

sms = typer.Typer(no_args_is_help=True, help=say("短信", "short messages"))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    sms.command(help=say("短信网关的状态。", "How the SMS gateways stand."))(gateways)
    app.add_typer(sms, name="sms")
    fair.register(app)
    why.register(app)


@sms.command(help=say("发件箱中最近的短信，号码已遮蔽。", "The latest messages of the outbox; numbers are masked."))
def tail(
    lines: Annotated[int, typer.Option("--lines", "-n", help=say("条数", "how many"))] = 10,
    as_json: AsJson = False,
) -> None:
    """Show the latest messages of the outbox; numbers are masked."""
    rows = asyncio.run(_latest(lines))
    show([asdict(row) for row in rows], _HEADINGS, title=say("发件箱", "outbox"), as_json=as_json)


@sms.command(help=say("预览一条短信：内容、长度、条数。", "What a message says, its length and its parts."))
def preview(
    offer: Annotated[str, typer.Argument(help=say("推荐编号", "offer id"))] = "",
    template: Annotated[str, typer.Option(help=say("模板", "a template instead of an offer"))] = "",
    as_json: AsJson = False,
) -> None:
    """Show what is sent for an offer, or what a template looks like with an ordinary post in it."""
    if bool(offer) == bool(template):
        raise BangfuError("name an offer, or a template with --template offer")
    row = previewing.of_template(template) if template else previewing.of_offer(offer)
    show([asdict(row)], previewing.HEADINGS, title=say("短信预览", "preview"), as_json=as_json)


@sms.command(help=say("一个人对短信的同意与拒绝记录。", "All that a person said of messages: agreed and refused."))
def consent(
    person: Annotated[str, typer.Argument(help=say("人员编号", "person id"))],
    as_json: AsJson = False,
) -> None:
    """List who agreed or refused, when, by which fact, in which way; the last entry that counts holds."""
    found = states("matching", CONSENTS, {"_id": person})
    rows = [asdict(entry) for entry in found[person].entries] if person in found else []
    held = say("同意", "agrees") if rows and found[person].agrees else say("不同意", "does not agree")
    show(rows, _ENTRIES, title=f"{say('短信同意记录', 'consent')} {person}: {held}", as_json=as_json)


@sms.callback()
def about() -> None:
    """Short messages that matching sends."""


async def _latest(limit: int) -> list[OutboxRow]:
    settings = Settings()
    store = Store(find_running(settings).mongo_url, settings.database("matching"))
    try:
        return await MongoOutbox(store.db[OUTBOX_COLLECTION]).latest(limit)
    finally:
        store.close()
