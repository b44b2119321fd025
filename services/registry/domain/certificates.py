"""The employment and start-up certificate (就业创业证): asked for, handed out, owed since. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from services.registry.domain.casework_policy import Who
from services.registry.domain.need import POOR, Need, after
from shared.events.contract import Event
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    CertificateIssued,
    CertificateRequested,
    ExitConfirmed,
    RosterEntry,
)
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Aggregate, Message

_PAPERS = (CertificateRequested, CertificateIssued, PersonMerged, PersonSplit)
_ROSTER = (RosterEntry, ExitConfirmed)  # matter only where everybody in poverty is to have one
HEARD: tuple[type[Event], ...] = (*_PAPERS, *_ROSTER)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A person's certificate.

    Args:
        requested_on: When it was last asked for. issued_on: when it was last handed out.
        since: The open day since which it is owed; None: it is not. is_told: The task that says so is open.
    """

    need: Need = field(default_factory=Need)
    requested_on: date | None = None
    issued_on: date | None = None
    since: date | None = None
    is_told: bool = False

    @property
    def is_asked(self) -> bool:
        """Tell whether it was asked for and not handed out since."""
        asked, issued = self.requested_on, self.issued_on
        return asked is not None and (issued is None or issued < asked) and not self.need.is_merged


def certificates(who: Who) -> Aggregate[Certificate]:
    """Return the aggregate of certificates, under the reading of who is to have one."""
    heard = HEARD if who == "every_poor_worker" else _PAPERS

    def concerns(message: Message) -> Iterable[str]:
        event = message.event
        if isinstance(event, TaskOpened | TaskClosed):
            return (event.person_id,) if event.kind == "certificate_due" and event.person_id else ()
        return (event.person_id,) if isinstance(event, heard) else ()  # type: ignore[attr-defined] # each has one

    return Aggregate("casework_certificate", Certificate, lambda _: Certificate(), _evolving(who), concerns, _due_on)


def _due_on(state: Certificate) -> date | None:
    return None if state.is_told else state.since


def _evolving(who: Who) -> Callable[[Certificate, Message], Certificate]:
    def evolve(state: Certificate, message: Message) -> Certificate:
        event = message.event
        if isinstance(event, TaskOpened | TaskClosed):
            return replace(state, is_told=isinstance(event, TaskOpened))
        now = _after(replace(state, need=after(state.need, event)), event)
        return replace(now, since=(now.since or message.known_on) if _is_owed(now, who) else None)

    return evolve


def _after(state: Certificate, event: Event) -> Certificate:
    match event:
        case CertificateRequested(date=day):
            return replace(state, requested_on=max(state.requested_on or day, day))
        case CertificateIssued(date=day):
            return replace(state, issued_on=max(state.issued_on or day, day))
        case _:
            return state


def _is_owed(state: Certificate, who: Who) -> bool:
    if state.is_asked:
        return True
    is_poor = state.need.able and state.need.status == POOR and not state.need.is_merged
    return who == "every_poor_worker" and is_poor and state.issued_on is None
