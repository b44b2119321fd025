"""The consent ledger: who agreed to messages or refused them, when, by which fact, in which way; kept for ever.

Sources: 个人信息保护法 art. 14-15 (consent and its withdrawal can be shown), art. 55-56 (records of three years).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from shared.events.offers import ConsentChanged
from shared.events.people import JobseekerRegistered, JobseekerUpdated
from shared.runner.core import Aggregate, Message

Way = Literal["form", "message"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was said of consent.

    Args:
        known_on: The open day on which it was accepted. at: when it was said, where that is known.
        fact_id: Upstream's id of the fact; sequence: our number of it.
        counts: False where it agrees and is older than a refusal, which then stands.
    """

    known_on: date
    agreed: bool
    way: Way
    fact_id: str
    sequence: int
    at: datetime | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Consent:
    """All that a person said of messages, in the order in which it was accepted."""

    entries: tuple[Entry, ...] = ()

    @property
    def refused_at(self) -> datetime | None:
        """When the latest refusal was made, None without one or where that is not known."""
        return max((entry.at for entry in self.entries if entry.at and not entry.agreed), default=None)

    @property
    def agrees(self) -> bool:
        """Whether the person may be written to."""
        return next((entry.agreed for entry in reversed(self.entries) if entry.counts), False)


def evolve(state: Consent, message: Message) -> Consent:
    """Return the ledger after a form or a reply; what says nothing of consent leaves no entry."""
    match message.event:
        case JobseekerRegistered() | JobseekerUpdated() as form if form.sms_consent is not None:
            refused_at, at = state.refused_at, form.consent_at
            counts = not form.sms_consent or refused_at is None or at is None or at >= refused_at
            return _with(state, message, Entry(message.known_on, form.sms_consent, "form", "", 0, at, counts))
        case ConsentChanged(sms_consent=agreed, at=at):
            return _with(state, message, Entry(message.known_on, agreed, "message", "", 0, at))
        case _:
            return state


def _with(state: Consent, message: Message, entry: Entry) -> Consent:
    entry = replace(entry, fact_id=message.correlation_id, sequence=message.sequence)
    return replace(state, entries=(*state.entries, entry))


def concerns(message: Message) -> tuple[str, ...]:
    """Return the person who speaks."""
    match message.event:
        case JobseekerRegistered() | JobseekerUpdated() | ConsentChanged() as event:
            return (event.person_id,)
        case _:
            return ()


CONSENTS = Aggregate(
    kind="consent",
    state=Consent,
    initial=lambda _: Consent(),
    evolve=evolve,
    concerns=concerns,
    keep=lambda consent: bool(consent.entries),
)
