"""Which areas somebody may see, as part of the query: what is not in scope is not found."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_AREA: Final = re.compile(r"\d{4}|\d{6}|\d{9}|\d{12}")


@dataclass(frozen=True, slots=True)
class Scope:
    """Areas by their official codes: a city (4 digits), counties (6), townships (9), villages (12).

    Args:
        areas: Whoever lies in one of them is in scope. Empty: nobody is.
        coordinator_id: Whose pairs these are, where somebody looks after people of their own.
    """

    areas: tuple[str, ...]
    coordinator_id: str | None = None

    def query(self, field: str = "state.area") -> dict[str, Any]:
        """Return the filter of a MongoDB query: prefixes anchored at the start, so that an index serves them.

        Without areas it matches nothing.
        """
        if not self.areas:
            return {field: {"$in": []}}
        return {field: {"$regex": f"^(?:{'|'.join(self.areas)})"}} if len(self.areas) > 1 else _one(field, self.areas)

    def wholly(self, field: str) -> dict[str, Any]:
        """Return the filter of rows whose list of areas lies in scope to the last of them, and is not empty."""
        theirs = self.query("area")["area"]
        return {f"{field}.0": {"$exists": True}, "$nor": [{field: {"$elemMatch": {"$not": theirs}}}]}

    def covers(self, area: str | None) -> bool:
        """Tell whether an area lies in scope; what has no area lies in nobody's."""
        return bool(area) and any(str(area).startswith(own) for own in self.areas)

    def narrowed(self, area: str | None) -> "Scope":
        """Return the scope without what lies outside `area`; None: all of it."""
        if area is None:
            return self
        inside = tuple(own for own in self.areas if own.startswith(area))
        return Scope((area,) if self.covers(area) else inside, self.coordinator_id)


def is_area(text: str) -> bool:
    """Tell whether a text is an official code of a city, county, township or village."""
    return bool(_AREA.fullmatch(text))


def within(scope: Scope, query: Mapping[str, Any], field: str = "state.area") -> dict[str, Any]:
    """Return a query that also wants its rows to be in scope, whatever it says of the area itself."""
    return {"$and": [scope.query(field), dict(query)]} if query else scope.query(field)


def _one(field: str, areas: tuple[str, ...]) -> dict[str, Any]:
    return {field: {"$regex": f"^{areas[0]}"}}
