"""A person as matching knows them: what they can and want, whether they may be written to, what they were offered.

Everyone on the roster has a seeker, because the roster comes before the registration; only who registered is looking.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from services.matching.domain.distance import Spot, spot_of
from services.matching.domain.jobs import Jobs, begun, corrected, ended, found, freed, placed, voided
from services.matching.domain.refs import OfferRef, ref_of, without
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.offers import (
    ConsentChanged,
    OfferAccepted,
    OfferClosed,
    OfferProposed,
    OfferSettled,
    OffersPaused,
    PlaceFreed,
)
from shared.events.people import JobseekerRegistered, JobseekerUpdated, JobseekerWithdrawn, RosterEntry
from shared.events.types import Sex, Status
from shared.runner.core import Aggregate, Message

WEEK = timedelta(days=7)
MOBILE = "mobile"


@dataclass(frozen=True, slots=True)
class Seeker:
    """State of a person.

    Args:
        known_sequence: Number of the fact that first registered the person as a job seeker; breaks ties.
        sex: For the statutory retirement age alone, a hard legal limit; nothing scores it.
        looking: Registered and not withdrawn.
        consented: May be sent offers.
        stopped: Took consent back by a message. stopped_at: when the latest refusal was made, by message or form, as
            far as it is known; stays after a new consent.
        without_work_since: The day since which the person is known to look for work without having any.
        phone_kind: `mobile`, or what no SMS reaches.
        employments: Those that go on; `jobs` are all that were ever confirmed.
        open: Offers without an answer, oldest first.
        accepted: Offers whose place is held.
        offered: Vacancies that were ever offered.
        offered_on: The days of the offers of the last week.
        paused_until: The day on which the person is looked at again who had enough offers for a day or a week.
    """

    known_sequence: int = 0
    looking: bool = False
    consented: bool = False
    stopped: bool = False
    stopped_at: datetime | None = None
    able: bool = True
    status: Status = "none"
    status_from: date = date.min
    born_on: date | None = None
    sex: Sex | None = None
    household: str = ""
    without_work_since: date | None = None
    county: str = ""
    township: str = ""
    spot: Spot | None = None
    education: str = ""
    skills: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    wanted_wage_fen: int = 0
    max_distance_km: int | None = None
    phone_id: str = ""
    phone_kind: str = MOBILE
    employments: tuple[str, ...] = ()
    jobs: Jobs = ()
    open: tuple[OfferRef, ...] = ()
    accepted: tuple[OfferRef, ...] = ()
    offered: tuple[str, ...] = ()
    offered_on: tuple[date, ...] = ()
    paused_until: date | None = None

    @property
    def obstacle(self) -> str | None:
        """Why the person may not be sent any offer now, whatever the figures of the day; None if they may."""
        obstacles = (
            (not self.looking, "not_looking"),
            (not self.consented, "no_consent"),
            (self.phone_kind != MOBILE, "no_mobile"),
            (not self.able, "not_able"),
            (self.employments, "employed"),
            (self.accepted, "holds_a_place"),
        )
        for holds, name in obstacles:
            if holds:
                return name
        return None

    def offers_since(self, day: date) -> int:
        """Return how many offers were made since a day of the last week."""
        return sum(day <= on for on in self.offered_on)

    def may_agree(self, at: datetime | None) -> bool:
        """Tell whether a consent is newer than the refusal before it (个人信息保护法 art. 15); without a time it is."""
        return self.stopped_at is None or at is None or at >= self.stopped_at

    def refused_at(self, at: datetime | None) -> datetime | None:
        """Return when the latest refusal was made if one more is, at this moment."""
        return max((known for known in (self.stopped_at, at) if known), default=None)


_COPIED = (
    "county", "township", "education", "wanted_wage_fen", "max_distance_km", "phone_id", "born_on",
    "sex", "household",
)  # fmt: skip


def _stated(event: JobseekerRegistered | JobseekerUpdated) -> dict[str, Any]:
    """Return the fields that a form fills in; what it leaves out stays as it was."""
    form = {name: getattr(event, name, None) for name in _COPIED}
    form |= {"skills": _tuple(event.skills), "occupations": _tuple(event.occupations)}
    form["spot"] = spot_of(event.location) if event.location else None
    if event.phone_id:
        form["phone_kind"] = event.phone_kind or MOBILE
    return {name: value for name, value in form.items() if value not in (None, "")}


def _agreed(state: Seeker, event: JobseekerRegistered | JobseekerUpdated) -> Seeker:
    """Return the person after what a form says of consent; one that is older than a refusal does not undo it."""
    if event.sms_consent is None or (event.sms_consent and not state.may_agree(event.consent_at)):
        return state
    stopped_at = state.stopped_at if event.sms_consent else state.refused_at(event.consent_at)
    return replace(state, consented=event.sms_consent, stopped=False, stopped_at=stopped_at)


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


def _on_roster(state: Seeker, event: RosterEntry, _: Message) -> Seeker:
    state = replace(
        state, born_on=event.born_on or state.born_on, sex=event.sex or state.sex, household=event.household_id
    )
    if event.status_from < state.status_from:
        return state
    able = state.able if event.labour_ability is None else event.labour_ability
    return replace(state, status=event.status, status_from=event.status_from, able=able)


def _registered(state: Seeker, event: JobseekerRegistered, message: Message) -> Seeker:
    blank = Seeker()
    state = replace(
        state,
        looking=True,
        known_sequence=state.known_sequence or message.sequence,
        without_work_since=state.without_work_since or message.known_on,
        township=blank.township,
        spot=blank.spot,
        wanted_wage_fen=blank.wanted_wage_fen,
        max_distance_km=blank.max_distance_km,
    )
    return _agreed(replace(state, **_stated(event)), event)


def _updated(state: Seeker, event: JobseekerUpdated, _: Message) -> Seeker:
    moved = event.county is not None and event.county != state.county
    if moved:
        # The old township and point are of the old county; the form gives the new ones or none are known.
        state = replace(state, township="", spot=None)
    return _agreed(replace(state, **_stated(event)), event)


def _withdrawn(state: Seeker, _event: JobseekerWithdrawn, _: Message) -> Seeker:
    return replace(state, looking=False)


def _hired(state: Seeker, event: EmploymentConfirmed, _: Message) -> Seeker:
    others = tuple(employment for employment in state.employments if employment != event.employment_id)
    return replace(state, employments=(*others, event.employment_id), jobs=begun(state.jobs, event))


def _left(state: Seeker, event: EmploymentEnded, _: Message) -> Seeker:
    return _over(state, event.employment_id, ended(state.jobs, event.employment_id, event.last_day))


def _put_right(state: Seeker, event: EmploymentCorrected, _: Message) -> Seeker:
    return _over(state, event.employment_id, corrected(state.jobs, event))


def _undone(state: Seeker, event: EmploymentVoided, _: Message) -> Seeker:
    return _over(state, event.employment_id, voided(state.jobs, event))


def _over(state: Seeker, employment_id: str, jobs: Jobs) -> Seeker:
    """Return the person with changed employments; one that has a last day is over."""
    job = found(jobs, employment_id)
    state = replace(state, jobs=jobs)
    if job is not None and job.last_day is None:
        return state
    others = tuple(employment for employment in state.employments if employment != employment_id)
    since = job.last_day if job is not None and job.days(date.max) else state.without_work_since
    return replace(state, employments=others, without_work_since=since)


def _place_freed(state: Seeker, event: PlaceFreed, _: Message) -> Seeker:
    return replace(state, jobs=freed(state.jobs, event.employment_id))


def _consent_changed(state: Seeker, event: ConsentChanged, _: Message) -> Seeker:
    if event.sms_consent:
        return replace(state, consented=True, stopped=False)
    # Who never agreed took nothing back, so a relative's `start` will not agree for them.
    stopped = state.consented or state.stopped
    return replace(state, consented=False, stopped=stopped, stopped_at=state.refused_at(event.at))


def _proposed(state: Seeker, event: OfferProposed, message: Message) -> Seeker:
    recent = tuple(on for on in state.offered_on if on > message.known_on - WEEK)
    return replace(
        state,
        open=(*state.open, ref_of(event)),
        offered=(*state.offered, event.vacancy_id),
        offered_on=(*recent, message.known_on),
    )


def _paused(state: Seeker, event: OffersPaused, _: Message) -> Seeker:
    return replace(state, paused_until=event.until)


def _accepted(state: Seeker, event: OfferAccepted, _: Message) -> Seeker:
    held = tuple(ref for ref in state.open if ref.offer_id == event.offer_id)
    return replace(state, open=without(state.open, event.offer_id), accepted=(*state.accepted, *held))


def _closed(state: Seeker, event: OfferClosed, _: Message) -> Seeker:
    return replace(state, open=without(state.open, event.offer_id))


def _settled(state: Seeker, event: OfferSettled, _: Message) -> Seeker:
    state = replace(state, accepted=without(state.accepted, event.offer_id))
    return replace(state, jobs=placed(state.jobs, event.vacancy_id)) if event.outcome == "hired" else state


_EVOLVED_BY: dict[type[Event], Callable[[Seeker, Any, Message], Seeker]] = {
    RosterEntry: _on_roster,
    JobseekerRegistered: _registered,
    JobseekerUpdated: _updated,
    JobseekerWithdrawn: _withdrawn,
    EmploymentConfirmed: _hired,
    EmploymentEnded: _left,
    EmploymentCorrected: _put_right,
    EmploymentVoided: _undone,
    PlaceFreed: _place_freed,
    ConsentChanged: _consent_changed,
    OfferProposed: _proposed,
    OfferAccepted: _accepted,
    OfferClosed: _closed,
    OfferSettled: _settled,
    OffersPaused: _paused,
}


def evolve(state: Seeker, message: Message) -> Seeker:
    """Return the person after a message that concerns them."""
    return _EVOLVED_BY[type(message.event)](state, message.event, message)


def concerns(message: Message) -> tuple[str, ...]:
    """Return the person that a message is about."""
    known = type(message.event) in _EVOLVED_BY
    return (message.event.person_id,) if known else ()  # type: ignore[attr-defined]


SEEKERS = Aggregate(
    kind="seeker",
    state=Seeker,
    initial=lambda _: Seeker(),
    evolve=evolve,
    concerns=concerns,
    due_on=lambda seeker: seeker.paused_until,
    resident=True,
)
