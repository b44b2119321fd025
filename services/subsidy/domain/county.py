"""Aggregate "county": the activities that were held in a county, and what was said of its own claims."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from services.subsidy.domain.appraisals import Appraisals, counties_of, with_appraisal
from services.subsidy.domain.claims import is_county
from services.subsidy.domain.premiums import mark_of
from services.subsidy.domain.standing import Standing, stands
from shared.events.employment import ActivityHeld, AppraisalRecorded
from shared.events.subsidy import EntitlementChanged, EntitlementRefused, EntitlementScheduled, RefusalLifted
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity of one day. `heads`: how many took part."""

    day: date
    heads: int
    mark: str


@dataclass(frozen=True, slots=True)
class County:
    """What is known of a county; `activities` by programme, in order of arrival; `appraisals` where it is appraised."""

    code: str
    activities: dict[str, tuple[Activity, ...]] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)
    appraisals: Appraisals = field(default_factory=Appraisals)


def _evolve(state: County, message: Message) -> County:
    match message.event:
        case ActivityHeld() as fact:
            known = state.activities.get(fact.programme, ())
            activity = Activity(fact.date, fact.headcount or 0, mark_of(fact))
            if any(earlier.mark == activity.mark for earlier in known):
                return state
            return replace(state, activities=state.activities | {fact.programme: (*known, activity)})
        case AppraisalRecorded() as fact:
            return replace(state, appraisals=with_appraisal(state.appraisals, fact, message.known_on))
        case _:
            return replace(state, standing=stands(state.standing, message))


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case ActivityHeld(county=county):
            return (county,)
        case AppraisalRecorded(organisation_id=id_):
            return (id_,) if is_county(id_) else ()
        case EntitlementScheduled(subject_key=key):
            return (key,) if is_county(key) else ()
        case EntitlementChanged(claim=claim) | EntitlementRefused(claim=claim) | RefusalLifted(claim=claim):
            return (claim.payee,) if is_county(claim.payee) else ()
        case _:
            return ()


COUNTY = Aggregate(
    kind="county",
    state=County,
    initial=County,
    evolve=_evolve,
    concerns=_concerns,
    tags=lambda county: sorted({county.code} | counties_of(county.appraisals)),
)
