"""The keys of a deployment: who may connect by public key, and the seeds, each in a file for its owner only.

users.json          the public keys of each principal, oldest first; nothing secret
server/users.conf   what the server includes, made from it
server/store.conf   the key of the streams on disk, for the server only
<name>.seed         the newest seed of a principal, for who runs under that name
"""

import json
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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
        path = self.directory / "users.json"
        if not path.exists():
            return {}
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: [Key(**key) for key in keys] for name, keys in found.items()}

    def made(self, names: Iterable[str], now: datetime) -> list[str]:
        """Make a key for each who has none; return who that was."""
        known = self.keys()
        new = [name for name in names if name not in known]
        for name in new:
            known[name] = [self._new(name, now)]
        if new:
            self._keep(known)
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
        private(self.users, users_conf(principals(services, keys), publics(keys)))

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

    def _keep(self, known: Mapping[str, list[Key]]) -> None:
        said = {name: [{"public": key.public, "made": key.made} for key in keys] for name, keys in known.items()}
        private(self.directory / "users.json", json.dumps(said, indent=1))


def publics(keys: Mapping[str, Sequence[Key]]) -> dict[str, list[str]]:
    """Return the public keys of each, as the server's configuration takes them."""
    return {name: [key.public for key in found] for name, found in keys.items()}
