"""A market for the tests of matching: tells facts one by one, returns what followed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from services.matching.domain.limits import Limits
from services.matching.domain.scene import Scene
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy
from services.matching.service import SERVICE
from services.matching.weights import load_policy
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employers import VacancyOpened
from shared.events.employment import EmploymentConfirmed
from shared.events.offers import OfferClosed, OfferProposed, SmsReceipt, SmsReplied
from shared.events.people import JobseekerRegistered, RosterEntry
from shared.runner.core import Aggregate, Keys, Message
from shared.runner.memory import Memory

S = TypeVar("S")

OPEN_DAY = date(2018, 3, 1)
USCC, OTHER_USCC = "91350622MA2XN0K4TC", "93350624MA31ABCD0L"
RECEIVED = "2018-03-02T08:10:00+08:00"


def person(name: str) -> str:
    """Return a person id that reads as a name of letters a-z."""
    return f"p{name:a<25}"


def phone(name: str) -> str:
    """Return a phone id that reads as a name of letters a-z."""
    return f"h{name:a<25}"


def registered(name: str, **changes: Any) -> JobseekerRegistered:
    """Return a seamstress of 云陵镇 in 云霄县, born in 1985, who wants 2,500 yuan and has a phone of her own."""
    form: dict[str, Any] = {
        "person_id": person(name),
        "county": "350622",
        "township": "350622100",
        "education": "71",
        "skills": ["平车缝纫"],
        "occupations": ["缝纫工"],
        "wanted_wage_fen": 250_000,
        "sms_consent": True,
        "phone_id": phone(name),
        "born_on": date(1985, 2, 3),
        "sex": "female",
    }
    return JobseekerRegistered.model_validate(form | changes)


def opened(vacancy_id: str, **changes: Any) -> VacancyOpened:
    """Return a seamstress's vacancy of one place in 云陵镇."""
    form: dict[str, Any] = {
        "vacancy_id": vacancy_id,
        "uscc": USCC,
        "title": "缝纫工",
        "post_kind": "workshop",
        "openings": 1,
        "county": "350622",
        "township": "350622100",
        "skills": ["平车缝纫"],
        "wage_min_fen": 260_000,
        "wage_max_fen": 310_000,
    }
    return VacancyOpened.model_validate(form | changes)


def listed(name: str, **changes: Any) -> RosterEntry:
    """Return a listed person's roster entry."""
    form: dict[str, Any] = {
        "person_id": person(name),
        "household_id": f"H-{name}",
        "status": "listed",
        "status_from": date(2016, 1, 1),
        "county": "350622",
        "township": "350622100",
        "village": "350622100000",
        "born_on": date(1985, 2, 3),
    }
    return RosterEntry.model_validate(form | changes)


def hired(name: str, employment_id: str = "J1", **changes: Any) -> EmploymentConfirmed:
    """Return the confirmation of a person's employment in a workshop."""
    form = {
        "employment_id": employment_id,
        "person_id": person(name),
        "uscc": USCC,
        "starts_on": OPEN_DAY,
        "post_kind": "workshop",
    }
    return EmploymentConfirmed.model_validate(form | changes)


def reply(name: str, answer: str) -> SmsReplied:
    """Return a reply from the phone that reads as a name."""
    return SmsReplied.model_validate({"phone_id": phone(name), "received_at": RECEIVED, "answer": answer})


def receipt(message_id: str, status: str) -> SmsReceipt:
    """Return a gateway's receipt."""
    return SmsReceipt.model_validate({"message_id": message_id, "status": status, "at": RECEIVED})


class Known:
    """A market of fixed states, for rules and terms alone."""

    def __init__(self, states: dict[tuple[str, str], Any]) -> None:
        self.states = states

    def __call__(self, aggregate: Aggregate[S], id_: str) -> S:
        """Return a state; the initial one if there is none."""
        found: S = self.states.get((aggregate.kind, id_), aggregate.initial(id_))
        return found

    def every(self, aggregate: Aggregate[S]) -> Iterator[tuple[str, S]]:
        """Yield the states of a kind in id order."""
        yield from sorted((id_, state) for (kind, id_), state in self.states.items() if kind == aggregate.kind)


def scene(on: date = OPEN_DAY, states: dict[tuple[str, str], Any] | None = None, **changes: Any) -> Scene:
    """Return a day under the shipped figures, of which some weights or limits are changed."""
    found = load_policy().scene(on, Known(states or {}))
    assert found is not None
    limits = {name: value for name, value in changes.items() if name in Limits.model_fields}
    weights = {name: value for name, value in changes.items() if name not in limits}
    return replace(
        found,
        limits=found.limits.model_copy(update=limits),
        weights=found.weights.model_copy(update=weights),
    )


class Market:
    """Matching in memory; the open day is the one after the last closed one."""

    def __init__(self) -> None:
        self.memory = Memory([SERVICE], Keys(person=bytes(32), content=bytes(32)))
        self.open_day = OPEN_DAY
        self.told = 0

    def tell(self, *facts: Event) -> list[Event]:
        """Tell facts in order; return all that followed."""
        return [event for fact in facts for event in self._one(fact)]

    def close_days(self, count: int) -> list[Event]:
        """Close days one by one; return all that followed."""
        followed = []
        for _ in range(count):
            followed += self._one(DayClosed(date=self.open_day))
            self.open_day += timedelta(days=1)
        return followed

    def scene(self) -> Scene:
        """Return the open day of this market as it stands."""
        kinds = ("market", "skill", "household", "stability", "seeker", "vacancy")
        states = {(kind, id_): state for kind in kinds for id_, state in self.memory.states(kind).items()}
        found = load_policy().scene(self.open_day, Known(states))
        assert found is not None
        return found

    def seeker(self, name: str) -> Seeker:
        """Return what is known of a person."""
        found: Seeker = self.memory.states("seeker")[person(name)]
        return found

    def vacancy(self, vacancy_id: str) -> Vacancy:
        """Return what is known of a vacancy."""
        found: Vacancy = self.memory.states("vacancy")[vacancy_id]
        return found

    def stages(self) -> list[str]:
        """Return the stages of all offers, in alphabetical order."""
        return sorted(offer.stage for offer in self.memory.states("offer").values())

    def queue(self) -> list[str]:
        """Return the ids of the messages that wait to be sent."""
        return [id_ for id_, sms in self.memory.states("message").items() if sms.status == "queued"]

    def _one(self, fact: Event) -> list[Event]:
        self.told += 1
        before = len(self.memory.emitted) + 1
        self.memory._drain([Message(f"fact-{self.told}", "", fact, self.told, self.open_day, "case")])
        return [message.event for message in self.memory.emitted[before:]]


def offers(events: list[Event]) -> list[OfferProposed]:
    """Return the offers among events."""
    return [event for event in events if isinstance(event, OfferProposed)]


def closed(events: list[Event]) -> list[tuple[str, str]]:
    """Return vacancy and reason of each offer that ended."""
    return [(event.vacancy_id, event.reason) for event in events if isinstance(event, OfferClosed)]


def offer(market: Market, name: str = "anna", vacancy_id: str = "V1") -> OfferProposed:
    """Return the offer that a vacancy and then a job seeker lead to."""
    market.tell(opened(vacancy_id))
    (proposed,) = offers(market.tell(registered(name)))
    return proposed
