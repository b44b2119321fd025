"""What a batch says in the log: one line a message, ids and codes only.

A message that was applied or repeated speaks at debug level, because millions do; one that was refused or waits speaks
at info level; one whose handler failed, or whose version is newer than the process, is an error.
"""

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from shared.events.upcasting import ROOM
from shared.runner.batch import Folded
from shared.telemetry import where

_FEWEST_REPEATED = 20


@dataclass
class Progress:
    """Whether a consumer moves on: what readiness looks at; warnings: what somebody should look into, by kind."""

    busy_since: float | None = None
    handled: int = 0
    commits: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)

    def committed(self) -> None:
        """Note a transaction: a long walk is one batch and commits page by page."""
        self.commits += 1
        self.busy_since = None if self.busy_since is None else time.monotonic()

    def stuck(self, limit_s: float) -> bool:
        """Tell whether one batch has been in hand for longer than a limit."""
        return self.busy_since is not None and time.monotonic() - self.busy_since > limit_s


def warnings_of(folded: Folded) -> Counter[str]:
    """Return what somebody should look into.

    `unknown_version`: messages that wait for an upgrade. `replayed_into_production`: a batch of which half and at least
    twenty were published before at another place of the stream; a redelivery is none of them, and one repeated fact is
    ordinary. Somebody published the stream again, or the broker was filled again after a loss.
    """
    said = [disposition for _, disposition in folded.dispositions.values()]
    unknown = sum(each.outcome == "parked" and each.waiting_for.startswith(ROOM) for each in said)
    repeated = sum(each.outcome == "duplicate" for each in said)
    replayed = repeated >= _FEWEST_REPEATED and 2 * repeated >= len(said)
    return Counter({"unknown_version": unknown, "replayed_into_production": int(replayed)})


def report(log: Any, folded: Folded, counts: Counter[str]) -> None:
    """Log a committed batch and each of its messages."""
    log.info("batch.committed", batch=folded.consumed, emitted=len(folded.emitted), **counts)
    for kind, count in warnings_of(folded).items():
        if count:
            log.error(kind, count=count, duplicate=counts["duplicate"])
    speaks = log.is_enabled_for(logging.DEBUG)
    for item, disposition in folded.dispositions.values():
        notable = disposition.outcome in {"rejected", "parked"}
        if not notable and not speaks:
            continue
        said = {"code": disposition.code, "path": disposition.path, "reason": disposition.waiting_for}
        (log.info if notable else log.debug)(
            f"message.{disposition.outcome}",
            fact=item.fact,
            fact_id=item.fact_id,
            position=item.position,
            **{name: value for name, value in said.items() if value},
        )
    for item, error in folded.failures:
        log.error(
            "message.failed",
            fact=item.fact,
            fact_id=item.fact_id,
            position=item.position,
            error=type(error).__name__,
            where=where(error),
        )
