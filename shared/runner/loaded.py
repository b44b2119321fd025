"""The aggregates that a batch has loaded from the store, as the fold wants to see them."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from bson.int64 import Int64
from pydantic import TypeAdapter

from shared.runner.core import Aggregate, Subscription, Walk
from shared.runner.waiting import WAITING
from shared.runner.workspace import Key, NotLoadedError
from shared.store import Row

PAGE = 500  # aggregates that one transaction of a long walk holds


@cache
def _adapter(state: type[Any]) -> TypeAdapter[Any]:
    """Return what reads and writes a state; sixteen consumers of a subscription share it, for it is slow to make."""
    return TypeAdapter(state)


class Codec:
    """Between the states of a subscription's aggregates and their stored documents."""

    def __init__(self, subscription: Subscription) -> None:
        aggregates = (*subscription.aggregates, *((WAITING,) if subscription.intake else ()))
        self.aggregates: dict[str, Aggregate[Any]] = {aggregate.kind: aggregate for aggregate in aggregates}
        self.grows = frozenset(a.kind for a in aggregates if a.append_only)
        self._adapters = {aggregate.kind: _adapter(aggregate.state) for aggregate in aggregates}

    def state(self, kind: str, document: Row) -> Any:
        """Return the state in a stored document."""
        return self._adapters[kind].validate_python(document["state"])

    def document(self, kind: str, id_: str, state: Any, partition: int | None) -> Row:
        """Return the document that stores a state."""
        aggregate = self.aggregates[kind]
        due_on, tags = aggregate.due_on(state), sorted(aggregate.tags(state))
        document: Row = {"_id": id_, "state": longs(self._adapters[kind].dump_python(state, mode="json"))}
        if partition is not None:
            document["partition"] = partition
        if due_on is not None:
            document["due_on"] = due_on.isoformat()
        if tags:
            document["tags"] = tags
        return document


class Loaded:
    """What is known of the store while one batch is folded; raises NotLoadedError for what is not."""

    def __init__(self, codec: Codec, residents: Mapping[str, Mapping[str, Any]], page: int = PAGE) -> None:
        self._codec, self._page = codec, page
        self._residents = residents
        self._states: dict[Key, Any] = {}
        self._covered: dict[str, date] = {}
        self._due: dict[str, dict[str, date]] = {}
        self._tagged: dict[tuple[str, str], list[str] | None] = {}

    def find(self, kind: str, id_: str) -> Any | None:
        """Return the stored state, None if there is none."""
        if kind in self._residents:
            return self._residents[kind].get(id_)
        if (kind, id_) not in self._states:
            raise NotLoadedError((kind, id_))
        return self._states[kind, id_]

    def every(self, kind: str) -> Mapping[str, Any]:
        """Return all stored states of a resident kind."""
        return self._residents[kind]

    def walk(self, walk: Walk) -> list[str] | None:
        """Return the stored ids that a walk covers, None if they are more than a page."""
        if walk.due_by is None:
            key = (walk.kind, str(walk.tag))
            if key not in self._tagged:
                raise NotLoadedError(walk)
            return self._tagged[key]
        if walk.kind not in self._covered:
            raise NotLoadedError(walk)
        if walk.due_by > self._covered[walk.kind]:
            return None
        return [id_ for id_, due_on in self._due[walk.kind].items() if due_on <= walk.due_by]

    def missing(self, keys: Iterable[Key]) -> dict[str, set[str]]:
        """Return, by kind, the ids among `keys` that must be asked of the store."""
        wanted: dict[str, set[str]] = {}
        for kind, id_ in keys:
            if kind not in self._residents and (kind, id_) not in self._states:
                wanted.setdefault(kind, set()).add(id_)
        return wanted

    def add(self, kind: str, ids: Iterable[str], documents: Mapping[str, Row]) -> None:
        """Take what the store answered; an id without a document has no state."""
        for id_ in ids:
            document = documents.get(id_)
            self._states[kind, id_] = None if document is None else self._codec.state(kind, document)

    def add_due(self, kind: str, by: date, documents: list[Row]) -> None:
        """Take what is due by a day, earliest first; one more than a page means that the rest is not covered."""
        complete = len(documents) <= self._page
        self._covered[kind] = by if complete else _before(date.fromisoformat(documents[self._page]["due_on"]))
        kept = documents if complete else documents[: self._page]
        self._due[kind] = {document["_id"]: date.fromisoformat(document["due_on"]) for document in kept}
        self.add(kind, self._due[kind], {document["_id"]: document for document in kept})

    def add_tagged(self, walk: Walk, documents: list[Row], page: int) -> None:
        """Take what carries a tag; one more than a page means that it must be walked page by page."""
        key = (walk.kind, str(walk.tag))
        if len(documents) > page:
            self._tagged[key] = None
            return
        self._tagged[key] = [document["_id"] for document in documents]
        self.add(walk.kind, self._tagged[key] or (), {document["_id"]: document for document in documents})


def longs(value: Any) -> Any:
    """Return a document whose amounts (`*_fen`) are BSON int64, whatever their size."""
    if isinstance(value, dict):
        return {
            name: Int64(inner) if name.endswith("_fen") and isinstance(inner, int) else longs(inner)
            for name, inner in value.items()
        }
    return [longs(inner) for inner in value] if isinstance(value, list) else value


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
