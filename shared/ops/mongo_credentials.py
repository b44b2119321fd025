"""`bangfu ops mongo`: new passwords for the embedded MongoDB; roles and users to be made in any other one."""

import sys
from typing import Annotated

import typer

from shared.access.mongo_credentials import Passwords, read, rotated, without_login, write
from shared.access.mongo_roles import principals
from shared.access.mongo_script import declared
from shared.access.mongo_users import Client, admit, expel
from shared.embedded.mongo import member_of
from shared.errors import BangfuError
from shared.ops.output import console
from shared.ops.running import find_running, find_services
from shared.ops.words import say
from shared.settings import Settings

app = typer.Typer(no_args_is_help=True, help=say("数据库用户与密码", "Users and passwords of MongoDB"))

Who = Annotated[list[str] | None, typer.Argument(help=say("服务名、auditor、ops、backup、admin；缺省为全部", "whose"))]


@app.command(
    help=say(
        "换新密码：新用户立即可用，旧的在 revoke 之前仍可用。",
        "Make new passwords; the old ones open the database until `revoke`.",
    )
)
def rotate(who: Who = None) -> None:
    """Make new users with new passwords; processes take them at their next start, the old ones stay until `revoke`."""
    settings = Settings()
    wanted = _wanted(who)
    kept = _kept(settings)
    renewed = rotated(kept, settings.database_prefix, wanted)
    with _provisioner(settings, kept) as client:
        admit(client, settings.database_prefix, {one: renewed.logins[one] for one in wanted})
    write(settings.data_dir, renewed)
    console.print(
        say(
            f"已为 {', '.join(wanted)} 换新密码；重启各服务后运行 bangfu ops mongo revoke。",
            f"new passwords for {', '.join(wanted)}; restart the services, then: bangfu ops mongo revoke",
        ),
        highlight=False,
    )


@app.command(help=say("使旧密码失效。", "Have the old passwords open nothing any more."))
def revoke() -> None:
    """Drop the users of before the last rotation; whoever still works as one can do nothing from now on."""
    settings = Settings()
    kept = _kept(settings)
    with _provisioner(settings, kept) as client:
        gone = expel(client, settings.database_prefix, kept.logins)
    console.print(", ".join(gone) or say("没有旧用户", "there were none"), highlight=False)


@app.command(
    help=say("输出部署用的角色与用户（JSON，不含密码）。", "Print roles and users for a deployment, without passwords.")
)
def script() -> None:
    """Print what deploy/mongo-init.js gives a server: roles and users, without passwords."""
    sys.stdout.write(declared(Settings().database_prefix, find_services()))


def _wanted(who: list[str] | None) -> list[str]:
    every = principals(find_services())
    if unknown := sorted(set(who or ()) - set(every)):
        raise BangfuError(
            say(
                f"没有 {', '.join(unknown)}：应为 {', '.join(every)}",
                f"nobody is called {', '.join(unknown)}; there are {', '.join(every)}",
            )
        )
    return who or every


def _kept(settings: Settings) -> Passwords:
    kept = read(settings.data_dir)
    if kept is None:
        raise BangfuError(
            say(
                "这里没有内嵌的 MongoDB：部署的密码见 docs/runbooks/compose.md",
                "no embedded MongoDB is kept here: docs/runbooks/compose.md says how a deployment changes passwords",
            )
        )
    return kept


def _provisioner(settings: Settings, kept: Passwords) -> Client:
    """Return a client of a member: `admin` may neither change who has a user already, nor end what they left open."""
    return member_of(without_login(find_running(settings).mongo_url), kept.key)
