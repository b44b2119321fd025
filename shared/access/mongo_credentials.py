"""The passwords of the embedded MongoDB, and URLs with and without them.

Made at the first start, kept in `mongo.json` beside the data, readable by their owner only. They stand in no
`running.json`, log or error; whoever needs one takes it from here.
"""

import base64
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from shared.access.mongo_users import Login, name_of
from shared.access.private import private

FILE = "mongo.json"
_KEY_BYTES = 48
_CREDENTIALS = re.compile(r"(?<=://)[^/@]*(?:@[^/@]*)*@")


@dataclass(frozen=True)
class Passwords:
    """What a deployment's own MongoDB is opened with.

    Args:
        key: What the members of the replica set know each other by; whoever has it may do everything.
        logins: User and password of each principal.
    """

    key: str
    logins: dict[str, Login]

    def __repr__(self) -> str:
        return f"Passwords({sorted(self.logins)})"

    def url(self, principal: str, url: str) -> str:
        """Return a server's URL with the user and password of a principal in it."""
        return with_login(url, self.logins[principal])


def laptop_passwords(data_dir: Path, prefix: str, principals: Iterable[str]) -> Passwords:
    """Return the passwords kept beside the embedded data; those that are missing are made."""
    kept = read(data_dir) or Passwords(base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode(), {})
    made = {who: fresh(prefix, who) for who in principals if who not in kept.logins}
    if made or not (data_dir / FILE).exists():
        kept = Passwords(kept.key, kept.logins | made)
        write(data_dir, kept)
    return kept


def fresh(prefix: str, principal: str, generation: int = 1) -> Login:
    """Return a user with a new password."""
    return Login(name_of(prefix, principal, generation), secrets.token_urlsafe(24))


def rotated(kept: Passwords, prefix: str, principals: Iterable[str]) -> Passwords:
    """Return passwords in which some principals have a new user of the next generation; the old one stays valid."""
    return Passwords(kept.key, kept.logins | {who: _next(kept.logins[who], prefix, who) for who in principals})


def read(data_dir: Path) -> Passwords | None:
    """Return what is kept, None where nothing is."""
    path = data_dir / FILE
    if not path.exists():
        return None
    said = json.loads(path.read_text(encoding="utf-8"))
    return Passwords(said["key"], {who: Login(**login) for who, login in said["logins"].items()})


def write(data_dir: Path, kept: Passwords) -> None:
    """Keep passwords, whole or not at all."""
    logins = {who: {"user": one.user, "password": one.password} for who, one in sorted(kept.logins.items())}
    private(data_dir / FILE, json.dumps({"key": kept.key, "logins": logins}, indent=2))


def with_login(url: str, login: Login) -> str:
    """Return a URL with user and password; users are kept in the database `admin`."""
    scheme, _, rest = without_login(url).partition("://")
    path = rest if "/" in rest else f"{rest}/"
    joint = "&" if "?" in path else "?"
    return f"{scheme}://{quote(login.user, safe='')}:{quote(login.password, safe='')}@{path}{joint}authSource=admin"


def without_login(url: str) -> str:
    """Return a URL that can be shown: without user, password and where those are kept."""
    place, _, options = _CREDENTIALS.sub("", url, count=1).partition("?")
    left = "&".join(option for option in options.split("&") if option and not option.startswith("authSource="))
    return f"{place}?{left}" if left else place


def _next(login: Login, prefix: str, principal: str) -> Login:
    _, _, generation = login.user.removeprefix(name_of(prefix, principal)).partition(".")
    return fresh(prefix, principal, int(generation or 1) + 1)
