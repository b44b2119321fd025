"""The graph of causes and effects that `trace` draws. Pure: the caller brings the journal entries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.events.contract import TYPE_PREFIX
from shared.money import yuan

_IDS = ("offer_id", "line_id", "transfer_id", "alert_id")
_TOLD = (
    "date", "period", "payee", "person_id", "uscc", "employment_id", "vacancy_id", "programme", "kind", "outcome",
    "reason", "code", "amount_fen", "change_fen", "due_fen", "line_id", "offer_id", "alert_id", "clause",
)  # fmt: skip
_CHANGE = "entitlement.changed"


@dataclass(frozen=True)
class Node:
    """One event of a journal.

    Args:
        cause: Id of the event or upstream fact it follows from.
        posts: Id of the change that a line or a release posts.
        sequence: Number of the upstream fact behind it; 0 where none was accepted.
    """

    id: str
    topic: str
    service: str
    data: dict[str, Any]
    cause: str
    correlation: str
    sequence: int
    known_on: str

    @property
    def posts(self) -> str:
        """Return the id at the end of its place in the posting order, if it has one."""
        return str(self.data.get("place", "")).rpartition(" ")[2]

    @property
    def parents(self) -> tuple[str, ...]:
        """Return what it follows from."""
        return tuple(id_ for id_ in (self.cause, self.posts) if id_)

    def words(self) -> str:
        """Return what it says, in a few words; amounts in yuan."""
        flat = self.data.get("claim", {}) | self.data
        told = [(name, flat[name]) for name in _TOLD if name in flat]
        return " ".join(
            f"{name.removesuffix('_fen')}={yuan(value) if name.endswith('_fen') else value}" for name, value in told
        )


@dataclass
class Graph:
    """What is known around one id.

    Args:
        about: The id asked for. targets: ids of the events it stands for; the fact's own id if it is a fact.
    """

    about: str
    nodes: dict[str, Node] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)

    def add(self, nodes: Iterable[Node]) -> None:
        """Take further events."""
        for node in nodes:
            self.nodes[node.id] = node
            if node.id == self.about or self.about in (node.data.get(name) for name in _IDS):
                self.targets.add(node.id)
            elif node.cause == self.about:
                self.targets.add(self.about)

    def wanted(self) -> set[bytes]:
        """Return the texts by which what is still missing can be found."""
        after = self._after()
        texts = set()
        for id_ in after | self._before():
            node = self.nodes.get(id_)
            if node is None:
                continue
            if node.sequence:
                texts.add(needle(node.sequence))
            if node.posts and node.posts not in self.nodes:
                texts.add(node.posts.encode())
            if node.topic == _CHANGE and id_ in after:
                texts.add(id_.encode())  # it ends the place of the line that posts it
        return texts

    def shown(self) -> list[Node]:
        """Return the causes and effects of what was asked for, causes first."""
        ids = self._after() | self._before()
        found = [node for id_, node in self.nodes.items() if id_ in ids]
        return sorted(found, key=lambda node: (node.sequence, self._depth(node), node.topic, node.id))

    def below(self) -> tuple[list[str], dict[str, list[Node]]]:
        """Return the upstream facts, and what of the shown events follows directly from each fact and event."""
        shown = self.shown()
        known = {node.id for node in shown}
        effects: dict[str, list[Node]] = {}
        facts: dict[str, None] = {}
        for node in shown:
            parents = [id_ for id_ in node.parents if id_ in known] or [node.cause]
            for parent in parents:
                effects.setdefault(parent, []).append(node)
                if parent not in known:
                    facts[parent] = None
        return list(facts), effects

    def row(self, node: Node) -> dict[str, Any]:
        """Return an event for programs."""
        return {
            "id": node.id,
            "event": node.topic,
            "service": node.service,
            "causes": list(node.parents),
            "correlation": node.correlation,
            "sequence": node.sequence,
            "known_on": node.known_on,
            "asked_for": node.id in self.targets,
            "data": node.data,
        }

    def _before(self) -> set[str]:
        """Return the targets and everything they follow from."""
        return self._closure({id_: node.parents for id_, node in self.nodes.items()})

    def _after(self) -> set[str]:
        """Return the targets and everything that follows from them."""
        effects: dict[str, list[str]] = {}
        for node in self.nodes.values():
            for parent in node.parents:
                effects.setdefault(parent, []).append(node.id)
        return self._closure(effects)

    def _closure(self, steps: Any) -> set[str]:
        found, edge = set(self.targets), list(self.targets)
        while edge:
            fresh = [id_ for id_ in steps.get(edge.pop(), ()) if id_ not in found]
            found.update(fresh)
            edge += fresh
        return found

    def _depth(self, node: Node) -> int:
        depth, seen = 0, {node.id}
        while (above := self.nodes.get(node.cause)) is not None and above.id not in seen:
            node, depth = above, depth + 1
            seen.add(node.id)
        return depth


def needle(sequence: int) -> bytes:
    """Return how a journal entry writes the number of its fact; keys are sorted, so another one follows."""
    return f'"sequence":{sequence},'.encode()


def decoded(body: bytes) -> Node:
    """Return the event in a journal entry."""
    said = orjson.loads(body)
    return Node(
        id=said["id"],
        topic=said["type"].removeprefix(TYPE_PREFIX).rpartition(".v")[0],
        service=said["source"].rpartition("/")[2],
        data=said["data"],
        cause=said.get("causationid", ""),
        correlation=said.get("correlationid", ""),
        sequence=said["sequence"],
        known_on=said["knownon"],
    )
