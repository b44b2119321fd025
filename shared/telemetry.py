"""Logs, metrics: one line a message, ids only, never personal data; labels from templated subjects."""

import logging
import sys
from typing import Any, Literal

import structlog

# What a log line may carry; everything else is dropped, because an allow-list cannot forget a field.
ALLOWED = frozenset({
    "event", "level", "timestamp", "service", "subscription", "consumer", "partition", "stream", "position",
    "batch", "applied", "duplicate", "rejected", "parked", "superseded", "emitted", "fact", "fact_id", "code", "path",
    "error", "where", "duration_ms", "attempt", "reason", "count", "url", "pid", "exit_code", "message_id", "date",
    "signal", "component", "chain", "number", "wait_s", "drift", "exception",
})  # fmt: skip


def configure(service: str, form: Literal["auto", "json", "pretty"] = "auto", level: str = "info") -> None:
    """Send every log line of this process to standard error: pretty on a terminal, JSON otherwise."""
    pretty = form == "pretty" or (form == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)


def logger() -> Any:
    """Return the logger of the process."""
    return structlog.get_logger()


def where(error: BaseException) -> str:
    """Return file and line in which an error arose; its message may hold a value, so it is not logged."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "?"


def _only_allowed(_: Any, __: str, fields: Any) -> Any:
    return {name: _one_line(value) for name, value in fields.items() if name in ALLOWED}


def _one_line(value: Any) -> Any:
    return value.replace("\n", " ").replace("\r", " ") if isinstance(value, str) else value


class _Forward(logging.Handler):
    """Other libraries' warnings: who said it and what kind of error, not the text, which we did not write."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().warning(
            "library.warned",
            component=record.name,
            where=f"{record.filename}:{record.lineno}",
            error=type(error).__name__ if error else None,
        )
