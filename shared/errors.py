"""The error tree of the plumbing; each class says what happens next.

BangfuError
├── Refused            a fact that cannot be accepted: one code, one field path, never retried
├── ConfigurationError the deployment is wrong: stop and say what to set
└── Unavailable        a part that will come back (store, broker, gateway): try again

An expected "no" of the domain is an event with a reason code, not an exception.
"""

from dataclasses import dataclass


class BangfuError(Exception):
    """Base of every error that this project raises on purpose."""


class ConfigurationError(BangfuError):
    """A setting, a binary or a file of the deployment is missing or wrong; the message says what would be right."""


class Unavailable(BangfuError):  # noqa: N818 - a condition, not a mistake
    """A part that will come back; the caller waits and tries again."""


@dataclass
class Refused(BangfuError):  # noqa: N818 - a disposition, not a mistake
    """A fact that cannot be accepted.

    Args:
        code: One lower-snake-case reason, one for each cause (see docs/event-flow.md).
        path: Where in the fact, dotted (`data.id_number`); empty when the whole message is meant.
        hint: What would be right. Never holds the offending value: it may be personal.
    """

    code: str
    path: str = ""
    hint: str = ""

    def __str__(self) -> str:
        where = f" at {self.path}" if self.path else ""
        return f"{self.code}{where}{': ' + self.hint if self.hint else ''}"
