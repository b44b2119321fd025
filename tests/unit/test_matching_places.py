"""Places are held, taken, given back and offered again, at once and to the next best."""

from datetime import date, timedelta
from typing import Any

import pytest

from shared.events.contract import Event
from shared.events.employment import EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.finance import PayeeBlocked
from shared.events.offers import OfferAccepted, OfferClosed, OfferSettled, PlaceFreed, SmsQueued, VacancyWidened
from shared.events.people import JobseekerWithdrawn
from tests.support.market import (
    OPEN_DAY,
    OTHER_USCC,
    USCC,
    Market,
    closed,
    hired,
    listed,
    offers,
    opened,
    person,
    registered,
    reply,
)

HOLD_DAYS = 30


@pytest.fixture
def market() -> Market:
    return Market()


def ended(name: str, last_day: date = OPEN_DAY, employment_id: str = "J1") -> EmploymentEnded:
    said = {"employment_id": employment_id, "last_day": last_day, "reason": "期满", "person_id": person(name)}
    return EmploymentEnded.model_validate(said | {"uscc": USCC})


def voided(name: str, day: date) -> EmploymentVoided:
    said = {"employment_id": "J1", "effective_from": day, "reason": "false_report", "person_id": person(name)}
    return EmploymentVoided.model_validate(said)


def corrected(name: str, **changes: Any) -> EmploymentCorrected:
    said = {"employment_id": "J1", "reason": "录入有误", "person_id": person(name)}
    return EmploymentCorrected.model_validate(said | changes)


def settled(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.person_id, event.outcome) for event in events if isinstance(event, OfferSettled)]


def freed(events: list[Event]) -> list[tuple[str | None, int | None]]:
    return [(event.vacancy_id, event.lasted_days) for event in events if isinstance(event, PlaceFreed)]


class TestAnAcceptance:
    def test_holds_a_place_so_that_the_second_for_one_place_is_told_at_once(self, market: Market) -> None:
        market.tell(registered("anna"), registered("bela"), opened("V1"))

        (first,) = market.tell(reply("anna", "accept"))
        second, told = market.tell(reply("bela", "accept"))

        assert isinstance(first, OfferAccepted)
        assert first.held_until == OPEN_DAY + timedelta(days=HOLD_DAYS)
        assert isinstance(second, OfferClosed)
        assert (second.person_id, second.reason, second.too_late) == (person("bela"), "vacancy_filled", True)
        assert isinstance(told, SmsQueued)
        assert (told.person_id, told.template) == (person("bela"), "taken")
        assert market.vacancy("V1").accepted == (person("anna"),)

    def test_that_comes_too_late_is_followed_by_the_next_best_vacancy(self, market: Market) -> None:
        market.tell(registered("anna"), registered("bela"), opened("V1"), reply("anna", "accept"))
        market.tell(opened("V2", reserved_for=["listed"]), listed("bela"))

        late = market.tell(reply("bela", "accept"))

        assert closed(late) == [("V1", "vacancy_filled")]
        assert [(offer.vacancy_id, offer.person_id) for offer in offers(late)] == [("V2", person("bela"))]

    def test_stops_other_offers_to_the_person_and_of_the_place(self, market: Market) -> None:
        market.tell(registered("anna"), opened("V1"), reply("anna", "accept"))

        assert market.tell(opened("V2")) == []
        assert {offer.vacancy_id for offer in offers(market.tell(registered("bela")))} == {"V2"}

    def test_that_no_employment_follows_gives_the_place_back_after_thirty_days(self, market: Market) -> None:
        market.tell(registered("anna"), opened("V1"), reply("anna", "accept"))
        market.tell(registered("bela"))

        before = market.close_days(HOLD_DAYS)
        lapsed = market.close_days(1)

        assert before == []
        assert settled(lapsed) == [(person("anna"), "not_hired")]
        assert [(offer.vacancy_id, offer.person_id) for offer in offers(lapsed)] == [("V1", person("bela"))]
        assert market.stages().count("settled") == 1

    def test_ends_with_the_employment_it_led_to(self, market: Market) -> None:
        market.tell(registered("anna"), opened("V1", openings=2), reply("anna", "accept"))

        followed = market.tell(hired("anna", vacancy_id="V1"))

        assert settled(followed) == [(person("anna"), "hired")]
        assert (market.vacancy("V1").hired, market.vacancy("V1").accepted) == (1, ())

    def test_counts_an_employment_there_that_names_no_vacancy(self, market: Market) -> None:
        market.tell(registered("anna"), opened("V1", openings=2), reply("anna", "accept"))

        followed = market.tell(hired("anna"))
        over = market.tell(ended("anna"))

        assert settled(followed) == [(person("anna"), "hired")]
        assert freed(over) == [("V1", 1)]
        assert market.vacancy("V1").hired == 0

    def test_of_who_is_hired_elsewhere_gives_the_place_to_the_next_best(self, market: Market) -> None:
        market.tell(registered("anna"), opened("V1"), reply("anna", "accept"), registered("bela"))

        followed = market.tell(hired("anna", uscc=OTHER_USCC))

        assert settled(followed) == [(person("anna"), "hired_elsewhere")]
        assert [offer.person_id for offer in offers(followed)] == [person("bela")]

    def test_of_who_withdraws_gives_the_place_back(self, market: Market) -> None:
        market.tell(registered("anna"), opened("V1"), reply("anna", "accept"))

        withdrawn = market.tell(JobseekerWithdrawn(person_id=person("anna"), reason="外出"))

        assert settled(withdrawn) == [(person("anna"), "withdrawn")]
        assert market.vacancy("V1").places_left == 1

    def test_is_over_when_somebody_else_was_hired_on_the_last_place(self, market: Market) -> None:
        market.tell(registered("anna"), opened("V1"), reply("anna", "accept"))

        followed = market.tell(hired("bela", vacancy_id="V1"))

        assert settled(followed) == [(person("anna"), "not_hired")]


class TestAnOfferThatEnds:
    def test_declined_goes_to_the_next_best_person_and_the_person_gets_the_next_best(self, market: Market) -> None:
        names = ("anna", "bela", "cora", "dora")
        market.tell(*(registered(name) for name in names), opened("V1"))
        market.tell(opened("W1", township="350622101", reserved_for=["low_income"]))

        followed = market.tell(reply("anna", "decline"))

        assert closed(followed) == [("V1", "declined")]
        assert [(offer.vacancy_id, offer.person_id) for offer in offers(followed)] == [("V1", person("dora"))]

    def test_expired_goes_to_the_next_best_person(self, market: Market) -> None:
        market.tell(*(registered(name) for name in ("anna", "bela", "cora")), opened("V1"), registered("dora"))
        before = market.vacancy("V1").asked
        market.tell(registered("elsa", sms_consent=True))

        expired = market.close_days(8)

        assert before == 4
        assert {reason for _, reason in closed(expired)} == {"expired"}
        assert not {offer.person_id for offer in offers(expired)} & {person("anna"), person("bela")}

    def test_because_the_vacancy_closed_is_followed_by_the_persons_next_best(self, market: Market) -> None:
        market.tell(opened("V1"), opened("V2"), opened("V3"), opened("V4"), registered("anna"))

        followed = market.tell(reply("anna", "decline"))
        market.close_days(1)
        next_day = market.tell(reply("anna", "decline"))

        assert offers(followed) == []  # three on one day are enough
        assert [offer.vacancy_id for offer in offers(next_day)] == ["V4"]


class TestAnEmploymentThatEnds:
    def test_frees_its_place_for_the_next_best_and_the_person_for_other_work(self, market: Market) -> None:
        market.tell(registered("anna"), opened("V1"), hired("anna", vacancy_id="V1"), registered("bela"))
        market.tell(opened("V2", township="350622101", reserved_for=["listed"]))

        followed = market.tell(ended("anna", OPEN_DAY + timedelta(days=9)))

        assert freed(followed) == [("V1", 10)]
        assert (market.vacancy("V1").hired, market.vacancy("V1").fresh_on) == (0, OPEN_DAY)
        assert person("bela") in {offer.person_id for offer in offers(followed)}
        assert market.seeker("anna").without_work_since == OPEN_DAY + timedelta(days=9)

    def test_is_counted_once_however_often_it_is_told(self, market: Market) -> None:
        market.tell(opened("V1"), hired("anna", vacancy_id="V1"))

        assert len(freed(market.tell(ended("anna"), ended("anna"), voided("anna", OPEN_DAY)))) == 1
        assert market.vacancy("V1").hired == 0

    def test_before_a_year_is_over_speaks_against_the_employer(self, market: Market) -> None:
        market.tell(hired("anna"), hired("bela", "J2"), ended("anna", OPEN_DAY + timedelta(days=363)))
        market.tell(ended("bela", OPEN_DAY + timedelta(days=364), "J2"))

        stability = market.memory.states("stability")[USCC]
        assert (stability.begun, stability.left_early, stability.lasted) == (2, 1, 1)

    def test_that_never_was_leaves_nothing_behind(self, market: Market) -> None:
        market.tell(registered("anna"), opened("V1"), hired("anna", vacancy_id="V1"))

        followed = market.tell(voided("anna", OPEN_DAY))

        assert freed(followed) == [("V1", None)]
        assert market.memory.states("stability")[USCC].begun == 0
        assert market.seeker("anna").employments == ()
        assert market.seeker("anna").without_work_since == OPEN_DAY

    def test_void_from_a_later_day_lasted_until_the_day_before(self, market: Market) -> None:
        market.tell(opened("V1"), hired("anna", vacancy_id="V1"))

        assert freed(market.tell(voided("anna", OPEN_DAY + timedelta(days=5)))) == [("V1", 5)]

    def test_corrected_to_have_ended_or_to_be_elsewhere_frees_the_place(self, market: Market) -> None:
        market.tell(opened("V1", openings=2), hired("anna", vacancy_id="V1"))
        other = Market()
        other.tell(opened("V1"), hired("anna", vacancy_id="V1"))

        assert freed(market.tell(corrected("anna", starts_on=OPEN_DAY - timedelta(days=9)))) == []
        assert freed(market.tell(corrected("anna", last_day=OPEN_DAY))) == [("V1", 10)]
        assert freed(other.tell(corrected("anna", uscc=OTHER_USCC))) == [("V1", None)]
        assert other.seeker("anna").employments == ("J1",)


class TestAPublicPost:
    def test_is_offered_to_everyone_after_the_week_that_is_the_listed_peoples(self, market: Market) -> None:
        market.tell(registered("anna"), registered("bela"), listed("bela"))

        first = market.tell(opened("V1", post_kind="public_welfare"))
        week = market.close_days(7)
        then = market.close_days(1)

        assert [offer.person_id for offer in offers(first)] == [person("bela")]
        assert offers(week) == []
        assert [type(event) for event in then if isinstance(event, VacancyWidened)] == [VacancyWidened]
        assert person("anna") in {offer.person_id for offer in offers(then)}
        assert not [event for event in market.close_days(9) if isinstance(event, VacancyWidened)]

    def test_that_is_vacated_is_the_listed_peoples_again(self, market: Market) -> None:
        market.tell(opened("V1", post_kind="public_welfare"), hired("zoe", vacancy_id="V1"))
        market.close_days(20)
        market.tell(registered("anna"), registered("bela"), listed("bela"))

        followed = market.tell(ended("zoe"))

        assert [offer.person_id for offer in offers(followed)] == [person("bela")]


class TestABlockedEmployer:
    def test_is_not_offered_to_anyone_on_the_days_of_the_block(self, market: Market) -> None:
        block = {"uscc": USCC, "from": OPEN_DAY, "until": OPEN_DAY, "reason": "骗取补贴"}
        market.tell(PayeeBlocked.model_validate(block), registered("anna"))

        assert market.tell(opened("V1")) == []
        market.close_days(1)
        assert len(offers(market.tell(opened("V1")))) == 1


class TestSpread:
    def test_nobody_is_sent_more_than_three_offers_a_day_and_six_a_week(self, market: Market) -> None:
        market.tell(registered("anna"), *(opened(f"V{number:02}") for number in range(20)))
        made = []
        for _ in range(5):
            for _ in range(5):
                made += offers(market.tell(reply("anna", "decline")))
            made += offers(market.close_days(1))

        assert [offer.vacancy_id for offer in made] == ["V03", "V04", "V05"]
        assert market.seeker("anna").paused_until == OPEN_DAY + timedelta(days=7)
        assert len(offers(market.close_days(3))) == 3

    def test_a_vacancy_that_comes_when_a_person_had_enough_is_offered_the_day_after(self, market: Market) -> None:
        market.tell(registered("anna"))
        for vacancy_id in ("V1", "V2", "V3"):
            market.tell(opened(vacancy_id))
            if vacancy_id != "V3":
                market.tell(reply("anna", "decline"))

        paused = market.seeker("anna").paused_until
        fourth = market.tell(opened("V4"))
        next_day = market.close_days(2)

        assert (paused, fourth) == (OPEN_DAY + timedelta(days=1), [])
        assert [offer.vacancy_id for offer in offers(next_day)] == ["V4"]

    def test_no_vacancy_is_pushed_to_everyone(self, market: Market) -> None:
        names = [f"{first}{second}" for first in "abcdefg" for second in "abcdefg"]
        market.tell(*(registered(name) for name in names), opened("V1"))

        market.close_days(80)

        assert market.vacancy("V1").asked == 30
