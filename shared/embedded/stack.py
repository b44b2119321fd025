"""NATS and MongoDB for one machine: given by URL, or started here."""

from pathlib import Path
from types import TracebackType
from typing import Self

from shared.embedded.mongo import EmbeddedMongo
from shared.embedded.nats import EmbeddedNats, Guard
from shared.embedded.process import ChildServer


class EmbeddedStack:
    """The two servers the services need, in `directory`/nats and `directory`/mongo, for the time of a `with` block.

    A server whose URL is given is neither started nor stopped; a MongoDB that is started is closed if it has a key.
    Both start at once: the processes are started one after the other by the calling thread (see ChildServer) and come
    up side by side.
    """

    def __init__(
        self,
        directory: Path,
        *,
        nats_url: str | None = None,
        mongo_url: str | None = None,
        mongo_key: str | None = None,
        guard: Guard | None = None,
    ) -> None:
        self._given_nats_url = nats_url
        self._given_mongo_url = mongo_url
        self.nats = EmbeddedNats(directory / "nats", guard=guard) if nats_url is None else None
        self.mongo = EmbeddedMongo(directory / "mongo", key=mongo_key) if mongo_url is None else None

    @property
    def nats_url(self) -> str:
        """Address of NATS; of an embedded one only after the start."""
        return self.nats.url if self.nats is not None else str(self._given_nats_url)

    @property
    def mongo_url(self) -> str:
        """Address of MongoDB; of an embedded one only after the start."""
        return self.mongo.url if self.mongo is not None else str(self._given_mongo_url)

    def start(self) -> None:
        """Return when every server that was not given answers; on an error nothing is left running.

        Raises:
            EmbeddedError: As ChildServer.start.
        """
        try:
            for server in self._servers():
                server.spawn()
            for server in self._servers():
                server.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop what was started, both at once."""
        for server in self._servers():
            server.ask_to_stop()
        for server in self._servers():
            server.finish_stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _servers(self) -> list[ChildServer]:
        """List what is not given; mongod first, because it takes longest to come up."""
        return [server for server in (self.mongo, self.nats) if server is not None]


def resolve(
    nats_url: str | None,
    mongo_url: str | None,
    directory: Path,
    guard: Guard | None = None,
    *,
    mongo_key: str | None = None,
) -> EmbeddedStack:
    """Return the stack of a deployment's settings, not started: an absent or empty URL means an embedded server."""
    given = {"nats_url": nats_url or None, "mongo_url": mongo_url or None}
    return EmbeddedStack(directory, guard=guard, mongo_key=mongo_key, **given)
