"""The committed states of a resident kind, and what is derived from them so that nobody has to look at all of them.

A view holds nothing that is not committed: a batch that is rolled back or folded again leaves no trace in it, and who
takes over a chain loads the states anew and with them new views. What a batch in hand changed is laid over it by
whoever asks (`Peek.view`).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar


class View(Protocol):
    """What is derived from all states of a resident kind."""

    def put(self, id_: str, state: Any | None) -> None:
        """Take the state that an aggregate has now; None: it is gone."""


V = TypeVar("V", bound=View)


class Resident(dict[str, Any]):
    """States by id, with the views that were asked for so far; change it by `settle` only."""

    def __init__(self, states: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__(states)
        self._views: dict[Callable[[Mapping[str, Any]], Any], View] = {}
        self._changed: set[str] = set()

    def settle(self, id_: str, state: Any | None) -> None:
        """Take a committed state; None: it is gone."""
        if state is None:
            self.pop(id_, None)
        else:
            self[id_] = state
        if self._views:
            self._changed.add(id_)

    def view(self, make: Callable[[Mapping[str, Any]], V]) -> V:
        """Return what `make` derives from the states, up to date; made at the first call, kept by changes since."""
        self._catch_up()
        if make not in self._views:
            self._views[make] = make(self)
        found: V = self._views[make]  # type: ignore[assignment]  # what `make` made
        return found

    def _catch_up(self) -> None:
        """Hand changes on when a view is wanted, not when they are committed: a commit cannot fail for a view."""
        try:
            for id_ in sorted(self._changed):
                for view in self._views.values():
                    view.put(id_, self.get(id_))
        except Exception:
            self._views.clear()  # half of the changes are in: the next who asks gets a new one
            raise
        finally:
            self._changed.clear()
