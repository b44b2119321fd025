"""Real NATS and MongoDB servers as child processes: the default when no URL is given."""

from shared.embedded.binaries import EmbeddedError
from shared.embedded.mongo import EmbeddedMongo
from shared.embedded.nats import EmbeddedNats
from shared.embedded.stack import EmbeddedStack, resolve

__all__ = ["EmbeddedError", "EmbeddedMongo", "EmbeddedNats", "EmbeddedStack", "resolve"]
