"""`bangfu ops credentials`: the keys of the bus, and what its server has to know of them."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from shared.access.facts import UPSTREAM_FACTS, given
from shared.access.laptop import ring_of
from shared.access.principals import SOURCE, UPSTREAM, principals, standard
from shared.access.ring import Ring
from shared.embedded.nats import reload
from shared.errors import ConfigurationError
from shared.ops.output import AsJson, console, show
from shared.ops.running import find_services
from shared.ops.words import headed, say
from shared.settings import Settings

Name = Annotated[
    str, typer.Argument(help=say("服务、来源 source-<名> 等，见 list", "a service, source-<name>, ...: see list"))
]
Directory = Annotated[
    Path | None,
    typer.Option(
        help=say(
            "密钥目录；默认 BANGFU_CREDENTIALS，否则数据目录下的 keys", "of the keys; BANGFU_CREDENTIALS, or keys/"
        )
    ),
]
Facts = Annotated[
    list[str] | None,
    typer.Option(
        help=say(
            "来源可发布的事实，逗号分隔或重复；默认：除我方之外的全部",
            "that a source may publish, with commas or again; default: all but our own",
        )
    ),
]
Only = Annotated[list[str] | None, typer.Argument(metavar="[FACTS]...", help=say("今后只这些", "these and no others"))]
More = Annotated[list[str] | None, typer.Option("--add", help=say("再加这些", "these as well"))]
Fewer = Annotated[list[str] | None, typer.Option("--remove", help=say("去掉这些", "these no more"))]
Unlisted = Annotated[bool, typer.Option("--any", help=say("取消清单", "no list any more: all but our own"))]
_FEW = 4  # facts of a list are named in a table
_SHOWN = 12  # characters tell keys apart
credentials = typer.Typer(no_args_is_help=True, help=say("消息总线的密钥与权限", "Keys and rights of the message bus"))


def register(ops: typer.Typer) -> None:
    """Add the commands."""
    ops.add_typer(credentials, name="credentials")


@credentials.command("list", help=say("谁有密钥、几把、何时制作。", "Who has a key, how many, since when."))
def listed(directory: Directory = None, as_json: AsJson = False) -> None:
    """List the keys: their public halves, which are no secret."""
    ring = _ring(directory)
    keys, lists = ring.keys(), ring.facts()
    who = principals(find_services(), keys, lists)
    rows = [
        {
            "name": name,
            "account": "upstream" if who[name].account == UPSTREAM else "core",
            "key": key.public if as_json else f"{key.public[:_SHOWN]}…",
            "made": key.made,
            "state": "newest" if key == found[-1] else "until revoked",
            "facts": lists.get(name) if as_json else _publishes(name, lists.get(name), few=_FEW),
        }
        for name, found in keys.items()
        for key in found
    ]
    show(rows, headed("name", "account", "key", "made", "state", "facts"), title=say("密钥", "keys"), as_json=as_json)


@credentials.command(
    help=say("制作密钥；不写名字则为一套部署所需。", "Make keys; without a name, what a deployment needs.")
)
def new(
    names: Annotated[list[str] | None, typer.Argument()] = None, facts: Facts = None, directory: Directory = None
) -> None:
    """Make a key for each who has none; its seed is written to a file for its owner only, and shown nowhere."""
    ring, services = _ring(directory), find_services()
    wanted = names or list(standard(services, laptop=False))
    may = _for_sources(wanted, facts)
    principals(services, wanted)  # a name that means nobody makes no key
    if names and (known := sorted(set(names) & set(ring.keys()))):
        raise ConfigurationError(f"{', '.join(known)}: has a key already; `bangfu ops credentials rotate` adds one")
    made = ring.made(wanted, _now(), may)
    _told(ring, made)


@credentials.command(
    help=say(
        "来源可发布哪些事实：查看；列出则替换；--add、--remove 增减；--any 取消清单。",
        "Which facts a source may publish: show them; set the list; --add, --remove; --any: no list.",
    )
)
def facts(
    name: Name,
    only: Only = None,
    *,
    add: More = None,
    remove: Fewer = None,
    unlisted: Unlisted = False,
    directory: Directory = None,
) -> None:
    """Say what a source may publish from now on: connections under its keys heed it at once."""
    ring = _ring(directory)
    known = ring.keys()
    _for_sources([name], [])
    if name not in known:
        raise ConfigurationError(f"{name} has no key here ({ring.directory}): `bangfu ops credentials new {name}`")
    if sum(map(bool, (only, add, remove, unlisted))) > 1:
        raise ConfigurationError("one of a list, --add, --remove and --any at a time")
    if only or add or remove or unlisted:
        now = ring.facts().get(name, UPSTREAM_FACTS)
        ring.listed(name, None if unlisted else _changed(now, only, add, remove))
        _told(ring, [])
    console.print(_may(ring, name), highlight=False, soft_wrap=True)


@credentials.command(
    help=say("换密钥：新旧两把都有效，直到 revoke。", "A further key: the old one stays good until `revoke`.")
)
def rotate(name: Name, directory: Directory = None) -> None:
    """Make a further key and write its seed over the former one's; both are good until `revoke`."""
    ring = _ring(directory)
    ring.rotated(name, _now())
    _told(ring, [name])
    console.print(
        say(
            f"让使用者换用新密钥（服务重启即可），再 bangfu ops credentials revoke {name}",
            f"have it taken up (a service: at its next start), then `bangfu ops credentials revoke {name}`",
        ),
        highlight=False,
    )


@credentials.command(help=say("作废旧密钥；--all 连最新的一把。", "Withdraw all keys but the newest; --all: that too."))
def revoke(
    name: Name,
    every: Annotated[bool, typer.Option("--all", help=say("全部作废", "every key of this name"))] = False,
    directory: Directory = None,
) -> None:
    """Withdraw keys: connections under them are closed as soon as the server has read its configuration again."""
    ring = _ring(directory)
    gone = ring.withdrawn(name, every=every)
    console.print(say(f"作废 {len(gone)} 把密钥", f"keys withdrawn: {len(gone)}"), highlight=False)
    _told(ring, [])


@credentials.command(help=say("重新生成并输出 users.conf。", "Make users.conf anew and print it, as after an upgrade."))
def config(directory: Directory = None) -> None:
    """Write what the server includes, as after an upgrade, and print it: the accounts, users and permissions."""
    ring = _ring(directory)
    ring.configure(find_services())
    _reloaded(ring)
    sys.stdout.write(ring.users.read_text(encoding="utf-8"))


def _told(ring: Ring, made: Iterable[str]) -> None:
    """Write the server's part, say where the seeds are and whether the server knows."""
    ring.configure(find_services())
    for name in made:
        console.print(f"{name}: {ring.seed(name)}", highlight=False, soft_wrap=True)
        if name.startswith(SOURCE):
            console.print(f"  {_may(ring, name)}", highlight=False, soft_wrap=True)
            hint = say("交给来源后从这里删除", "hand it to the source, then delete it here")
            console.print(f"  {hint}", highlight=False)
    console.print(
        say("服务器已重新读取配置", "the server has read its configuration again")
        if _reloaded(ring)
        else say(
            f"请让 nats-server 重新读取 {ring.users}：docker compose kill -s HUP nats，或向其进程发 SIGHUP",
            f"have nats-server read {ring.users} again: `docker compose kill -s HUP nats`, or SIGHUP to its process",
        ),
        highlight=False,
        soft_wrap=True,
    )


def _for_sources(names: Sequence[str], facts: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the facts of a list; only sources have one."""
    if facts is None:
        return None
    if others := [name for name in names if not name.startswith(SOURCE)]:
        raise ConfigurationError(f"{', '.join(others)}: only a source has a list of facts, as {SOURCE}<name>")
    return given(facts) if facts else ()


def _changed(
    now: Sequence[str], only: Sequence[str] | None, add: Sequence[str] | None, remove: Sequence[str] | None
) -> tuple[str, ...]:
    if only:
        return given(only)
    gone = given(remove) if remove else ()
    if missing := sorted(set(gone) - set(now)):
        raise ConfigurationError(f"{', '.join(missing)}: not in its list, which holds {', '.join(now)}")
    return given([*(fact for fact in now if fact not in gone), *(add or ())])


def _may(ring: Ring, name: str) -> str:
    facts = _publishes(name, ring.facts().get(name))
    return say(f"可发布：{facts}", f"may publish: {facts}")


def _publishes(name: str, listed: Sequence[str] | None, *, few: int | None = None) -> str:
    """Return in words what a source may publish; nothing of others. Longer lists than `few` are counted."""
    if listed is not None:
        many = len(listed)
        return ", ".join(listed) if few is None or many <= few else say(f"{many} 种", f"{many} facts")
    all_ = len(UPSTREAM_FACTS)
    every = say(f"上游的全部 {all_} 种", f"any of upstream's {all_} facts")
    return every if name.startswith(SOURCE) else ""


def _reloaded(ring: Ring) -> bool:
    """Have the server of this machine read its configuration again; False where none runs under these keys."""
    data = Settings().data_dir
    return ring.directory.absolute() == (data / "keys").absolute() and reload(data / "nats")


def _ring(directory: Path | None) -> Ring:
    return Ring(directory) if directory is not None else ring_of(Settings())


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - when a key was made is for people
