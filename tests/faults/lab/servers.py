"""The embedded servers with what only a fault lab does to them: signals, and a replica set of three."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from shared.embedded import EmbeddedMongo, EmbeddedNats

MEMBERS = 3
_SELECTION_MS = 500
_ELECTION_S = 60.0


class LabNats(EmbeddedNats):
    """A nats-server that can be stopped and continued."""

    def signal(self, which: signal.Signals) -> None:
        """Send a signal to the process."""
        os.kill(self.pid, which)


class LabMongo(EmbeddedMongo):
    """A mongod that can be stopped and continued."""

    def signal(self, which: signal.Signals) -> None:
        """Send a signal to the process."""
        os.kill(self.pid, which)


class _Member(LabMongo):
    """One of three: it waits for its port only, because its configuration comes from outside."""

    def wait_until_ready(self) -> None:
        self.poll_until(self.is_ready)


class ReplicaSet:
    """Three mongods on loopback that elect a primary among them; one can be killed and comes back."""

    def __init__(self, directory: Path) -> None:
        self.members = [_Member(directory / f"member{number}") for number in range(MEMBERS)]

    @property
    def url(self) -> str:
        """Address for clients, who find the primary by themselves."""
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self.members)
        return f"mongodb://{hosts}/?replicaSet=rs0"

    @property
    def port(self) -> int:
        """Port of the first member, for what wants one."""
        return self.members[0].port

    def start(self) -> "ReplicaSet":
        """Start all and found the set; return when there is a primary. Call from the main thread."""
        for member in self.members:
            member.spawn()
        for member in self.members:
            member.wait_until_ready()
        hosts = [{"_id": n, "host": f"127.0.0.1:{member.port}"} for n, member in enumerate(self.members)]
        settings = {"electionTimeoutMillis": 2_000, "heartbeatIntervalMillis": 500}
        first = f"mongodb://127.0.0.1:{self.port}/?directConnection=true"
        with MongoClient[dict[str, Any]](first, serverSelectionTimeoutMS=10_000) as client:
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": hosts, "settings": settings})
        self.members[0].poll_until(lambda: self.primary() is not None)
        return self

    def primary(self) -> LabMongo | None:
        """Return the member that says it is the primary, None while there is none."""
        for member in self.members:
            if not member.running:
                continue
            url = f"mongodb://127.0.0.1:{member.port}/?directConnection=true"
            try:
                with MongoClient[dict[str, Any]](
                    url, serverSelectionTimeoutMS=_SELECTION_MS, socketTimeoutMS=_SELECTION_MS
                ) as client:
                    if client.admin.command("hello")["isWritablePrimary"]:
                        return member
            except PyMongoError:
                continue
        return None

    async def elected(self) -> LabMongo:
        """Return the primary as soon as there is one."""
        async with asyncio.timeout(_ELECTION_S):
            while (primary := self.primary()) is None:  # noqa: ASYNC110 - another process elects, no event tells
                await asyncio.sleep(0.1)
        return primary

    def stop(self) -> None:
        """Stop all."""
        for member in self.members:
            member.ask_to_stop()
        for member in self.members:
            member.finish_stop()
