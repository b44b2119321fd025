"""What holds in every market: the best are chosen, limits hold, unrelated facts change nothing."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.matching.domain.fitting import why_not
from services.matching.domain.ranking import wanted_for
from services.matching.domain.refs import offer_id_of
from services.matching.domain.scoring import score_terms
from services.matching.subscribers import MATCHING
from shared.events.contract import Event
from shared.events.employers import VacancyChanged, VacancyClosed
from shared.events.offers import OfferClosed, OfferProposed
from tests.support.market import OTHER_USCC, Market, hired, listed, opened, person, registered, reply

NAMES = ("anna", "bela", "cora", "dora", "elsa", "fina")
VACANCY_IDS = ("V1", "V2", "V3", "V4")
OPEN_STAGES = ("proposed", "sent", "undelivered")

skills = st.lists(st.sampled_from(["平车缝纫", "锁边", "制鞋"]), max_size=3, unique=True)
townships = st.sampled_from(["350622100", "350622101", "350622102"])
wages = st.sampled_from([200_000, 250_000, 300_000])
ages = st.sampled_from([date(2003, 1, 1), date(1985, 2, 3), date(1956, 7, 1)])


@st.composite
def seekers(draw: st.DrawFn) -> Event:
    form: dict[str, Any] = {
        "skills": draw(skills),
        "township": draw(townships),
        "wanted_wage_fen": draw(wages),
        "born_on": draw(ages),
        "sms_consent": draw(st.booleans()),
    }
    return registered(draw(st.sampled_from(NAMES)), **form)


@st.composite
def vacancies(draw: st.DrawFn) -> Event:
    wage = draw(wages)
    form: dict[str, Any] = {
        "skills": draw(skills),
        "township": draw(townships),
        "openings": draw(st.integers(1, 2)),
        "wage_min_fen": wage,
        "wage_max_fen": wage + 50_000,
        "age_max": draw(st.sampled_from([None, 45])),
    }
    return opened(draw(st.sampled_from(VACANCY_IDS)), **form)


replies = st.builds(reply, st.sampled_from(NAMES), st.sampled_from(["accept", "decline", "stop", "start"]))
closings = st.builds(lambda id_: VacancyClosed(vacancy_id=id_), st.sampled_from(VACANCY_IDS))
changes = st.builds(
    lambda id_, openings: VacancyChanged(vacancy_id=id_, openings=openings),
    st.sampled_from(VACANCY_IDS),
    st.integers(1, 3),
)
statuses = st.builds(lambda name, status: listed(name, status=status), st.sampled_from(NAMES), st.just("monitored"))
lives = st.lists(st.one_of(seekers(), vacancies(), replies, closings, changes, statuses), max_size=25)


def proposed(events: list[Event]) -> list[OfferProposed]:
    return [event for event in events if isinstance(event, OfferProposed)]


@settings(max_examples=60, deadline=None)
@given(st.lists(vacancies(), min_size=1, max_size=8), seekers())
def test_a_seekers_offers_are_those_that_sorting_the_whole_market_gives(pool: list[Event], seeker: Event) -> None:
    market = Market()
    market.tell(*pool, seeker)
    name = next(name for name in NAMES if person(name) == seeker.entity_id)
    before = replace(market.seeker(name), open=(), offered=(), offered_on=())
    known, today = market.memory.states("vacancy"), market.scene()
    ranked = sorted(
        (-sum(score_terms(before, vacancy, today).values()), id_)
        for id_, vacancy in known.items()
        if why_not(before, id_, vacancy, today) is None
    )

    made = [offer for offer in market.memory.states("offer").values() if offer.person_id == person(name)]

    assert sorted((-offer.score_bp, offer.vacancy_id) for offer in made) == ranked[:3]


@settings(max_examples=60, deadline=None)
@given(st.lists(seekers(), min_size=1, max_size=8), vacancies())
def test_a_vacancys_offers_are_those_that_sorting_everyone_gives(pool: list[Event], vacancy: Event) -> None:
    market = Market()
    market.tell(*pool)
    before = market.memory.states("seeker")

    made = proposed(market.tell(vacancy))

    fresh = replace(market.vacancy(vacancy.entity_id), open=(), asked=0)
    today = market.scene()
    ranked = sorted(
        (-sum(score_terms(seeker, fresh, today).values()), seeker.known_sequence, id_)
        for id_, seeker in before.items()
        if why_not(seeker, vacancy.entity_id, fresh, today) is None
    )
    assert {offer.person_id for offer in made} == {id_ for _, _, id_ in ranked[: 3 * fresh.openings]}


@settings(max_examples=60, deadline=None)
@given(lives)
def test_limits_hold_and_nobody_is_offered_a_vacancy_twice_in_any_life(life: list[Event]) -> None:
    market = Market()
    made = proposed(market.tell(*life))
    pairs = Counter((offer.person_id, offer.vacancy_id) for offer in made)
    stored = market.memory.states("offer")
    live = {id_: offer for id_, offer in stored.items() if offer.stage in OPEN_STAGES}
    by_person = Counter(offer.person_id for offer in live.values())

    assert max(pairs.values(), default=1) == 1
    assert max(by_person.values(), default=0) <= 3
    for name, seeker in market.memory.states("seeker").items():
        assert {ref.offer_id for ref in seeker.open} == {id_ for id_, o in live.items() if o.person_id == name}
    for vacancy_id, vacancy in market.memory.states("vacancy").items():
        assert {ref.offer_id for ref in vacancy.open} == {id_ for id_, o in live.items() if o.vacancy_id == vacancy_id}
        assert not vacancy.open or vacancy.opened
    assert set(market.queue()) == {offer.message_id for offer in live.values()}


@settings(max_examples=60, deadline=None)
@given(lives)
def test_places_are_never_held_or_taken_twice_in_any_life(life: list[Event]) -> None:
    market = Market()
    market.tell(*life)
    stored = market.memory.states("offer").values()

    for vacancy_id, vacancy in market.memory.states("vacancy").items():
        held = [offer.person_id for offer in stored if offer.vacancy_id == vacancy_id and offer.stage == "accepted"]
        assert sorted(vacancy.accepted) == sorted(held)
    for name, seeker in market.memory.states("seeker").items():
        held = [offer.message_id for offer in stored if offer.person_id == name and offer.stage == "accepted"]
        assert len(seeker.accepted) == len(held)


@settings(max_examples=60, deadline=None)
@given(lives)
def test_every_answer_is_followed_until_nobody_who_fits_is_left_for_the_vacancy(life: list[Event]) -> None:
    market = Market()
    market.tell(*life)
    asked = list(market.memory.states("offer").values())
    for each in asked:
        if each.stage not in OPEN_STAGES:
            continue
        market.tell(reply(each.person_id[1:5], "decline"))
        now, today = market.memory.states("vacancy")[each.vacancy_id], market.scene()
        if market.memory.states("offer")[offer_id_of(each.message_id)].stage == "closed" and wanted_for(now, today):
            fits = [
                name
                for name, seeker in market.memory.states("seeker").items()
                if why_not(seeker, each.vacancy_id, now, today) is None
            ]
            assert fits == []


@settings(max_examples=40, deadline=None)
@given(st.data(), st.lists(seekers(), max_size=6))
def test_unrelated_facts_in_any_order_leave_the_offers_as_they_are(data: st.DataObject, pool: list[Event]) -> None:
    related = [opened("V1"), *pool]
    unrelated = [
        opened("X1", county="350628", skills=[]),  # a skill that is named once more would be less rare
        listed("zoe"),
        hired("zoe", "J9", uscc=OTHER_USCC),
        reply("zoe", "accept"),
    ]
    mixed = list(related)
    for fact in data.draw(st.permutations(unrelated)):
        mixed.insert(data.draw(st.integers(0, len(mixed))), fact)
    plain, other = Market(), Market()

    assert _essence(plain.tell(*related)) == _essence(other.tell(*mixed))


@settings(max_examples=40, deadline=None)
@given(lives)
def test_every_state_survives_its_way_through_the_store(life: list[Event]) -> None:
    market = Market()
    market.tell(*life)
    for aggregate in MATCHING.aggregates:
        adapter: TypeAdapter[Any] = TypeAdapter(aggregate.state)
        for state in market.memory.states(aggregate.kind).values():
            assert adapter.validate_python(adapter.dump_python(state, mode="json")) == state


def _essence(events: list[Event]) -> list[tuple[Any, ...]]:
    """Return what happened without ids and numbers, which the number of facts before decides."""
    return sorted(
        (type(event).__name__, event.person_id, event.vacancy_id, getattr(event, "score_bp", 0))
        for event in events
        if isinstance(event, OfferProposed | OfferClosed)
    )
