"""What a batch writes, as small as it can be."""

from typing import Any

from shared.store import Commit


def unit(commits: int, id_: str, **changed: Any) -> Commit:
    """Return a commit of one inbox row and one state, with a journal document."""
    row = {"_id": id_, "outcome": "applied", "hash": "", "position": commits}
    entry = {"stream": "EVENTS", "id": f"e-{commits}", "subject": "bangfu.x", "body": b"{}"}
    journal = {
        "_id": f"registry#{commits}", "chain": "registry", "number": commits + 1, "hash": "h",
        "entries": [entry],
    }  # fmt: skip
    options: dict[str, Any] = {"inbox": [row], "states": {("person", id_): document(id_)}, "journal": journal}
    return Commit("registry", "registry", commits, **(options | changed))


def document(id_: str, **said: Any) -> dict[str, Any]:
    return {"_id": id_, "state": {}} | said
