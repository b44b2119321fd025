"""Giving a MongoDB server the roles and users of a deployment, and changing their passwords."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo import MongoClient

from shared.access.mongo_roles import Privilege, Role

Client = MongoClient[dict[str, Any]]


@dataclass(frozen=True)
class Login:
    """A user and its password; the password is in no representation."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.user!r})"


def name_of(prefix: str, principal: str, generation: int = 1) -> str:
    """Return the user of a principal; the second and later ones, after a rotation, are numbered."""
    return f"{prefix}_{principal}" + (f".{generation}" if generation > 1 else "")


def role_command(role: Role) -> dict[str, Any]:
    """Return what `createRole` and `updateRole` want to know of a role beside its name."""
    return {
        "privileges": [_resource(privilege) for privilege in sorted(role.privileges)],
        "roles": [{"role": name, "db": "admin"} for name in role.inherits],
    }


def grant(client: Client, prefix: str, wanted: Iterable[Role]) -> None:
    """Make the roles what they are declared to be; what a role could do before and is not declared, it cannot now."""
    known = {row["role"] for row in client.admin.command("rolesInfo", 1)["roles"]}
    for role in wanted:
        name = name_of(prefix, role.principal)
        client.admin.command("updateRole" if name in known else "createRole", name, **role_command(role))


def admit(client: Client, prefix: str, logins: Mapping[str, Login]) -> None:
    """Make the users of principals, with these passwords and their own roles only."""
    known = {row["user"] for row in client.admin.command("usersInfo", 1)["users"]}
    for principal, login in logins.items():
        roles = [{"role": name_of(prefix, principal), "db": "admin"}]
        command = "updateUser" if login.user in known else "createUser"
        client.admin.command(command, login.user, pwd=login.password, roles=roles, mechanisms=["SCRAM-SHA-256"])


def expel(client: Client, prefix: str, logins: Mapping[str, Login]) -> list[str]:
    """Drop the users of earlier generations; return their names. Their connections can do nothing from now on.

    `client` is a member's: what they left open, and what that has locked, is ended too. Else it would last a minute, in
    which who works under the next user cannot commit.
    """
    known = {row["user"] for row in client.admin.command("usersInfo", 1)["users"]}
    gone = []
    for principal, login in sorted(logins.items()):
        alike = re.compile(rf"{re.escape(name_of(prefix, principal))}(\.[0-9]+)?")
        gone += sorted(user for user in known if alike.fullmatch(user) and user != login.user)
    for user in gone:
        client.admin.command("updateUser", user, roles=[])
        client.admin.command("killAllSessions", [{"user": user, "db": "admin"}])
        client.admin.command("dropUser", user)
    return gone


def _resource(privilege: Privilege) -> dict[str, Any]:
    if not privilege.database and not privilege.collection:
        return {"resource": {"cluster": True}, "actions": sorted(privilege.actions)}
    place = {"db": privilege.database, "collection": privilege.collection}
    return {"resource": place, "actions": sorted(privilege.actions)}
