"""What matching adds to `bangfu`: the short messages that the outbox holds."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from services.matching.gateways_command import gateways
from shared.ops.output import AsJson, show
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

sms = typer.Typer(no_args_is_help=True, help=say("短信", "short messages"))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    sms.command(help=say("短信网关的状态。", "How the SMS gateways stand."))(gateways)
    app.add_typer(sms, name="sms")


@sms.command(help=say("发件箱中最近的短信，号码已遮蔽。", "The latest messages of the outbox; numbers are masked."))
def tail(
    lines: Annotated[int, typer.Option("--lines", "-n", help=say("条数", "how many"))] = 10,
    as_json: AsJson = False,
) -> None:
    """Show the latest messages of the outbox; numbers are masked."""
    rows = asyncio.run(_latest(lines))
    show([asdict(row) for row in rows], _HEADINGS, title=say("发件箱", "outbox"), as_json=as_json)


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
