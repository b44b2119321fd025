"""Old forms of events, brought up to today's: one pure step from each released version to the next.

What was recorded is never rewritten, so every version that was ever released stays readable: its data goes through
the steps that follow it, and the result is validated as today's class. The version stands at the end of the
CloudEvents type (`cn.bangfu.premium.paid.v1`). Offered facts have steps of their own, because upstream sends personal
fields that a recorded form does not hold.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from shared.errors import Refused
from shared.events.contract import TYPE_PREFIX, Event

E = TypeVar("E", bound=Event)
Data = dict[str, Any]
Step = Callable[[Data], Data]
Steps = Mapping[tuple[str, int], Step]

_VERSION = re.compile(r"0|[1-9][0-9]{0,5}")
ROOM = "version/"  # in front of a type: what a message of a newer version waits for

# Topic and released version to the step that makes the next version of it. Nothing has been released but version 1.
RECORDED_STEPS: Steps = {}
OFFERED_STEPS: Steps = {}


@dataclass
class NewerVersion(Refused):
    """The type is known and this version of it is newer than this process.

    Args:
        room: What the message waits for, `version/<type>`.
    """

    room: str = ""


@dataclass(frozen=True)
class Schemas(Generic[E]):
    """What a process can read.

    Args:
        today: Today's class of each topic. steps: From (topic, version) to the data of the version after it.
    """

    today: Mapping[str, type[E]]
    steps: Steps

    @classmethod
    def of(cls, events: Iterable[type[E]], steps: Steps) -> "Schemas[E]":
        """Return the schemas of these classes."""
        return cls({event.topic: event for event in events}, steps)

    def reads(self, type_: str) -> bool:
        """Tell whether a type is known in this version."""
        topic, version = split(type_)
        event = self.today.get(topic)
        return event is not None and version is not None and 1 <= version <= event.schema_version

    def read(self, type_: str, data: Data) -> tuple[type[E], Data]:
        """Return today's class of a type and the data as that class has it; not validated yet.

        Raises:
            NewerVersion: The version is not known yet.
            Refused: `unknown_type`, `unknown_version`, `bad_event` (old data that a step cannot read).
        """
        topic, version = split(type_)
        event = self.today.get(topic)
        if event is None or version is None:
            hint = f"types begin with {TYPE_PREFIX} and end with a version; docs/event-flow.md lists them"
            raise Refused("unknown_type", "type", hint)
        known = f"known: {event.event_type()}"
        if version > event.schema_version:
            raise NewerVersion("unknown_version", "type", known, ROOM + type_)
        if version < 1:
            raise Refused("unknown_version", "type", known)
        try:
            for number in range(version, event.schema_version):
                data = self.steps[topic, number](data)
        except (KeyError, TypeError, ValueError):
            raise Refused("bad_event", "data", f"not the data of {type_}") from None
        return event, data

    def missing(self) -> list[tuple[str, int]]:
        """Return the released versions from which no step leads on; none in a build that may be released."""
        return [
            (event.topic, version)
            for event in self.today.values()
            for version in range(1, event.schema_version)
            if (event.topic, version) not in self.steps
        ]


@lru_cache(1024)
def split(type_: str) -> tuple[str, int | None]:
    """Return topic and version of a CloudEvents type; None where there is no version."""
    stem, _, version = type_.rpartition(".v")
    if not _VERSION.fullmatch(version) or not stem.startswith(TYPE_PREFIX):
        return "", None
    return stem.removeprefix(TYPE_PREFIX), int(version)
