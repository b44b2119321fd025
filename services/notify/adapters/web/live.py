"""Server-sent events: somebody's own unread count, whenever it changes, in whichever process they are connected.

One change stream of MongoDB a process hears of every alert that any process commits, and wakes those sessions whose
inboxes are concerned. What is sent is a number.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from services.notify.adapters.web.endpoint import EVERYBODY, Answer, Asked, Endpoint, Principal, Stream
from services.notify.adapters.web.inbox_queries import COUNTED, addresses, unread
from services.notify.adapters.web.sessions import Sessions
from shared.store import Database, Row, StoreError, pause
from shared.telemetry import logger

if TYPE_CHECKING:
    from services.notify.adapters.web.desk import Desk

_QUIET_S, _QUIET_MAX_S, _SHARE = 0.02, 1.0, 4  # between two counts of one session: so many times what the last took
_CHECK_S: Final = 30.0
MOST_STREAMS: Final = 4  # of a session: a browser has six connections to a host, and pages need some of them
_FIELDS: Final = ("coordinator_id", "handed_to", "office", "county", "escalated_to", "history")
_LOOK: Final[list[Row]] = [
    {"$match": {"operationType": {"$in": ["insert", "update", "replace"]}}},
    {"$project": {"fullDocument.tags": 1} | {f"fullDocument.state.{name}": 1 for name in _FIELDS}},
]


@dataclass(eq=False, slots=True)
class Push:
    """One connection of a session; `changed`: one of its inboxes may have, or it is over."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: bool = False


@dataclass
class Live:
    """Who is connected, by the inboxes that are theirs and by session, the oldest connection first."""

    _waiting: dict[str, set[Push]] = field(default_factory=dict)
    _of_session: dict[str, list[Push]] = field(default_factory=dict)
    listening: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def connected(self, session: str, inboxes: Iterable[str]) -> Iterator[Push]:
        """Give what wakes whenever one of these inboxes may have changed; a connection too many ends the oldest."""
        push, named = Push(), tuple(inboxes)
        theirs = self._of_session.setdefault(session, [])
        theirs.append(push)
        for each in theirs[:-MOST_STREAMS]:
            each.is_over = True
            each.changed.set()
        for inbox in named:
            self._waiting.setdefault(inbox, set()).add(push)
        try:
            yield push
        finally:
            for inbox in named:
                self._waiting[inbox].discard(push)
                if not self._waiting[inbox]:
                    del self._waiting[inbox]
            theirs.remove(push)
            if not theirs:
                del self._of_session[session]

    def wake(self, inboxes: Iterable[str]) -> None:
        """Wake those whose inboxes these are."""
        for inbox in inboxes:
            for push in self._waiting.get(inbox, ()):
                push.changed.set()

    async def run(self, db: Database) -> None:
        """Hear of changes for ever; after an error from where it stopped, or, where that is too long ago, from now."""
        token: Any = None
        failures = 0
        while True:
            try:
                async with db["alert"].watch(_LOOK, full_document="updateLookup", resume_after=token) as stream:
                    self.listening.set()
                    async for change in stream:
                        token, failures = stream.resume_token, 0
                        self.wake(concerned(change.get("fullDocument") or {}))
            except StoreError as error:
                failures += 1
                logger().warning("console.live_interrupted", error=type(error).__name__, attempt=failures)
                token = None if failures > 1 else token
                self.wake(list(self._waiting))
                await asyncio.sleep(pause(failures))


def concerned(document: Row) -> set[str]:
    """Return every inbox that an alert is in, or was before it changed."""
    state = document.get("state") or {}
    found = {tag for tag in document.get("tags") or () if tag.startswith(("to:", "office:"))}
    found |= {f"to:{state['coordinator_id']}"} if state.get("coordinator_id") else set()
    found |= {each for each in (state.get("handed_to"), state.get("office")) if each}
    found |= {f"office:{state.get('county') or 'city'}", *(state.get("escalated_to") or ())}
    return found | {
        step["to"] for step in state.get("history") or () if str(step.get("to", "")).startswith(("to:", "office:"))
    }


async def live(desk: "Desk", principal: Principal, asked: Asked) -> Answer:
    """Push the unread count while the session lasts."""
    return Stream(_counts(desk, principal, asked.session_id))


async def _counts(desk: "Desk", principal: Principal, session: str) -> AsyncGenerator[dict[str, str], None]:
    sessions = Sessions(desk.db, desk.settings, desk.now)
    told, check_at, lasts = -1, perf_counter() + _CHECK_S, True
    with desk.live.connected(session, addresses(principal)) as push:
        while True:
            try:
                if perf_counter() >= check_at:  # however often the inbox changes meanwhile
                    lasts, check_at = await sessions.lasts(principal, session), perf_counter() + _CHECK_S
                if push.is_over or not lasts:
                    yield {"event": "over", "data": ""}
                    return
                began = perf_counter()
                many = await desk.db["alert"].count_documents(unread(principal), hint=COUNTED)
                took_s = perf_counter() - began
                if many != told:
                    told = many
                    yield {"event": "unread", "data": str(many)}
                await asyncio.sleep(min(max(_QUIET_S, _SHARE * took_s), _QUIET_MAX_S))
                with suppress(TimeoutError):
                    await asyncio.wait_for(push.changed.wait(), max(0.0, check_at - perf_counter()))
                push.changed.clear()
            except StoreError:
                await asyncio.sleep(1)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/live", "live", EVERYBODY, live, summary="One's own unread count, as it changes"),
)
