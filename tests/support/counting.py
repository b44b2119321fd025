"""Facts that targets count, in a county of the Qingyang plan (2015-2019) and in one of the Zhangzhou plan."""

from datetime import date, timedelta
from typing import Any

from services.registry.domain.targets_state import merged
from tests.support.facts import FIRST_CLOSED, Offer, closing, id_number, offer
from tests.support.world import Registry

HESHUI, HUANXIAN = "621024", "621022"
PLACE = {"county": HESHUI, "township": f"{HESHUI}100", "village": f"{HESHUI}100201"}


def entry(number: int, **changed: Any) -> Offer:
    """Return the roster entry of the n-th person, in Heshui if nothing else is said."""
    return offer("roster.entry", f"r-{number}-{len(changed)}", id_number=id_number(number), **(PLACE | changed))


def course(number: int, of: int, **changed: Any) -> Offer:
    """Return that the n-th person finished a course for work elsewhere; `of` tells courses apart."""
    said = {"programme": "labour-training", "kind": "转移就业培训", "id_number": id_number(number)} | changed
    return offer("training.completed", f"k-{number}-{of}", course_id=f"K{of}", **said)


def activity(id_: str, heads: int = 10, **changed: Any) -> Offer:
    """Return an activity with that many heads, for work elsewhere in Heshui if nothing else is said."""
    said = {"programme": "labour-training", "kind": "转移就业培训", "county": HESHUI, "headcount": heads} | changed
    return offer("activity.held", id_, participants=None, **said)


def closed(registry: Registry, until: date) -> None:
    """Close the days up to one."""
    days = (until - FIRST_CLOSED).days
    for number in range(1, days + 1):
        day = FIRST_CLOSED + timedelta(days=number)
        registry.tell(closing(day))


def reached(registry: Registry, target: str, window: str) -> dict[str, tuple[int, int, int]]:
    """Return distinct, added up, and whole, by county."""
    counts = [count for count in registry.memory.states("target_count").values() if count.target == target]
    return {county: (count.distinct, count.times, count.whole) for county, count in merged(counts, window)}
