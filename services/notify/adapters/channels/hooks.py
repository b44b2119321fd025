"""Where an office's groups and systems are written to: robots and webhooks, their addresses and secrets sealed."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import orjson

from services.notify.adapters.channels.port import CHANNELS, PERSONAL, ChannelName
from services.notify.domain.rules import Urgency
from shared.errors import BangfuError
from shared.privacy import Sealer, sealed_place

HOOKS: Final = "desk_hooks"
SECRET_MIN: Final = 16
GROUP_CHANNELS: Final = tuple(name for name in CHANNELS if name not in PERSONAL)

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_OFFICE: Final = re.compile(r"office:(city|\d{6}|\d{9})")
_KEY_OF: Final = {"wecom": "key", "dingtalk": "access_token"}


@dataclass(frozen=True, slots=True)
class Hook:
    """One group or system of an office.

    Args:
        office: The inbox of which it hears: `office:<area>` or `office:city`.
        wants: Urgencies of which it hears.
    """

    name: str
    channel: ChannelName
    office: str
    wants: tuple[Urgency, ...] = ("act", "know")


class HookBook:
    """Hooks by name; what opens them is sealed under the card key."""

    def __init__(self, rows: Any, key: bytes) -> None:
        self._rows, self._key = rows, key

    async def every(self) -> list[Hook]:
        """Return all hooks by name."""
        return [_hook(row) async for row in self._rows.find({}, {"sealed": 0}).sort("_id", 1)]

    async def of(self, offices: Collection[str]) -> list[Hook]:
        """Return the hooks that hear of some inboxes, by name."""
        found = self._rows.find({"office": {"$in": sorted(offices)}}, {"sealed": 0})
        return [_hook(row) async for row in found.sort("_id", 1)]

    async def opened(self, name: str) -> tuple[Hook, str, str] | None:
        """Return a hook, its URL and its secret; None if it was taken away.

        Raises:
            SealError: It was sealed under another key.
        """
        row = await self._rows.find_one({"_id": name})
        if row is None:
            return None
        url, secret = orjson.loads(Sealer.unseal(self._key, row["sealed"], _place(name)))
        return _hook(row), url, secret

    async def add(self, hook: Hook, url: str, secret: str) -> None:
        """Keep a hook, over one of the same name.

        Raises:
            BangfuError: It cannot be one; the message says what would be right and never quotes URL or secret.
        """
        if fault := fault_of(hook, url, secret):
            raise BangfuError(fault)
        sealed = Sealer.seal(self._key, orjson.dumps([url, secret]), _place(hook.name))
        row = {"_id": hook.name, "channel": hook.channel, "office": hook.office, "wants": list(hook.wants)}
        await self._rows.replace_one({"_id": hook.name}, row | {"sealed": sealed}, upsert=True)

    async def remove(self, name: str) -> bool:
        """Take a hook away; False if there was none."""
        return bool((await self._rows.delete_one({"_id": name})).deleted_count)


def fault_of(hook: Hook, url: str, secret: str) -> str:
    """Return why something cannot be a hook, without a word of URL or secret; empty if it can."""
    if not _NAME.fullmatch(hook.name):
        return "a hook is named with a-z, 0-9 and -, at most 40 characters"
    if hook.channel not in GROUP_CHANNELS:
        return f"a hook is one of {', '.join(GROUP_CHANNELS)}"
    if not _OFFICE.fullmatch(hook.office):
        return "an office is city, or a code of 6 (county) or 9 digits (township)"
    if not is_safe(url):
        return "a hook's URL is https://host/path without user or password; http:// only to this machine itself"
    return _peculiar_fault(hook.channel, url, secret)


def _peculiar_fault(channel: ChannelName, url: str, secret: str) -> str:
    key = _KEY_OF.get(channel)
    if key is not None and key not in parse_qs(urlsplit(url).query):
        return f"the URL of a {channel} robot has {key}= in it: copy it from the group's settings"
    if channel != "wecom" and len(secret) < SECRET_MIN:
        return f"a {channel} hook has a secret of at least {SECRET_MIN} characters to sign with"
    return ""


def is_safe(url: str) -> bool:
    """Tell whether letters may go to a URL: encrypted, or to this machine itself."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username or parts.password or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _hook(row: dict[str, Any]) -> Hook:
    return Hook(row["_id"], row["channel"], row["office"], tuple(row["wants"]))


def _place(name: str) -> str:
    return sealed_place(HOOKS, "url", name)
