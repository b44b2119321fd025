"""The keys of a deployment: who may connect by public key, and the seeds, each in a file for its owner only.

users.json          the public keys of each principal, oldest first, and the list of a source's facts; nothing secret
server/users.conf   what the server includes, made from it
server/store.conf   the key of the streams on disk, for the server only
<name>.seed         the newest seed of a principal, for who runs under that name
"""

import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nkeys

from shared.access.nats_conf import store_conf, users_conf
from shared.access.principals import principals
from shared.access.private import private
from shared.errors import ConfigurationError
from shared.runner.core import Service


@dataclass(frozen=True, slots=True)
class Key:
    """A key that may connect.

    Args:
        public: Which says nothing of the seed. made: when, in ISO 8601.
    """

    public: str
    made: str


def public_of(seed: str) -> str:
    """Return the public key of a seed.

    Raises:
        ConfigurationError: It is none.
    """
    try:
        pair = nkeys.from_seed(bytearray(seed.strip().encode()))
        return str(pair.public_key.decode())
    except (nkeys.NkeysError, ValueError):
        raise ConfigurationError("that is no seed of an nkey (it begins with SU)") from None


class Ring:
    """The files of one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def users(self) -> Path:
        """What the server includes: who may do what."""
        return self.directory / "server" / "users.conf"

    @property
    def store(self) -> Path:
        """What the server includes in its `jetstream` block: the key of what lies on disk."""
        return self.directory / "server" / "store.conf"

    def seed(self, name: str) -> Path:
        """Return where the seed of a principal is, or would be."""
        return self.directory / f"{name}.seed"

    def keys(self) -> dict[str, list[Key]]:
        """Return the keys of everybody who may connect, oldest first."""
        said = {name: each["keys"] for name, each in self._said().items()}
        return {name: [Key(**key) for key in keys] for name, keys in said.items() if keys}

    def facts(self) -> dict[str, tuple[str, ...]]:
        """Return what those sources may publish that have a list; it outlives their keys."""
        return {name: tuple(said["facts"]) for name, said in self._said().items() if "facts" in said}

    def made(self, names: Iterable[str], now: datetime, facts: Sequence[str] | None = None) -> list[str]:
        """Make a key for each who has none; return who that was.

        Args:
            names: Of keys.
            now: When it is.
            facts: What each may publish from now on; None: what was said of it before, if anything was.
        """
        known = self.keys()
        new = [name for name in names if name not in known]
        for name in new:
            known[name] = [self._new(name, now)]
        if new:
            self._keep(known, {} if facts is None else dict.fromkeys(new, facts))
        if not self.store.exists():
            private(self.store, store_conf(f"k{secrets.token_hex(32)}"))
        return new

    def rotated(self, name: str, now: datetime) -> Key:
        """Make a further key for somebody; the former ones stay good until they are withdrawn.

        Raises:
            ConfigurationError: Who is named has none.
        """
        known = self.keys()
        found = self._of(name, known)
        found.append(self._new(name, now))
        self._keep(known)
        return found[-1]

    def listed(self, name: str, facts: Sequence[str] | None) -> None:
        """Say what a source may publish from now on; None: it has no list any more.

        Raises:
            ConfigurationError: Who is named has no key.
        """
        known = self.keys()
        self._of(name, known)
        self._keep(known, {name: facts})

    def withdrawn(self, name: str, *, every: bool) -> list[Key]:
        """Withdraw all keys of somebody but the newest, or all; return which.

        Raises:
            ConfigurationError: There is none to withdraw.
        """
        known = self.keys()
        found = self._of(name, known)
        gone = found if every else found[:-1]
        if not gone:
            raise ConfigurationError(f"{name} has one key only: rotate it first, or withdraw it with --all")
        if every:
            del known[name]
            self.seed(name).unlink(missing_ok=True)
        else:
            known[name] = found[-1:]
        self._keep(known)
        return gone

    def configure(self, services: Sequence[Service]) -> None:
        """Write what the server includes."""
        keys = self.keys()
        private(self.users, users_conf(principals(services, keys, self.facts()), publics(keys)))

    def _of(self, name: str, known: dict[str, list[Key]]) -> list[Key]:
        if name not in known:
            raise ConfigurationError(
                f"{name} has no key here ({self.directory}); there are {', '.join(known) or 'none'}"
            )
        return known[name]

    def _new(self, name: str, now: datetime) -> Key:
        seed = nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER).decode()
        private(self.seed(name), f"{seed}\n")
        return Key(public_of(seed), now.isoformat(timespec="seconds"))

    @property
    def _known(self) -> Path:
        return self.directory / "users.json"

    def _said(self) -> dict[str, dict[str, Any]]:
        """Return what is kept of each name: its keys, and its facts where it has a list; without one, keys alone."""
        if not self._known.exists():
            return {}
        found = json.loads(self._known.read_text(encoding="utf-8"))
        return {name: said if isinstance(said, dict) else {"keys": said} for name, said in found.items()}

    def _keep(self, known: Mapping[str, list[Key]], changed: Mapping[str, Sequence[str] | None] | None = None) -> None:
        lists = {name: facts for name, facts in {**self.facts(), **(changed or {})}.items() if facts is not None}
        said: dict[str, Any] = {name: [asdict(key) for key in keys] for name, keys in known.items()}
        said |= {name: {"keys": said.get(name, []), "facts": facts} for name, facts in lists.items()}
        private(self._known, json.dumps(said, indent=1))


def publics(keys: Mapping[str, Sequence[Key]]) -> dict[str, list[str]]:
    """Return the public keys of each, as the server's configuration takes them."""
    return {name: [key.public for key in found] for name, found in keys.items()}
