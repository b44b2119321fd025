"""How far a long walk came, so that whoever goes on with it begins behind the last page."""

from dataclasses import dataclass
from datetime import date

from shared.runner.batch import RERUN, Folded, Page
from shared.store import Row


@dataclass(frozen=True, slots=True)
class Place:
    """How far a long walk came: which of the message's walks, after which id, and the stamp of its first page."""

    walk: int = 0
    after: str = ""
    sequence: int = 0
    known_on: date = date.min
    first: bool = True

    @classmethod
    def of(cls, cursor: Row | None, key: str) -> "Place":
        """Return where a message goes on: at the beginning, unless the cursor is its own."""
        if cursor is None or cursor["key"] != key:
            return cls()
        known_on = date.fromisoformat(cursor["known_on"])
        return cls(cursor["walk"], cursor["after"], cursor["sequence"], known_on, first=False)

    def onward(self, after: str | None, page: Page | None) -> "Place":
        """Return the place behind a page; without `after` its walk is over."""
        stamp = (page.sequence, page.known_on) if page else (self.sequence, self.known_on)
        if after is None:
            return Place(self.walk + 1, "", *stamp, first=False)
        return Place(self.walk, after, *stamp, first=False)

    def row(self, chain: str, key: str) -> Row:
        """Return the document that remembers the place."""
        known_on = self.known_on.isoformat()
        return {
            "_id": chain, "key": key, "walk": self.walk, "after": self.after, "sequence": self.sequence,
            "known_on": known_on,
        }  # fmt: skip


def reached(folded: Folded) -> Row:
    """Return where the last message of a batch stands in its stream, and its id, for the head of the chain.

    A stream that holds another message there has lost its end and grown again: see refill.py.
    """
    judged = [(item.position, item.fact_id) for item, _ in folded.dispositions.values() if item.position != RERUN]
    position, id_ = max(judged, default=(0, ""))
    return {"position": position, "event": id_} if judged else {}
