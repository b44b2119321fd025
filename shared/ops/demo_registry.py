"""What the registry came to in a sample county, in the same words as the sample's own, independent figures."""

from collections import Counter
from typing import Any

from shared.ops.looking import View
from shared.store import Row


async def registry_figures(view: View, expected: Row) -> Row:
    """Return what the collections say of each figure that a sample expects.

    Args:
        view: What runs.
        expected: The figures of the sample; they name whom and what to look at.
    """
    registry, notify = view.stores["registry"].db, view.stores["notify"].db
    taken_over = {
        officer: await registry["person"].count_documents({"state.coordinator_id": officer})
        for officer in expected["taken_over"]
    }
    return {
        "exits_waiting": await registry["roster"].count_documents({"state.proposal.outcome": "waits"}),
        "exit_alerts": await notify["alert"].count_documents({"state.kind": "exit_waits", "state.over_on": None}),
        "taken_over": taken_over,
        "dispatched": await registry["employment"].count_documents({"state.post_kind": "dispatch"}),
        "duties_missed": missed([row async for row in registry["duty_book"].find({"_id": {"$regex": "^placement:"}})]),
        "targets": reached([row async for row in registry["target_count"].find({})], expected["targets"]),
    }


def missed(books: list[Row]) -> dict[str, int]:
    """Return how many duties each placement missed; who missed none is left out."""
    found = Counter[str]()
    for book in books:
        periods = [said for duty in book["state"]["said"].values() for said in duty.values()]
        found[book["state"]["subject_id"]] += sum(said["status"] == "missed" for said in periods)
    return dict(sorted((+found).items()))


def reached(counts: list[Row], targets: dict[str, Any]) -> dict[str, int]:
    """Return how far targets got, over all counties and years."""
    found = dict.fromkeys(targets, 0)
    for count in (row["state"] for row in counts):
        if count["target"] in found and count["window"]:
            found[count["target"]] += count["distinct"] + count["times"]
    return found
