"""One person's case: which coordinator is paired with them (一对一, one to one), and where they live."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from services.notify.domain.occurrence import occurrence_of
from shared.events.casework import PairEnded
from shared.events.people import JobseekerRegistered, JobseekerUpdated, PairAssigned, RosterEntry
from shared.places import place_today
from shared.runner.core import Aggregate, Message

_OFF_THE_ROSTER = "none"


@dataclass(frozen=True, slots=True)
class Case:
    """Who looks after a person; None before registry has paired them, and once nobody does any more.

    Args:
        listed_on: Since when the poverty office's roster says what it says; then it, not the job centre, says where
            the person lives. None: it does not.
    """

    coordinator_id: str | None = None
    county: str | None = None
    township: str | None = None
    village: str | None = None
    listed_on: date | None = None

    @property
    def area(self) -> str | None:
        """Return where the person lives, the longest official code known, under the county's code of today."""
        place = self.village or self.township or self.county
        return place and place_today(place)


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case (
            PairAssigned(person_id=id_)
            | PairEnded(person_id=id_)
            | RosterEntry(person_id=id_)
            | JobseekerRegistered(person_id=id_)
            | JobseekerUpdated(person_id=id_)
        ):
            return (id_,)
        case _:
            return ()


def _evolve(case: Case, message: Message) -> Case:
    match message.event:
        case PairAssigned() as pair:
            return replace(case, coordinator_id=pair.coordinator_id, county=pair.county)
        case PairEnded() as ended:
            return replace(case, coordinator_id=None, county=ended.county)
        case RosterEntry() as entry:
            return _listed(case, entry)
        case JobseekerRegistered() | JobseekerUpdated() as seeker if case.listed_on is None:
            return _living(case, seeker)
        case _:
            return case


def _listed(case: Case, entry: RosterEntry) -> Case:
    """Take what the roster says, unless it tells late how things were before."""
    if case.listed_on is not None and entry.status_from < case.listed_on:
        return case
    listed_on = None if entry.status == _OFF_THE_ROSTER else entry.status_from
    return replace(case, county=entry.county, township=entry.township, village=entry.village, listed_on=listed_on)


def _living(case: Case, seeker: JobseekerRegistered | JobseekerUpdated) -> Case:
    """Take where a job seeker says they live; what lies in another county than they name now is not known any more."""
    county = seeker.county or case.county
    township, village = seeker.township or case.township, seeker.village or case.village
    return replace(case, county=county, township=_within(county, township), village=_within(township, village))


def _within(place: str | None, part: str | None) -> str | None:
    return part if part and place and part.startswith(place) else None


CASE = Aggregate(kind="case", state=Case, initial=lambda _: Case(), evolve=_evolve, concerns=_concerns)


@dataclass(frozen=True, slots=True)
class Followed:
    """There are alerts that follow a person."""

    since: date | None = None


def _following(message: Message) -> Iterable[str]:
    occurrence = occurrence_of(message)
    return (occurrence.case_id,) if occurrence and occurrence.case_id else ()


FOLLOWED = Aggregate(
    kind="followed",
    state=Followed,
    initial=lambda _: Followed(),
    evolve=lambda followed, message: followed if followed.since else Followed(message.known_on),
    concerns=_following,
)
