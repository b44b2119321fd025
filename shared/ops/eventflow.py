"""docs/event-flow.md, generated from the catalogue."""

from pathlib import Path

from shared.catalog import CATALOG, PARTITIONS

_HEAD = f"""# The event flow

Generated from `shared/catalog.py` by `make docs`; a test compares the two.
`p` is the partition (of {PARTITIONS}), `*` a copy to each.

| event | subject | producer | consumers | what it says |
|---|---|---|---|---|
"""


def event_flow() -> str:
    """Return the catalogue as a Markdown page."""
    rows = []
    for entry in sorted(CATALOG, key=lambda e: (e.producer, e.event.topic)):
        event = entry.event
        partition = "*" if event.partition == "*" else "p"
        subject = f"bangfu.{event.topic}.{partition}.<{event.entity}>".replace("|", " or ")
        said = (event.__doc__ or "").strip().splitlines()[0]
        cells = (f"`{event.event_type()}`", f"`{subject}`", entry.producer, ", ".join(entry.consumers) or "-", said)
        rows.append(f"| {' | '.join(cells)} |")
    return _HEAD + "\n".join(rows) + "\n"


def write_event_flow(path: Path) -> None:
    """Write the page."""
    path.write_text(event_flow(), encoding="utf-8")
