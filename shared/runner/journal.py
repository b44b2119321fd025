"""The journal: what a batch emitted, hash-chained, in the store before it is on the broker."""

import hashlib
from collections.abc import Iterable

from shared.runner.core import Message
from shared.runner.publisher import Entry
from shared.runner.wire import encode, subject_for
from shared.store import Row


def entries_of(messages: Iterable[Message], producer: str, stream: str) -> list[Entry]:
    """Return what is to be published for messages."""
    return [Entry(stream, message.id, subject_for(message), encode(message, producer)) for message in messages]


def document(chain: str, number: int, previous: str, entries: list[Entry]) -> Row:
    """Return the journal document of a batch, chained to the one before it by SHA-256."""
    stored = [{"stream": e.stream, "id": e.id, "subject": e.subject, "body": e.body} for e in entries]
    return {
        "_id": f"{chain}#{number:012d}",
        "chain": chain,
        "number": number,
        "previous": previous,
        "hash": chain_hash(chain, number, previous, entries),
        "entries": stored,
        "sent": False,
    }


def entries_in(journal: Row) -> list[Entry]:
    """Return the entries of a stored journal document."""
    return [Entry(e["stream"], e["id"], e["subject"], bytes(e["body"])) for e in journal["entries"]]


def chain_hash(chain: str, number: int, previous: str, entries: list[Entry]) -> str:
    """Return the hash of a journal document: over its place, the hash before it, and every byte it publishes."""
    digest = hashlib.sha256(f"{chain}\n{number}\n{previous}\n".encode())
    for entry in entries:
        digest.update(f"{entry.stream}\n{entry.id}\n{entry.subject}\n{len(entry.body)}\n".encode())
        digest.update(entry.body)
    return digest.hexdigest()
