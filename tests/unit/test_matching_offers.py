"""Who is offered what, how often, and what ends an offer without an answer."""

import re
from datetime import date, timedelta

import pytest

from services.matching.subscribers import MATCHING
from services.matching.weights import load_limits
from shared.catalog import CATALOG
from shared.events.contract import Event
from shared.events.employers import VacancyChanged, VacancyClosed
from shared.events.employment import EmploymentEnded
from shared.events.people import JobseekerUpdated, JobseekerWithdrawn
from tests.support.market import (
    OPEN_DAY,
    USCC,
    Market,
    closed,
    hired,
    listed,
    offer,
    offers,
    opened,
    person,
    receipt,
    registered,
    reply,
)

NAMES = ("anna", "bela", "cora", "dora", "elsa", "fina", "gina", "hela", "ilsa", "jana", "kaja", "lena")


@pytest.fixture
def market() -> Market:
    return Market()


class TestTheMap:
    def test_it_listens_to_what_the_catalogue_says(self) -> None:
        expected = {entry.event for entry in CATALOG if "matching" in entry.consumers}

        assert set(MATCHING.listens) == expected

    def test_it_emits_what_the_catalogue_says(self) -> None:
        expected = {entry.event for entry in CATALOG if entry.producer == "matching"}

        assert set(MATCHING.emits) == expected


class TestAnOffer:
    def test_states_everything_that_led_to_it(self, market: Market) -> None:
        market.tell(opened("V1"), listed("anna"))

        (proposed,) = offers(market.tell(registered("anna")))

        assert proposed.terms == {
            "skills": 3_000,
            "occupation": 2_000,
            "nearness": 1_500,
            "wage": 480,
            "freshness": 500,
            "stability": 250,
            "need": 800,
            "waiting": 0,
            "household": 400,
        }
        assert proposed.score_bp == sum(proposed.terms.values())
        assert (proposed.market_sequence, proposed.expires_on) == (3, OPEN_DAY + timedelta(days=7))
        assert (proposed.uscc, proposed.title, proposed.county) == (USCC, "缝纫工", "350622")

    def test_and_its_message_have_short_ids_that_derive_from_the_cause(self, market: Market) -> None:
        first, again = offer(market), offer(Market())

        assert (first.offer_id, first.message_id) == (again.offer_id, again.message_id)
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", first.message_id)

    def test_waits_in_the_queue_until_the_gateway_has_spoken(self, market: Market) -> None:
        proposed = offer(market)
        before = market.queue()

        market.tell(receipt(proposed.message_id, "accepted"))

        assert (before, market.queue()) == ([proposed.message_id], [])


class TestAJobSeeker:
    def test_is_offered_the_three_best_vacancies_weakest_first(self, market: Market) -> None:
        market.tell(
            opened("V1", township="350622101"),
            opened("V2"),
            opened("V3", title="装配工", occupation="装配工"),
            opened("V4", skills=["制鞋"], township="350622102", occupation="制鞋工"),
        )

        proposed = offers(market.tell(registered("anna")))

        assert [each.vacancy_id for each in proposed] == ["V3", "V1", "V2"]

    def test_is_offered_equal_vacancies_by_their_ids(self, market: Market) -> None:
        market.tell(*(opened(vacancy_id) for vacancy_id in ("V9", "V3", "V5", "V1")))

        proposed = offers(market.tell(registered("anna")))

        assert {each.vacancy_id for each in proposed} == {"V1", "V3", "V5"}

    def test_holds_at_most_three_open_offers(self, market: Market) -> None:
        market.tell(registered("anna"), *(opened(f"V{number}") for number in range(5)))

        assert len(market.seeker("anna").open) == 3

    def test_is_never_offered_a_vacancy_twice(self, market: Market) -> None:
        offer(market)
        market.close_days(8)

        assert market.tell(registered("anna"), VacancyChanged(vacancy_id="V1", openings=5)) == []

    @pytest.mark.parametrize(
        "obstacle",
        [
            listed("anna", labour_ability=False),
            hired("anna"),
            JobseekerWithdrawn(person_id=person("anna"), reason="外出"),
            JobseekerUpdated(person_id=person("anna"), sms_consent=False),
        ],
    )
    def test_who_may_not_be_asked_is_not_asked(self, market: Market, obstacle: Event) -> None:
        market.tell(registered("anna"), obstacle)

        assert market.tell(opened("V1")) == []

    def test_on_the_roster_who_never_registered_is_not_asked(self, market: Market) -> None:
        market.tell(listed("anna"))

        assert market.tell(opened("V1")) == []

    def test_whose_work_ended_is_asked_again(self, market: Market) -> None:
        ended = EmploymentEnded(employment_id="J1", last_day=OPEN_DAY, reason="期满", person_id=person("anna"))
        market.tell(registered("anna"), hired("anna"), ended)

        assert len(offers(market.tell(opened("V1")))) == 1

    def test_keeps_what_an_update_leaves_out_and_loses_the_township_with_the_county(self, market: Market) -> None:
        market.tell(registered("anna"), JobseekerUpdated(person_id=person("anna"), county="350628"))
        seeker = market.seeker("anna")

        assert (seeker.county, seeker.township, seeker.skills) == ("350628", "", ("平车缝纫",))

    def test_an_older_roster_entry_does_not_undo_a_newer_one(self, market: Market) -> None:
        market.tell(listed("anna", status="exited", status_from=date(2018, 1, 1)), listed("anna"))

        assert market.seeker("anna").status == "exited"

    def test_who_withdraws_or_takes_consent_back_loses_the_open_offers(self, market: Market) -> None:
        offer(market)
        withdrawn = market.tell(JobseekerWithdrawn(person_id=person("anna"), reason="外出"))
        other = Market()
        offer(other)
        stopped = other.tell(JobseekerUpdated(person_id=person("anna"), sms_consent=False))

        assert (closed(withdrawn), closed(stopped)) == ([("V1", "withdrawn")], [("V1", "stopped")])
        assert market.queue() == other.queue() == []


class TestAVacancy:
    def test_is_offered_to_three_people_a_place(self, market: Market) -> None:
        market.tell(*(registered(name) for name in NAMES))

        assert len(offers(market.tell(opened("V1", openings=2)))) == 6

    def test_is_offered_to_ten_people_at_once_at_most(self, market: Market) -> None:
        market.tell(*(registered(name) for name in NAMES))

        assert len(offers(market.tell(opened("V1", openings=8)))) == 10

    def test_is_offered_to_equals_by_first_registration_never_by_their_number(self, market: Market) -> None:
        market.tell(*(registered(name) for name in reversed(NAMES)), registered("lena"))

        proposed = offers(market.tell(opened("V1")))

        assert {each.person_id for each in proposed} == {person(name) for name in NAMES[-3:]}

    def test_that_changes_only_tops_up_who_is_asked(self, market: Market) -> None:
        market.tell(*(registered(name) for name in NAMES), opened("V1"))

        assert market.tell(VacancyChanged(vacancy_id="V1", title="熟练缝纫工")) == []
        assert len(offers(market.tell(VacancyChanged(vacancy_id="V1", openings=2)))) == 3

    def test_has_ten_candidates_an_opening_at_most(self, market: Market) -> None:
        market.tell(opened("V1"), *(registered(name) for name in NAMES))

        assert len(market.vacancy("V1").open) == 10

    def test_that_closes_ends_its_offers_and_drops_their_messages(self, market: Market) -> None:
        offer(market)

        assert closed(market.tell(VacancyClosed(vacancy_id="V1"))) == [("V1", "vacancy_closed")]
        assert market.queue() == []
        assert market.tell(registered("bela")) == []

    def test_that_is_past_its_last_day_is_not_offered(self, market: Market) -> None:
        market.tell(opened("V1", closes_on=OPEN_DAY))
        on_the_day = market.tell(registered("anna"))
        market.close_days(1)

        assert len(offers(on_the_day)) == 1
        assert market.tell(registered("bela")) == []

    def test_whose_last_place_is_taken_ends_everyone_elses_offers(self, market: Market) -> None:
        market.tell(opened("V1"), opened("V2", openings=9), registered("anna"), registered("bela"))

        followed = market.tell(hired("anna", vacancy_id="V1"))

        assert sorted(closed(followed)) == [("V1", "hired"), ("V1", "vacancy_filled"), ("V2", "hired")]
        assert market.vacancy("V1").places_left == 0

    def test_that_shrinks_below_who_is_hired_is_full(self, market: Market) -> None:
        market.tell(opened("V1", openings=2), registered("bela"), hired("anna", vacancy_id="V1"))

        assert closed(market.tell(VacancyChanged(vacancy_id="V1", openings=1))) == [("V1", "vacancy_filled")]

    def test_does_not_wait_for_a_candidate_who_was_hired(self, market: Market) -> None:
        market.tell(opened("V1", openings=2), registered("anna"), reply("anna", "accept"))
        market.tell(hired("anna", vacancy_id="V1"))

        assert market.vacancy("V1").sought(load_limits().entries[0][1]) == 3


class TestADayThatCloses:
    def test_ends_an_offer_on_its_seventh_day_and_not_before(self, market: Market) -> None:
        offer(market)

        assert market.close_days(7) == []
        assert closed(market.close_days(1)) == [("V1", "expired")]
        assert market.close_days(30) == []

    def test_ends_an_offer_whose_message_never_arrived(self, market: Market) -> None:
        market.tell(receipt(offer(market).message_id, "undelivered"))

        assert closed(market.close_days(8)) == [("V1", "expired")]

    def test_ends_no_offer_that_was_answered(self, market: Market) -> None:
        offer(market)
        market.tell(reply("anna", "accept"))

        assert market.close_days(30) == []
        assert market.stages() == ["accepted"]
