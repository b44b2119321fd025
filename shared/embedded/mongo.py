"""A mongod as a child process: a replica set of one, because transactions need a replica set.

With a key it is closed: whoever has no user may do nothing, also on this machine. The key is what the members of a
replica set know each other by; this launcher speaks as one of them, so no door has to stand open before the first user
is made, and a directory of an open server is closed by starting it with a key.
"""

import os
import socket
from pathlib import Path
from typing import Any, ClassVar

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from shared.embedded.binaries import MONGOD, Program
from shared.embedded.directory import LOOPBACK
from shared.embedded.process import ChildServer

_REPLICA_SET = "rs0"
_CACHE_GB = "0.5"
_OPLOG_MB = "256"
_CONNECT_TIMEOUT_S = 0.2
_NOT_YET_INITIALIZED = 94  # MongoDB's error code of a data directory without a replica set


class EmbeddedMongo(ChildServer):
    """A mongod that keeps its databases in `directory`; what it acknowledged (w=majority) survives a crash."""

    program: ClassVar[Program] = MONGOD
    grace_s: ClassVar[float] = 30.0

    def __init__(self, directory: Path, *, port: int | None = None, key: str | None = None) -> None:
        super().__init__(directory, port=port)
        self._key = key

    def as_member(self) -> MongoClient[dict[str, Any]]:
        """Return a client that may do everything, for provisioning; without a key, one like any other."""
        return member_of(self.url, self._key, patience_ms=500)

    @property
    def url(self) -> str:
        """Address for clients; the same after a restart as long as its port is free."""
        return f"mongodb://{LOOPBACK}:{self.port}/?directConnection=true"

    def command(self, executable: Path, port: int) -> list[str]:
        """Make the data directory and return the command line."""
        data = self.directory / "db"
        data.mkdir(exist_ok=True)
        return [str(executable), "--dbpath", str(data), "--port", str(port), *_OPTIONS, *self._closed()]

    def _closed(self) -> list[str]:
        if self._key is None:
            return []
        file = self.directory / "cluster.key"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as written:
            written.write(self._key)
        return ["--keyFile", str(file), "--setParameter", "enableLocalhostAuthBypass=false"]

    def is_ready(self) -> bool:
        """Tell whether the port accepts connections."""
        try:
            socket.create_connection((LOOPBACK, self.port), _CONNECT_TIMEOUT_S).close()
        except OSError:
            return False
        return True

    def wait_until_ready(self) -> None:
        """Return when transactions work: the port is open and the only member has been elected."""
        # The port first: a client that finds it closed looks again only half a second later.
        super().wait_until_ready()
        with self.as_member() as client:
            self.poll_until(lambda: self._is_primary(client))

    def _is_primary(self, client: MongoClient[dict[str, Any]]) -> bool:
        try:
            hello = client.admin.command("hello")
            # "isreplicaset" stands only in the answer of a member without a usable configuration.
            if hello.get("isreplicaset"):
                self._configure(client)
        except PyMongoError:
            return False  # a server that starts refuses this and that; poll_until knows when to give up
        return bool(hello["isWritablePrimary"])

    def _configure(self, client: MongoClient[dict[str, Any]]) -> None:
        """Found the replica set in a new directory, or move the one there is to the port of this start."""
        members = [{"_id": 0, "host": f"{LOOPBACK}:{self.port}"}]
        try:
            configuration = client.admin.command("replSetGetConfig")["config"]
        except OperationFailure as error:
            if error.code != _NOT_YET_INITIALIZED:
                raise
            client.admin.command("replSetInitiate", {"_id": _REPLICA_SET, "members": members})
            return
        moved = {**configuration, "members": members, "version": configuration["version"] + 1}
        client.admin.command("replSetReconfig", moved, force=True)


def member_of(url: str, key: str | None, *, patience_ms: int = 5_000) -> MongoClient[dict[str, Any]]:
    """Return a client that speaks as a member of the replica set, which its key opens."""
    login: dict[str, Any] = {}
    if key is not None:
        login = {"username": "__system", "password": key, "authSource": "local", "authMechanism": "SCRAM-SHA-256"}
    return MongoClient(url, serverSelectionTimeoutMS=patience_ms, **login)


_OPTIONS = (
    *("--bind_ip", LOOPBACK),
    "--nounixsocket",
    *("--replSet", _REPLICA_SET),
    *("--oplogSize", _OPLOG_MB),
    *("--wiredTigerCacheSizeGB", _CACHE_GB),
    "--quiet",
    # The log quotes the documents of slow operations, and documents may hold personal data: an hour is slow.
    *("--slowms", "3600000"),
    *("--setParameter", "diagnosticDataCollectionEnabled=false"),
    # A primary waits 15 s for its clients to find another one before it stops; here there is no other.
    *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=0"),
)
