"""Consent and refusal: a stop holds at once and until the person agrees anew; the ledger keeps all that was said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.consent import Consent
from shared.events.contract import Event
from shared.events.offers import OfferProposed
from shared.events.people import JobseekerUpdated
from tests.support.market import Market, closed, offer, offers, opened, person, phone, registered, reply

EIGHT, NINE, TEN = TIMES = [f"2018-03-02T{hour}:00:00+08:00" for hour in ("08", "09", "10")]


@pytest.fixture
def market() -> Market:
    return Market()


def form(agrees: bool, at: str | None = None, name: str = "anna") -> JobseekerUpdated:
    return JobseekerUpdated.model_validate({"person_id": person(name), "sms_consent": agrees, "consent_at": at})


def ledger(market: Market, name: str = "anna") -> Consent:
    found: Consent = market.memory.states("consent")[person(name)]
    return found


class TestAStop:
    def test_is_honoured_at_once(self, market: Market) -> None:
        offer(market)

        assert closed(market.tell(reply("anna", "stop"))) == [("V1", "stopped")]
        assert market.queue() == []
        assert market.tell(opened("V2")) == []

    def test_stands_against_a_form_that_was_signed_before_it(self, market: Market) -> None:
        market.tell(registered("anna"), reply("anna", "stop", NINE), form(agrees=True, at=EIGHT))

        assert not market.seeker("anna").consented
        assert market.tell(opened("V1")) == []

    def test_is_undone_by_a_form_that_was_signed_after_it(self, market: Market) -> None:
        market.tell(registered("anna"), reply("anna", "stop", NINE), form(agrees=True, at=TEN))

        assert len(offers(market.tell(opened("V1")))) == 1

    def test_is_undone_by_a_form_that_came_after_it_and_says_no_time(self, market: Market) -> None:
        market.tell(registered("anna"), reply("anna", "stop", NINE), form(agrees=True))

        assert market.seeker("anna").consented

    def test_is_not_undone_by_a_form_that_says_nothing_of_consent(self, market: Market) -> None:
        update = JobseekerUpdated(person_id=person("anna"), wanted_wage_fen=1)
        market.tell(registered("anna"), reply("anna", "stop"), update)

        assert not market.seeker("anna").consented

    def test_is_undone_by_a_later_start_and_not_by_an_earlier_one_that_comes_late(self, market: Market) -> None:
        market.tell(registered("anna"), reply("anna", "stop", NINE), reply("anna", "start", EIGHT))
        before = market.seeker("anna").consented
        market.tell(reply("anna", "start", TEN))

        assert (before, market.seeker("anna").consented) == (False, True)

    def test_that_comes_late_counts_even_against_a_newer_consent(self, market: Market) -> None:
        market.tell(registered("anna", consent_at=TEN), reply("anna", "stop", NINE))

        assert not market.seeker("anna").consented

    def test_repeated_later_stands_against_a_form_between_the_two(self, market: Market) -> None:
        market.tell(registered("anna"), reply("anna", "stop", EIGHT), reply("anna", "stop", TEN))
        market.tell(form(agrees=True, at=NINE))

        assert not market.seeker("anna").consented

    def test_counts_for_everyone_behind_the_phone_and_each_agrees_anew_alone(self, market: Market) -> None:
        market.tell(registered("anna"), registered("bela", phone_id=phone("anna")), reply("anna", "stop", NINE))
        market.tell(form(agrees=True, at=TEN, name="bela"))

        assert (market.seeker("anna").consented, market.seeker("bela").consented) == (False, True)

    def test_and_start_do_not_agree_for_a_relative_who_never_did(self, market: Market) -> None:
        market.tell(registered("anna"), registered("bela", phone_id=phone("anna"), sms_consent=False))
        market.tell(reply("anna", "stop", NINE), reply("anna", "start", TEN))

        assert (market.seeker("anna").consented, market.seeker("bela").consented) == (True, False)

    def test_by_a_form_stands_against_an_older_start(self, market: Market) -> None:
        market.tell(registered("anna"), form(agrees=False, at=NINE), reply("anna", "start", EIGHT))

        assert not market.seeker("anna").consented


class TestTheLedger:
    def test_says_who_when_by_which_fact_in_which_way(self, market: Market) -> None:
        market.tell(registered("anna"), reply("anna", "stop", NINE), form(agrees=True, at=EIGHT), form(agrees=True))
        entries = ledger(market).entries

        said = [(entry.agreed, entry.way, entry.counts, entry.sequence) for entry in entries]
        assert said == [
            (True, "form", True, 1),
            (False, "message", True, 2),
            (True, "form", False, 3),
            (True, "form", True, 4),
        ]
        assert [entry.at.isoformat() if entry.at else None for entry in entries] == [None, NINE, EIGHT, None]

    def test_has_no_entry_of_a_form_that_says_nothing_of_consent(self, market: Market) -> None:
        market.tell(registered("anna"), JobseekerUpdated(person_id=person("anna"), wanted_wage_fen=1))

        assert len(ledger(market).entries) == 1

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(
            st.one_of(
                st.builds(form, st.booleans(), st.sampled_from([None, *TIMES])),
                st.builds(reply, st.just("anna"), st.sampled_from(["stop", "start"]), st.sampled_from(TIMES)),
                st.builds(opened, st.sampled_from(["V1", "V2", "V3"])),
            ),
            max_size=15,
        )
    )
    def test_and_what_matching_does_agree_in_any_life(self, life: list[Event]) -> None:
        market = Market()
        market.tell(registered("anna"))
        for fact in life:
            agreed_before = ledger(market).agrees
            made = [event for event in market.tell(fact) if isinstance(event, OfferProposed)]

            assert ledger(market).agrees == market.seeker("anna").consented
            assert agreed_before or ledger(market).agrees or not made
            if not ledger(market).agrees:
                assert market.seeker("anna").open == ()
                assert [id_ for id_ in market.queue() if id_.startswith(("m-", "r-"))] == []
