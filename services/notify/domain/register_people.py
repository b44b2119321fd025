"""What events mean to the registers of people, placements and offers. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from services.notify.domain.register_row import Row, Touch, area_of, follows, states, told, with_details
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.offers import (
    OfferAccepted,
    OfferClosed,
    OfferDelivered,
    OfferProposed,
    OfferSent,
    OfferSettled,
    OfferUndelivered,
)
from shared.events.people import (
    ExitConfirmed,
    JobseekerRegistered,
    JobseekerUpdated,
    JobseekerWithdrawn,
    RosterEntry,
)
from shared.places import place_today
from shared.runner.core import Message

PEOPLE, PLACEMENTS, OFFERS = "people", "placements", "offers"
RUNGS: Final = ("proposed", "sent", "delivered", "accepted", "hired")
"""How far an offer came, each including those before it."""
_ONE_DAY: Final = timedelta(days=1)
_HERE: Final = frozenset({"on_roster", "seeker"})
_COUNTY: Final = 6  # digits of a county's code
_PLACES: Final = {12: "village", 9: "township", 6: "county"}


def _listed(event: RosterEntry, _: Message) -> list[Touch]:
    """The entry with the latest first day says where somebody is listed and as what."""

    def change(row: Row) -> Row:
        if row.details.get("roster") and row.on is not None and event.status_from < row.on:
            return row
        listed = replace(row, register=PEOPLE, series=event.status, on=event.status_from, person_id=event.person_id)
        return _staged(_placed(listed, event.county, event.village), roster="yes")

    return [Touch(f"{PEOPLE}/{event.person_id}", change)]


def _seeks(event: JobseekerRegistered | JobseekerUpdated, _: Message) -> list[Touch]:
    """The roster knows better where somebody lives; a form fills in what no roster says."""

    def change(row: Row) -> Row:
        if not row.register:
            row = replace(row, register=PEOPLE, series="none", person_id=event.person_id)
        place = place_today(event.village or event.township or event.county or "")
        if place and not row.details.get("roster") and not row.area.startswith(place):
            row = _placed(row, event.county or row.county or place[:_COUNTY], place)
        phone = {"phone": event.phone_kind or "mobile"} if event.phone_id else {}
        started = {"seeker": "yes"} if isinstance(event, JobseekerRegistered) else {}
        return _staged(row, **phone, **started)

    return [Touch(f"{PEOPLE}/{event.person_id}", change)]


def _withdrawn(event: JobseekerWithdrawn, _: Message) -> list[Touch]:
    return [Touch(f"{PEOPLE}/{event.person_id}", lambda row: _staged(row, seeker="no"))]


def _exited(event: ExitConfirmed, _: Message) -> list[Touch]:
    """An exit before the day from which on another status is known changes nothing of what holds now."""

    def change(row: Row) -> Row:
        is_now = row.register and (row.on or event.date) <= event.date
        return replace(row, series="exited", on=event.date) if is_now else row

    return [Touch(f"{PEOPLE}/{event.person_id}", change)]


def _merged(event: PersonMerged | PersonSplit, _: Message) -> list[Touch]:
    merged = "yes" if isinstance(event, PersonMerged) else "no"
    return [Touch(f"{PEOPLE}/{event.person_id}", lambda row: _staged(row, merged=merged))]


def _placed(row: Row, county: str, place: str) -> Row:
    county, place = place_today(county), place_today(place)
    area = place if len(place) > len(county) else area_of(county)
    named = {"place": _PLACES.get(len(area), "county")}
    return replace(row, county=county, area=area, details=row.details | named)


def _staged(row: Row, **said: str) -> Row:
    """Return a person with what was said, and what they are by all that was said of them."""
    if not row.register:
        return row
    row = with_details(row, said)
    yes = {name for name, value in row.details.items() if value == "yes"}
    order = (("merged", "merged"), ("roster", "on_roster"), ("seeker", "seeker"))
    stage = next((stage for flag, stage in order if flag in yes), "left")
    return replace(row, stage=stage, count=int(stage in _HERE))


def _confirmed(event: EmploymentConfirmed, _: Message) -> list[Touch]:
    return [
        states(
            PLACEMENTS,
            event.employment_id,
            event.county or event.insured_county,
            series=event.post_kind,
            stage="confirmed",
            on=event.starts_on,
            person_id=event.person_id,
            party=event.uscc,
            count=1,
            details=told(programme=event.programme, vacancy_id=event.vacancy_id),
        )
    ]


def _corrected(event: EmploymentCorrected, _: Message) -> list[Touch]:
    said = {"series": event.post_kind, "on": event.starts_on, "until": event.last_day, "party": event.uscc}
    known = {name: value for name, value in said.items() if value is not None}
    ended = {"stage": "ended"} if event.last_day else {}
    return [follows(PLACEMENTS, event.employment_id, **known, **ended)]


def _ended(event: EmploymentEnded, _: Message) -> list[Touch]:
    return [follows(PLACEMENTS, event.employment_id, stage="ended", until=event.last_day)]


def _voided(event: EmploymentVoided, _: Message) -> list[Touch]:
    """What was not true from its first day on never was; what was not true later ended the day before."""

    def change(row: Row) -> Row:
        if not row.register:
            return row
        if (row.on or date.min) >= event.effective_from:
            return replace(row, stage="voided", count=0)
        return replace(row, stage="ended", until=event.effective_from - _ONE_DAY)

    return [Touch(f"{PLACEMENTS}/{event.employment_id}", change)]


def _proposed(event: OfferProposed, message: Message) -> list[Touch]:
    return [
        states(
            OFFERS,
            event.offer_id,
            event.county,
            series=RUNGS[0],
            stage="open",
            on=message.known_on,
            person_id=event.person_id,
            party=event.uscc,
            count=1,
            details=told(vacancy_id=event.vacancy_id, title=event.title),
        )
    ]


def _climbs(rung: str) -> Callable[[Any, Message], list[Touch]]:
    def touch(event: Any, _: Message) -> list[Touch]:
        def change(row: Row) -> Row:
            return replace(row, series=max(row.series, rung, key=RUNGS.index)) if row.register else row

        return [Touch(f"{OFFERS}/{event.offer_id}", change)]

    return touch


def _undelivered(event: OfferUndelivered, _: Message) -> list[Touch]:
    return [follows(OFFERS, event.offer_id, stage="undelivered")]


def _closed(event: OfferClosed, message: Message) -> list[Touch]:
    return [follows(OFFERS, event.offer_id, stage=event.reason, until=message.known_on)]


def _settled(event: OfferSettled, message: Message) -> list[Touch]:
    over = follows(OFFERS, event.offer_id, stage=event.outcome, until=message.known_on)
    return [over, *(_climbs("hired")(event, message) if event.outcome == "hired" else ())]


MEANINGS: Final[Mapping[type[Event], Callable[[Any, Message], Iterable[Touch]]]] = {
    RosterEntry: _listed,
    JobseekerRegistered: _seeks,
    JobseekerUpdated: _seeks,
    JobseekerWithdrawn: _withdrawn,
    ExitConfirmed: _exited,
    PersonMerged: _merged,
    PersonSplit: _merged,
    EmploymentConfirmed: _confirmed,
    EmploymentCorrected: _corrected,
    EmploymentEnded: _ended,
    EmploymentVoided: _voided,
    OfferProposed: _proposed,
    OfferSent: _climbs("sent"),
    OfferDelivered: _climbs("delivered"),
    OfferAccepted: _climbs("accepted"),
    OfferUndelivered: _undelivered,
    OfferClosed: _closed,
    OfferSettled: _settled,
}
