"""A vacancy: what it asks for, how many places are left, and who was offered one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from services.matching.domain.distance import Spot, spot_of
from services.matching.domain.limits import Limits
from services.matching.domain.refs import OfferRef, ref_of, without
from shared.events.contract import Event
from shared.events.employers import VacancyChanged, VacancyClosed, VacancyOpened
from shared.events.employment import EmploymentConfirmed
from shared.events.offers import (
    OfferAccepted,
    OfferClosed,
    OfferProposed,
    OfferSettled,
    PlaceFreed,
    VacancyWidened,
)
from shared.events.types import PostKind
from shared.runner.core import Aggregate, Message

PUBLIC_POSTS = frozenset({"public_welfare", "village_post"})


@dataclass(frozen=True, slots=True)
class Vacancy:
    """State of a vacancy.

    Args:
        opened: Announced and not closed.
        hired: How many people were confirmed in it and are in it still.
        open: Offers of it without an answer, oldest first.
        accepted: Who wants it, holds a place of it, and is not confirmed in it yet.
        asked: How many people it was offered to since it was opened.
        fresh_on: The day on which it was opened, or on which a place of it was vacated.
        widened: A public post that is no longer kept for the people who come first.
    """

    opened: bool = False
    uscc: str = ""
    title: str = ""
    post_kind: PostKind = "ordinary"
    openings: int = 0
    county: str = ""
    township: str = ""
    spot: Spot | None = None
    skills: tuple[str, ...] = ()
    occupation: str = ""
    education_min: str = ""
    age_min: int | None = None
    age_max: int | None = None
    wage_min_fen: int | None = None
    wage_max_fen: int | None = None
    closes_on: date | None = None
    reserved_for: tuple[str, ...] = ()
    hired: int = 0
    open: tuple[OfferRef, ...] = ()
    accepted: tuple[str, ...] = ()
    asked: int = 0
    fresh_on: date | None = None
    widened: bool = False

    @property
    def unfilled(self) -> int:
        """Openings that nobody is confirmed in."""
        return max(0, self.openings - self.hired)

    @property
    def places_left(self) -> int:
        """Openings that nobody is confirmed in and no acceptance holds."""
        return max(0, self.openings - self.hired - len(self.accepted))

    @property
    def first_from(self) -> date | None:
        """Since when it is kept for the people who come first, as new and vacated public posts are; None: it is not."""
        return None if self.widened or self.post_kind not in PUBLIC_POSTS else self.fresh_on

    def first_until(self, limits: Limits) -> date | None:
        """Return the first day on which everyone may be offered it; None: it is kept for nobody."""
        return self.first_from and self.first_from + timedelta(days=limits.listed_first_days)

    @property
    def best_wage_fen(self) -> int | None:
        """The most that the vacancy says it pays a month."""
        return self.wage_min_fen if self.wage_max_fen is None else self.wage_max_fen

    @property
    def candidates(self) -> int:
        """How many people have an offer of it without an answer, or hold a place of it."""
        return len(self.open) + len(self.accepted)

    def room(self, limits: Limits) -> int:
        """Return how many more people may be offered it."""
        return max(0, limits.candidates_per_opening * self.openings - self.candidates)

    def sought(self, limits: Limits) -> int:
        """Return how many people to look for now: so many a place left, at most so many, less those with an offer."""
        wanted = min(limits.offers_per_place * self.places_left, limits.offers_at_once)
        return min(self.room(limits), max(0, wanted - len(self.open)))

    def is_open(self, on: date) -> bool:
        """Tell whether it is announced on a day."""
        return self.opened and (self.closes_on is None or on <= self.closes_on)


_COPIED = (
    "uscc", "title", "post_kind", "openings", "county", "township", "occupation", "education_min", "age_min", "age_max",
    "wage_min_fen", "wage_max_fen", "closes_on",
)  # fmt: skip


def _stated(event: VacancyOpened | VacancyChanged) -> dict[str, Any]:
    """Return the fields that upstream sent; what it left out stays as it was."""
    sent = {name: getattr(event, name) for name in _COPIED}
    sent["skills"] = None if event.skills is None else tuple(event.skills)
    sent["reserved_for"] = None if event.reserved_for is None else tuple(event.reserved_for)
    sent["spot"] = spot_of(event.location) if event.location else None
    return {name: value for name, value in sent.items() if value not in (None, "")}


def _opened(state: Vacancy, event: VacancyOpened, message: Message) -> Vacancy:
    fresh = Vacancy(opened=True, hired=state.hired, open=state.open, accepted=state.accepted, fresh_on=message.known_on)
    return replace(fresh, **_stated(event))


def _changed(state: Vacancy, event: VacancyChanged, _: Message) -> Vacancy:
    return replace(state, **_stated(event))


def _closed(state: Vacancy, event: VacancyClosed, _: Message) -> Vacancy:
    return replace(state, opened=False, **_stated(event))


def _filled(state: Vacancy, event: EmploymentConfirmed, _: Message) -> Vacancy:
    return replace(state, hired=state.hired + 1, accepted=_others(state.accepted, event.person_id))


def _vacated(state: Vacancy, _: PlaceFreed, message: Message) -> Vacancy:
    return replace(state, hired=max(0, state.hired - 1), fresh_on=message.known_on, widened=False)


def _widened(state: Vacancy, _: VacancyWidened, __: Message) -> Vacancy:
    return replace(state, widened=True)


def _offered(state: Vacancy, event: OfferProposed, _: Message) -> Vacancy:
    return replace(state, open=(*state.open, ref_of(event)), asked=state.asked + 1)


def _accepted(state: Vacancy, event: OfferAccepted, _: Message) -> Vacancy:
    accepted = (*state.accepted, event.person_id)
    return replace(state, open=without(state.open, event.offer_id), accepted=accepted)


def _offer_closed(state: Vacancy, event: OfferClosed, _: Message) -> Vacancy:
    return replace(state, open=without(state.open, event.offer_id))


def _settled(state: Vacancy, event: OfferSettled, _: Message) -> Vacancy:
    # Who still holds a place when hired was hired by a confirmation that named no vacancy.
    unnamed = event.outcome == "hired" and event.person_id in state.accepted
    return replace(state, hired=state.hired + unnamed, accepted=_others(state.accepted, event.person_id))


def _others(people: tuple[str, ...], person_id: str) -> tuple[str, ...]:
    return tuple(person for person in people if person != person_id)


_EVOLVED_BY: dict[type[Event], Callable[[Vacancy, Any, Message], Vacancy]] = {
    VacancyOpened: _opened,
    VacancyChanged: _changed,
    VacancyClosed: _closed,
    EmploymentConfirmed: _filled,
    OfferProposed: _offered,
    OfferAccepted: _accepted,
    OfferClosed: _offer_closed,
    OfferSettled: _settled,
    PlaceFreed: _vacated,
    VacancyWidened: _widened,
}


def evolve(state: Vacancy, message: Message) -> Vacancy:
    """Return the vacancy after a message that concerns it."""
    return _EVOLVED_BY[type(message.event)](state, message.event, message)


def concerns(message: Message) -> tuple[str, ...]:
    """Return the vacancy that a message is about; an employment may be in none."""
    if type(message.event) not in _EVOLVED_BY:
        return ()
    vacancy_id: str | None = message.event.vacancy_id  # type: ignore[attr-defined]
    return (vacancy_id,) if vacancy_id else ()


VACANCIES = Aggregate(
    kind="vacancy",
    state=Vacancy,
    initial=lambda _: Vacancy(),
    evolve=evolve,
    concerns=concerns,
    # From the day after on: for how long a post is kept is a dated figure, which is asked when the day closes.
    due_on=lambda vacancy: vacancy.first_from + timedelta(days=1) if vacancy.opened and vacancy.first_from else None,
    resident=True,
)
