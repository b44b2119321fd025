"""The journal: what a batch emitted, hash-chained, in the store before it is on the broker.

Version 1 of the chain. The hash of a document covers its place, the hash before it, one line of labels an entry and
one digest of content an entry. So it can be shown offline which entries concern somebody, and that none of those is
left out, without showing what the others say. `shared/ops/audit/verify.py` works all this out again on its own.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from shared.runner.core import Message
from shared.runner.publisher import Entry
from shared.runner.wire import encode, subject_for
from shared.store import Row

VERSION = 1
LABELLED = frozenset({"person_id", "payee", "uscc", "provider_id", "programme"})
"""The fields, anywhere in an event's data, whose values say whom or what an entry is about."""

_LABEL_DIGITS = 16


def entries_of(messages: Iterable[Message], producer: str, stream: str) -> list[Entry]:
    """Return what is to be published for messages."""
    return [Entry(stream, message.id, subject_for(message), encode(message, producer)) for message in messages]


def document(chain: str, number: int, previous: str, entries: list[Entry]) -> Row:
    """Return the journal document of a batch, chained to the one before it by SHA-256."""
    stored = [{"stream": e.stream, "id": e.id, "subject": e.subject, "body": e.body} for e in entries]
    return {
        "_id": f"{chain}#{number:012d}",
        "version": VERSION,
        "chain": chain,
        "number": number,
        "previous": previous,
        "hash": chain_hash(chain, number, previous, entries),
        "entries": stored,
    }


def entries_in(journal: Row) -> list[Entry]:
    """Return the entries of a stored journal document."""
    return [Entry(e["stream"], e["id"], e["subject"], bytes(e["body"])) for e in journal["entries"]]


def chain_hash(chain: str, number: int, previous: str, entries: list[Entry]) -> str:
    """Return the hash of a journal document: over its place, the hash before it, and every byte it publishes."""
    labels, contents = [labels_of(chain, e) for e in entries], [content_hash(e) for e in entries]
    return hash_of(chain, number, previous, labels, contents)


def hash_of(chain: str, number: int, previous: str, labels: list[str], contents: list[str]) -> str:
    """Return the hash of a document, or of its beginning, from the labels and the content hashes of its entries."""
    place = f"bangfu-journal-{VERSION}\n{chain}\n{number}\n{previous}\n{len(labels)}"
    return _digest(f"{place}\n{contents_hash(labels)}\n{contents_hash(contents)}\n")


def labels_of(chain: str, entry: Entry) -> str:
    """Return an entry's line of labels: the day it is known on, and a digest of each value that it is about.

    The digests depend on chain and day, so that a label tells nothing to who does not know the value, and the entries
    of an unknown person cannot be followed from day to day.
    """
    body = orjson.loads(entry.body)
    day = str(body.get("knownon", ""))
    values = set(_values(body.get("data")))
    return " ".join([day, *sorted(label(chain, day, value) for value in values)])


def label(chain: str, day: str, value: str) -> str:
    """Return the digest that stands for a value in a line of labels."""
    return _digest(f"{chain}\n{day}\n{value}")[:_LABEL_DIGITS]


def content_hash(entry: Entry) -> str:
    """Return the hash of everything that an entry publishes."""
    digest = hashlib.sha256(f"{entry.stream}\n{entry.id}\n{entry.subject}\n{len(entry.body)}\n".encode())
    digest.update(entry.body)
    return digest.hexdigest()


def contents_hash(contents: Iterable[str]) -> str:
    """Return the hash that stands for the contents (or labels) of all entries of a document."""
    return _digest("\n".join(contents))


def _values(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for name, inner in data.items():
            if name in LABELLED and isinstance(inner, str):
                yield inner
            elif isinstance(inner, dict | list):
                yield from _values(inner)
    elif isinstance(data, list):
        for inner in data:
            yield from _values(inner)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
