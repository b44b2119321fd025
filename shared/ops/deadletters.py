"""`bangfu ops deadletters`: refused and parked messages, what they hold, and what an operator asks for them.

A dead letter is a message that a consumer refused. Those of the intake are kept sealed in registry's database; an
operator can have one judged again or discard it, by a request that registry decides on and records like any fact.
"""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer

from shared.access.principals import INTAKE_READER, OPS
from shared.ops.letters import Letter, Request, letter_of, listed, payload, requested
from shared.ops.looking import looking
from shared.ops.output import AsJson, console, show
from shared.ops.words import headed, say
from shared.settings import Settings, laptop_secrets

deadletters = typer.Typer(no_args_is_help=True, help=say("被拒与等待的消息", "Refused and parked messages"))
_ROLES = (INTAKE_READER, OPS)  # how old a fact is, only who may read the intake can say
Key = Annotated[str, typer.Argument(help=say("来源|编号，见 list", "SOURCE|ID, as list shows it"))]
By = Annotated[str, typer.Option(help=say("谁提出", "who asks"))]
Reason = Annotated[str, typer.Option(help=say("理由，不含个人信息", "why; nothing personal"))]
_COLUMNS = ("consumer", "key", "state", "code", "path", "fact", "received", "age_days", "waiting_for", "since")


def register(ops: typer.Typer) -> None:
    """Add the commands."""
    ops.add_typer(deadletters, name="deadletters")


@deadletters.command("list", help=say("列出被拒与等待的消息。", "List refused and parked messages."))
def list_(
    everything: Annotated[bool, typer.Option("--all", help=say("含已弃置的", "discarded ones too"))] = False,
    as_json: AsJson = False,
) -> None:
    """Print every dead letter and every parked fact: why, where in it, how old, what it waits for."""
    letters = [letter for letter in asyncio.run(_listed()) if everything or letter.state != "discarded"]
    show([letter.row() for letter in letters], headed(*_COLUMNS), title=_TITLE, as_json=as_json)


@deadletters.command("show", help=say("显示一封；内容须 --reveal。", "Show one; its content needs --reveal."))
def show_(
    key: Key,
    reveal: Annotated[bool, typer.Option(help=say("解封内容（个人信息）", "unseal the payload (personal)"))] = False,
    as_json: AsJson = False,
) -> None:
    """Print one dead letter or parked fact; with `--reveal` and the vault key also what was sent."""
    settings = Settings()
    vault_key = _vault_key(settings) if reveal else b""

    async def look() -> tuple[Letter, bytes]:
        async with looking(settings, roles=_ROLES) as view:
            letter = await letter_of(view, key, _now())
            return letter, await payload(view, letter, vault_key) if reveal else b""

    letter, body = asyncio.run(look())
    row: dict[str, Any] = letter.row()
    if reveal:
        row["payload"] = _readable(body)
    if as_json:
        console.print_json(data=row)
        return
    shown = [{"field": name, "value": value} for name, value in row.items() if value != ""]
    show(shown, [("field", say("项", "field")), ("value", say("值", "value"))], title=key, as_json=False)


@deadletters.command(help=say("请求重新判定。", "Ask registry to judge one again."))
def redrive(key: Key, by: By, reason: Reason, as_json: AsJson = False) -> None:
    """Have a refused fact judged again by the door and the fold; asked twice, it is judged once.

    What a consumer of `EVENTS` refused is handled again when that consumer's service starts again, corrected.
    """
    _ask("ops.redrive_requested", key, by, reason, as_json=as_json)


@deadletters.command(
    help=say("请求弃置：不再列出，删除密封内容。", "Ask registry to discard one: its copy is deleted.")
)
def discard(key: Key, by: By, reason: Reason, as_json: AsJson = False) -> None:
    """Have a refused fact taken off the list and its sealed copy deleted; its refusal stays on record."""
    _ask("ops.discard_requested", key, by, reason, as_json=as_json)


def _ask(fact: str, key: str, by: str, reason: str, *, as_json: bool) -> None:
    """Publish a request, wait for its outcome; say what became of the letter."""
    settings = Settings()
    vault_key = _vault_key(settings) if fact == "ops.redrive_requested" else b""

    async def ask() -> Letter:
        async with looking(settings, roles=_ROLES) as view:
            letter = await letter_of(view, key, _now())
            body = await payload(view, letter, vault_key) if vault_key else None
            await requested(letter, Request(fact, by, reason, body))
            return await letter_of(view, key, _now())

    letter = asyncio.run(ask())
    runs_later = letter.stream == "EVENTS" and letter.state == "rejected"
    if as_json:
        console.print_json(data=letter.row())
    else:
        console.print(f"{letter.key}: {letter.state} {letter.code}".rstrip(), highlight=False)
        if runs_later:
            later = say(f"{letter.service} 重启后重新处理", f"handled again when {letter.service} starts again")
            console.print(later, highlight=False)
    raise typer.Exit(1 if letter.state == "rejected" and not runs_later else 0)


async def _listed() -> list[Letter]:
    async with looking(Settings(), roles=_ROLES) as view:
        return await listed(view, _now())


def _vault_key(settings: Settings) -> bytes:
    """Return the vault key: the deployment's, or that of the laptop's data.

    Raises:
        ConfigurationError: It is not set, or not a key.
    """
    if settings.vault_key is None and (settings.data_dir / "secrets.json").exists():
        return bytes.fromhex(laptop_secrets(settings.data_dir)["BANGFU_VAULT_KEY"])
    return settings.key("vault_key")


def _readable(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode("utf-8", "backslashreplace")


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the edge: how old a message is


_TITLE = say("被拒与等待", "refused and parked")
