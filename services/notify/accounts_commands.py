"""`bangfu accounts`: who may enter the console. A password is typed twice, or made here and shown once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final, TypeVar

import typer

from services.notify.adapters.web import passwords
from services.notify.adapters.web.desk import utc_now
from services.notify.adapters.web.endpoint import Role
from services.notify.adapters.web.sessions import Sessions
from services.notify.adapters.web.users import Users
from shared.errors import BangfuError
from shared.ops.output import AsJson, console, show
from shared.ops.running import Running, find_running
from shared.ops.words import say
from shared.settings import Settings
from shared.store import Store

T = TypeVar("T")
BY: Final = "command-line"
_HEADINGS: Final = (
    ("user", say("账号", "user")),
    ("name", say("姓名", "name")),
    ("role", say("角色", "role")),
    ("areas", say("地区", "areas")),
    ("coordinator", say("协理员", "coordinator")),
    ("oidc", "OIDC"),
    ("locked", say("已锁定", "locked")),
    ("must_change", say("待改密码", "to be changed")),
)
_PROBLEMS: Final = {
    "short": ("密码至少 12 个字符", "a password has at least 12 characters"),
    "long": ("密码至多 128 个字符", "a password has at most 128 characters"),
    "own_name": ("密码不能包含账号名", "a password does not hold the user name"),
    "common": ("这个密码太常见", "this password is too common"),
}

User = Annotated[str, typer.Argument(help=say("账号", "user id"))]
Areas = Annotated[
    list[str],
    typer.Option(
        "--area",
        help=say(
            "市 4、县区 6、乡镇 9 或村 12 位代码，可多次", "code of 4, 6, 9 or 12 digits; may stand several times"
        ),
    ),
]
Typed = Annotated[
    bool, typer.Option("--type", help=say("自己输入密码（缺省为随机生成）", "type the password (else one is made)"))
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help=say("工作台的账号", "Accounts of the console"))
    for command, said in (
        (new, say("新建账号", "Make an account")),
        (listed, say("列出账号", "List the accounts")),
        (reset, say("重置密码", "Give a new password")),
        (lock, say("锁定账号，其登录立即退出", "Lock an account; its sessions end at once")),
        (unlock, say("解锁账号", "Unlock an account")),
        (areas, say("改变账号的地区", "Change the areas of an account")),
    ):
        group.command("list" if command is listed else command.__name__, help=said)(command)
    app.add_typer(group, name="accounts")


def new(
    user: User,
    *,
    role: Annotated[Role, typer.Option(help=say("角色", "role"))],
    area: Areas,
    name: Annotated[str, typer.Option(help=say("显示的姓名", "name to show"))] = "",
    coordinator: Annotated[str, typer.Option(help=say("协理员编号（角色为协理员时）", "coordinator id"))] = "",
    oidc: Annotated[str, typer.Option(help=say("统一认证中的名字，不设密码", "OIDC name; no password then"))] = "",
    typed: Typed = False,
) -> None:
    """Make an account."""
    password = "" if oidc else _password(user, typed=typed)

    async def make(users: Users, _: Sessions) -> None:
        await users.add(
            user, role, area, BY, name=name, password=password, coordinator_id=coordinator or None, oidc=oidc or None
        )

    _run(make)
    _tell(user, "" if typed else password)


def listed(*, as_json: AsJson = False) -> None:
    """List the accounts."""

    async def read(users: Users, _: Sessions) -> list[dict[str, Any]]:
        return [row async for row in users.db["desk_users"].find({}, {"hash": 0}).sort("_id", 1)]

    rows = [
        {"user": row["_id"], "name": row["name"], "role": row["role"], "areas": " ".join(row["areas"])}
        | {"coordinator": row.get("coordinator_id"), "oidc": row.get("oidc")}
        | {"locked": bool(row.get("locked")), "must_change": bool(row.get("must_change"))}
        for row in _run(read)
    ]
    show(rows, _HEADINGS, title=say("账号", "accounts"), as_json=as_json)


def reset(user: User, *, typed: Typed = False) -> None:
    """Give a new password; it is changed at the next login."""
    password = _password(user, typed=typed)

    async def change(users: Users, sessions: Sessions) -> None:
        await users.set_password(user, BY, password)
        await sessions.end_all(user)

    _run(change)
    _tell(user, "" if typed else password)


def lock(user: User) -> None:
    """Lock an account."""

    async def change(users: Users, sessions: Sessions) -> None:
        await users.change(user, BY, "locked", locked=True)
        await sessions.end_all(user)

    _run(change)
    _tell(user)


def unlock(user: User) -> None:
    """Unlock an account and forget its failed attempts."""

    async def change(users: Users, _: Sessions) -> None:
        await users.change(user, BY, "unlocked", locked=False)
        await users.forgive(user)

    _run(change)
    _tell(user)


def areas(user: User, *, area: Areas) -> None:
    """Change the areas of an account."""
    _run(lambda users, _: users.change(user, BY, "areas", areas=sorted(area)))
    _tell(user)


def welcome(running: Running, settings: Settings) -> list[str]:
    """Return what `bangfu up` says of the console: where it is and, while nobody can enter, how the first one can."""
    url = settings.console_url or f"{running.services['notify']}/"
    said = [say(f"工作台：{url}", f"The officers' console: {url}")]
    if not _run(lambda users, _: users.count()):
        command = "bangfu accounts new admin --role ops --area 3506"
        said.append(say(f"还没有账号：在另一终端运行 {command}", f"No account yet: in another terminal, {command}"))
    return said


def _password(user: str, *, typed: bool) -> str:
    if not typed:
        return passwords.generated()
    password: str = typer.prompt(say("密码", "password"), hide_input=True, confirmation_prompt=True)
    problem = passwords.problem_of(password, user)
    if problem:
        raise BangfuError(say(*_PROBLEMS[problem]))
    return password


def _tell(user: str, password: str = "") -> None:
    console.print(say(f"已完成：{user}", f"done: {user}"), highlight=False)
    if password:
        zh, en = (
            "密码（只显示这一次，首次登录须修改）：",
            "password (shown this once, to be changed at the first login): ",
        )
        console.print(say(zh, en) + password, highlight=False, markup=False, soft_wrap=True)


def _run(work: Callable[[Users, Sessions], Awaitable[T]]) -> T:
    settings = Settings()
    running = find_running(settings)

    async def run() -> T:
        store = Store(running.mongo_url, settings.database("notify"))
        try:
            return await work(Users(store.db, utc_now), Sessions(store.db, settings, utc_now))
        finally:
            store.close()

    return asyncio.run(run())
