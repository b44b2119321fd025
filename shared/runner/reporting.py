"""What a batch says in the log: one line a message, ids and codes only.

A message that was applied or repeated speaks at debug level, because millions do; one that was refused or waits speaks
at info level; one whose handler failed is an error.
"""

from collections import Counter
from typing import Any

from shared.runner.fold import Folded
from shared.telemetry import where


def report(log: Any, folded: Folded, counts: Counter[str]) -> None:
    """Log a committed batch and each of its messages."""
    log.info("batch.committed", batch=folded.consumed, emitted=len(folded.emitted), **counts)
    for item, disposition in folded.dispositions.values():
        said = {"code": disposition.code, "path": disposition.path, "reason": disposition.waiting_for}
        notable = disposition.outcome in {"rejected", "parked"}
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
