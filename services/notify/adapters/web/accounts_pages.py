"""Accounts: one's own, and those that a county or the operators look after."""

from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from services.notify.adapters.web import passwords
from services.notify.adapters.web.desk import Desk
from services.notify.adapters.web.endpoint import (
    EVERYBODY,
    Answer,
    Asked,
    Endpoint,
    Form,
    NotFound,
    Page,
    Principal,
    Role,
    Said,
    See,
)
from services.notify.adapters.web.sessions import Sessions
from services.notify.adapters.web.users import Users
from shared.store import Row

Typed = Annotated[str, StringConstraints(strip_whitespace=False, max_length=1_000)]
_KEEPERS: Final = frozenset({Role.COUNTY, Role.OPS})
_BELOW_A_COUNTY: Final = (Role.COORDINATOR, Role.TOWNSHIP)
_PAGE: Final = 50


class PasswordForm(Form):
    """A new password, twice, and the old one."""

    old: Typed
    new: Typed
    again: Typed


class SessionForm(Form):
    """Which of one's own sessions ends."""

    name: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class AccountsQuery(Form):
    """Which accounts are listed."""

    q: Annotated[str, Field(max_length=60)] | None = None
    role: Role | None = None
    page: Annotated[int, Field(ge=1, le=1_000)] = 1


async def own(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show one's own account: password, sessions, language."""
    user = await _users(desk).get(principal.user_id) or {}
    return Page("account.html", await _own(desk, principal, asked, has_password="hash" in user))


async def change_password(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Change one's own password; every other session of the account ends."""
    users, given = _users(desk), asked.form
    found = await users.try_password(principal.user_id, given.old)
    problem = _problem(principal, given, found)
    if problem:
        data = await _own(desk, principal, asked, has_password=True)
        return Page("account.html", data | {"problem": problem}, 422)
    await users.set_password(principal.user_id, principal.user_id, given.new)
    await _sessions(desk).end_all(principal.user_id, but=asked.session_id)
    return See("/account", Said("account.changed"))


async def end_session(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """End one of one's own sessions."""
    await _sessions(desk).end_named(principal.user_id, asked.form.name)
    return See("/account", Said("account.ended"))


async def end_sessions(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """End every session of one's own but this one."""
    await _sessions(desk).end_all(principal.user_id, but=asked.session_id)
    return See("/account", Said("account.ended_all"))


async def accounts(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """List the accounts that one looks after."""
    query, found = _kept_by(principal), asked.query
    wanted: list[Row] = [query]
    if found.q:
        wanted.append({"$or": [{"_id": found.q.lower()}, {"name": found.q}]})
    if found.role:
        wanted.append({"role": str(found.role)})
    cursor = desk.db["desk_users"].find({"$and": wanted}, {"hash": 0}).sort("_id", 1)
    rows = [_row(row) async for row in cursor.skip((found.page - 1) * _PAGE).limit(_PAGE + 1)]
    data: dict[str, Any] = {"rows": rows[:_PAGE], "more": len(rows) > _PAGE, "page": found.page}
    return Page("accounts.html", data | {"q": found.q or "", "role": found.role or "", "roles": list(Role)})


async def account(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Show one account and who changed what of it."""
    row = await _one(desk, principal, asked)
    return Page("accounts_one.html", await _shown(desk, row))


async def lock(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Lock an account: its sessions end at once."""
    row = await _one(desk, principal, asked)
    await _users(desk).change(row["_id"], principal.user_id, "locked", locked=True)
    await _sessions(desk).end_all(row["_id"])
    return See(f"/accounts/{row['_id']}", Said("accounts.locked"))


async def unlock(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Unlock an account, and forget its failed attempts."""
    row = await _one(desk, principal, asked)
    await _users(desk).change(row["_id"], principal.user_id, "unlocked", locked=False)
    await _users(desk).forgive(row["_id"])
    return See(f"/accounts/{row['_id']}", Said("accounts.unlocked"))


async def reset(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Give an account a new password, shown once, to be changed at the first login; its sessions end."""
    row = await _one(desk, principal, asked)
    password = passwords.generated()
    await _users(desk).set_password(row["_id"], principal.user_id, password)
    await _sessions(desk).end_all(row["_id"])
    return Page("accounts_one.html", await _shown(desk, row) | {"password": password})


def _problem(principal: Principal, given: PasswordForm, found: Row | float | None) -> str:
    if not isinstance(found, dict):
        return "password.wait" if isinstance(found, float) else "password.wrong"
    if given.new != given.again:
        return "password.differ"
    if given.new == given.old:
        return "password.same"
    problem = passwords.problem_of(given.new, principal.user_id)
    return f"password.{problem}" if problem else ""


async def _own(desk: Desk, principal: Principal, asked: Asked, *, has_password: bool) -> dict[str, Any]:
    rows = await _sessions(desk).of(principal.user_id)
    sessions = [
        {"name": row["name"], "began_at": row["began_at"], "seen_at": row["seen_at"], "agent": row.get("agent", "")}
        | {"here": row["name"] == asked.session_id}
        for row in rows
    ]
    areas = list(principal.scope.areas)
    return {"sessions": sessions, "areas": areas, "has_password": has_password, "problem": ""}


async def _one(desk: Desk, principal: Principal, asked: Asked) -> Row:
    """Return an account that somebody looks after, never their own."""
    query = {"$and": [_kept_by(principal), {"_id": asked.path["user_id"]}, {"_id": {"$ne": principal.user_id}}]}
    row = await desk.db["desk_users"].find_one(query, {"hash": 0})
    if row is None:
        raise NotFound
    return row


async def _shown(desk: Desk, row: Row) -> dict[str, Any]:
    cursor = desk.db["desk_audit"].find({"user_id": row["_id"]}, {"_id": 0}).sort([("at", -1), ("_id", -1)]).limit(20)
    history = [each async for each in cursor]
    sessions = len(await _sessions(desk).of(row["_id"]))
    return {"user": _row(row), "history": history, "sessions": sessions, "password": ""}


def _kept_by(principal: Principal) -> Row:
    """Return the query of those whose areas all lie in somebody's own; a county keeps those below it only."""
    roles = list(Role) if principal.role is Role.OPS else list(_BELOW_A_COUNTY)
    return {"role": {"$in": [str(role) for role in roles]}} | principal.scope.wholly("areas")


def _row(row: Row) -> dict[str, Any]:
    kept = ("name", "role", "areas", "coordinator_id", "locked", "must_change", "oidc")
    return {"user_id": row["_id"]} | {name: row.get(name) for name in kept}


def _users(desk: Desk) -> Users:
    return Users(desk.db, desk.now)


def _sessions(desk: Desk) -> Sessions:
    return Sessions(desk.db, desk.settings, desk.now)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/account", "account", EVERYBODY, own, summary="One's own account", after_change_only=False),
    Endpoint(
        "POST",
        "/account/password",
        "account_password",
        EVERYBODY,
        change_password,
        form=PasswordForm,
        summary="Change one's own password",
        after_change_only=False,
    ),
    Endpoint("POST", "/account/end", "account_end", EVERYBODY, end_session, form=SessionForm, summary="End a session"),
    Endpoint("POST", "/account/end-all", "account_end_all", EVERYBODY, end_sessions, summary="End every other session"),
    Endpoint(
        "GET", "/accounts", "accounts", _KEEPERS, accounts, query=AccountsQuery, summary="Accounts", nav="nav.accounts"
    ),
    Endpoint("GET", "/accounts/{user_id}", "accounts_one", _KEEPERS, account, summary="One account"),
    Endpoint("POST", "/accounts/{user_id}/lock", "accounts_lock", _KEEPERS, lock, summary="Lock an account"),
    Endpoint("POST", "/accounts/{user_id}/unlock", "accounts_unlock", _KEEPERS, unlock, summary="Unlock an account"),
    Endpoint("POST", "/accounts/{user_id}/reset", "accounts_reset", _KEEPERS, reset, summary="A new password"),
)
