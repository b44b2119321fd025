"""`bangfu channels`: the robots and webhooks of offices, and what each channel has sent and has to send."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from services.notify.adapters.channels.figures import STANDING, figures
from services.notify.adapters.channels.hooks import GROUP_CHANNELS, HOOKS, Hook, HookBook
from services.notify.adapters.channels.outbox import name_of
from services.notify.adapters.channels.port import ChannelUnavailable, Delivered, Delivery
from shared.errors import BangfuError
from shared.ops.output import AsJson, console, show
from shared.ops.running import find_running
from shared.ops.words import say
from shared.settings import Settings, secret_at_hand
from shared.sms.gateway import UnknownAnswerError
from shared.store import Store

T = TypeVar("T")

_HOOKS = (
    ("name", say("名称", "name")),
    ("channel", say("渠道", "channel")),
    ("office", say("单位", "office")),
    ("wants", say("接收", "wants")),
)
_STATUS = (
    ("channel", say("渠道", "channel")),
    ("circuit", say("熔断器", "circuit")),
    ("waiting", say("待发", "waiting")),
    ("due", say("到时", "due")),
    ("oldest_s", say("最久（秒）", "oldest (s)")),
    ("letters", say("在途", "under way")),
    ("sent", say("已发", "sent")),
    ("obsolete", say("已失效", "obsolete")),
    ("failed", say("失败", "failed")),
)

channels = typer.Typer(no_args_is_help=True, help=say("提醒的发送渠道", "channels that alerts go out by"))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(channels, name="channels")


@channels.command("list", help=say("各单位的群机器人和 webhook。", "Robots and webhooks of offices."))
def list_(as_json: AsJson = False) -> None:
    """List the robots and webhooks of offices; no address and no secret."""
    rows = [asdict(hook) | {"wants": " ".join(hook.wants)} for hook in _with(lambda _, hooks: hooks.every())]
    show(rows, _HOOKS, title=say("群机器人与 webhook", "robots and webhooks"), as_json=as_json)


@channels.command(
    help=say("登记群机器人或 webhook；地址和密钥在提示后输入。", "Add one; address and secret are asked for.")
)
def add(
    name: Annotated[str, typer.Argument(help=say("名称", "its name"))],
    channel: Annotated[str, typer.Option(help="/".join(GROUP_CHANNELS))],
    office: Annotated[str, typer.Option(help=say("县区或乡镇代码，或 city", "county or township code, or city"))],
    only_act: Annotated[
        bool, typer.Option("--only-act", help=say("只接收需要办理的", "only what needs action"))
    ] = False,
) -> None:
    """Add a robot or a webhook, over one of the same name."""
    hook = Hook(name, channel, f"office:{office}", ("act",) if only_act else ("act", "know"))  # type: ignore[arg-type]
    url = _asked(say("地址（不显示）", "URL (not shown)"))
    secret = "" if channel == "wecom" else _asked(say("签名密钥（不显示）", "secret to sign with (not shown)"))
    _with(lambda _, hooks: hooks.add(hook, url, secret))
    console.print(
        say(f"已登记 {name}；用 bangfu channels test {name} 试发", f"added {name}; bangfu channels test {name}")
    )


@channels.command(help=say("注销群机器人或 webhook。", "Take a robot or a webhook away."))
def remove(name: Annotated[str, typer.Argument(help=say("名称", "its name"))]) -> None:
    """Take a robot or a webhook away; what still waits for it goes nowhere."""
    if not _with(lambda _, hooks: hooks.remove(name)):
        raise BangfuError(say(f"没有 {name}", f"there is no {name}"))
    console.print(say(f"已注销 {name}", f"removed {name}"))


@channels.command(help=say("试发一条，不含任何提醒。", "Send a trial that tells of no alert."))
def test(name: Annotated[str, typer.Argument(help=say("名称", "its name"))]) -> None:
    """Send a trial through a robot or a webhook, and say what came of it."""
    said = _with(lambda _, hooks: _tried(name, hooks))
    console.print(said, highlight=False)
    raise typer.Exit(0 if said.startswith(say("已送达", "delivered")) else 1)


@channels.command(help=say("各渠道待发、已发、失败的数量。", "What each channel has sent and has to send."))
def status(as_json: AsJson = False) -> None:
    """Show what waits, went out and failed, by channel."""

    async def read(store: Store, _: HookBook) -> list[dict[str, Any]]:
        circuits = {row["_id"]: row["circuit"] async for row in store.db[STANDING].find()}
        found = await figures(store.db, await store.now())
        return [asdict(each) | {"circuit": circuits.get(each.channel, say("未启用", "off"))} for each in found]

    show(_with(read), _STATUS, title=say("发送渠道", "channels"), as_json=as_json)


def _asked(what: str) -> str:
    """Return what is typed unseen, or the next line where nobody sits at a terminal."""
    return (getpass.getpass(f"{what}: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()


def _with(work: Callable[[Store, HookBook], Awaitable[T]]) -> T:
    settings = Settings()
    key = secret_at_hand(settings, "card_key")

    async def done() -> T:
        store = Store(find_running(settings).mongo_url, settings.database("notify"))
        try:
            return await work(store, HookBook(store.db[HOOKS], key))
        finally:
            store.close()

    return asyncio.run(done())


async def _tried(name: str, hooks: HookBook) -> str:
    from services.notify.adapters.channels.http import Poster  # noqa: PLC0415 - slow to import, for one command
    from services.notify.adapters.channels.run import group_channels, texts_of  # noqa: PLC0415 - likewise

    found = await hooks.opened(name)
    if found is None:
        raise BangfuError(say(f"没有 {name}", f"there is no {name}"))
    hook, url, secret = found
    settings, now = Settings(), datetime.now(UTC)  # noqa: TID251 - a trial is no decision
    trial = Delivery(name_of("trial", name, now.isoformat()), hook.channel, url, secret=secret, lang=settings.lang)
    poster = Poster()
    try:
        result = await group_channels(poster, texts_of(settings))[hook.channel].deliver(trial)
    except ChannelUnavailable as error:
        return say(f"未送达，可再试：{error.code}", f"not delivered, may be tried again: {error.code}")
    except UnknownAnswerError as error:
        return say(f"不知是否送达：{error}", f"nobody knows whether it arrived: {error}")
    finally:
        await poster.aclose()
    if isinstance(result, Delivered):
        return say(f"已送达（{result.answer}）", f"delivered ({result.answer})")
    return say(f"被拒绝：{result.reason}", f"refused: {result.reason}")
