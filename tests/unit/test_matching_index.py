"""The index of the market: what it finds is what looking at everything finds, whatever happened before."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.fitting import RULES, obstacle, why_not
from services.matching.domain.household import HOUSEHOLDS
from services.matching.domain.index.best import Best, Key
from services.matching.domain.index.seekers import SeekerIndex
from services.matching.domain.index.vacancies import VacancyIndex
from services.matching.domain.limits import Limits
from services.matching.domain.market import MARKET, MARKET_ID, Market
from services.matching.domain.ranking import best_seekers, best_vacancies
from services.matching.domain.refs import OfferRef
from services.matching.domain.scene import Scene
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.domain.skill import SKILLS, Skill
from services.matching.domain.stability import STABILITIES
from services.matching.domain.vacancy import VACANCIES, Vacancy
from shared.runner.resident import Resident
from tests.support import pool as pools
from tests.support.pool import PEOPLE, Pool, all_seekers, all_vacancies, drawn, mostly, scene_of

seekers, vacancies, employers = drawn(pools.seeker), drawn(pools.vacancy), drawn(pools.employer)
people_ids = st.sampled_from(PEOPLE)
vacancy_ids = st.sampled_from([f"V{number}" for number in range(12)])
changes = st.lists(
    st.one_of(
        st.tuples(st.just(SEEKERS.kind), people_ids, st.one_of(seekers, seekers, seekers, st.none())),
        st.tuples(st.just(VACANCIES.kind), vacancy_ids, st.one_of(vacancies, vacancies, vacancies, st.none())),
        st.tuples(st.just(STABILITIES.kind), st.sampled_from(pools.EMPLOYERS), employers),
        st.tuples(st.just(SKILLS.kind), st.sampled_from(pools.SKILLS), st.builds(Skill, st.integers(0, 900))),
        st.tuples(st.just(MARKET.kind), st.just(MARKET_ID), st.builds(Market, forms=st.integers(0, 900))),
    ),
    max_size=40,
)


def pool_after(history: list[tuple[str, str, Any]]) -> Pool:
    """Return a pool whose views were asked for before the first change, and so had to follow every one."""
    pool = Pool()
    for kind, id_, state in history:
        pool.settle(kind, id_, state)
        pool.peek.view(SEEKERS, SeekerIndex)
        pool.peek.view(VACANCIES, VacancyIndex)
        if kind != HOUSEHOLDS.kind:
            best_vacancies(id_, 1, scene_of(pool))
    return pool


def asked_about(index: Any, query: Any, scene: Scene) -> list[str]:
    """Return whom an index would have judged for somebody who wants everyone, in order."""
    asked: list[str] = []

    def judge(id_: str) -> tuple[Key, str] | None:
        asked.append(id_)
        return None

    index.look_for(Best(1_000, judge), query, scene, set())
    return asked


@settings(max_examples=30, deadline=None)
@given(changes, changes, st.integers(1, 5), seekers, vacancies)
def test_the_best_are_those_that_looking_at_everyone_gives_after_any_changes(
    history: list[tuple[str, str, Any]], batch: list[tuple[str, str, Any]], most: int, one: Seeker, other: Vacancy
) -> None:
    pool = pool_after(history)
    pool.batch = {(kind, id_): state for kind, id_, state in batch[:6]}
    pool.batch |= {(SEEKERS.kind, "p-one"): one, (VACANCIES.kind, "V-one"): other}
    scene = scene_of(pool)

    assert best_vacancies("p-one", most, scene) == all_vacancies("p-one", scene)[:most]
    assert best_seekers("V-one", most, scene) == all_seekers("V-one", scene)[:most]


def crowd(chance: random.Random) -> Pool:
    """Return three hundred of each after some changes, with a batch in hand."""
    pool = Pool()
    for _ in range(3):
        for number in range(300):
            pool.settle(SEEKERS.kind, f"p{number}", mostly(chance.choice, pools.seeker(chance.choice), [None]))
            pool.settle(VACANCIES.kind, f"V{number}", mostly(chance.choice, pools.vacancy(chance.choice), [None]))
        pool.peek.view(SEEKERS, SeekerIndex)
        pool.peek.view(VACANCIES, VacancyIndex)
    for number in range(60, 110):
        pool.batch[SEEKERS.kind, f"p{number}"] = pools.seeker(chance.choice)
        pool.batch[VACANCIES.kind, f"V{number}"] = pools.vacancy(chance.choice)
    for name in pools.EMPLOYERS:
        pool.settle(STABILITIES.kind, name, pools.employer(chance.choice))
    return pool


def test_the_best_of_a_crowd_are_those_that_looking_at_everyone_gives() -> None:
    chance = random.Random(26)  # noqa: S311 - a seeded crowd
    pool = crowd(chance)
    scene, found = scene_of(pool), 0
    for number in range(60):
        if number == 30:
            for name in pools.EMPLOYERS:
                pool.settle(STABILITIES.kind, name, pools.employer(chance.choice))
            for name in pools.SKILLS:
                pool.settle(SKILLS.kind, name, Skill(chance.choice(range(1, 500))))
            pool.settle(MARKET.kind, MARKET_ID, Market(forms=1_000))
            scene = scene_of(pool)
        vacancies_of, seekers_of = all_vacancies(f"p{number}", scene), all_seekers(f"V{number}", scene)
        for most in (1, 4, 10):
            assert best_vacancies(f"p{number}", most, scene) == vacancies_of[:most]
            assert best_seekers(f"V{number}", most, scene) == seekers_of[:most]
        found += len(vacancies_of) + len(seekers_of)
    assert found > 500


FIGURES = ("open_offers", "candidates_per_opening", "asked_per_opening", "listed_first_days")


@pytest.mark.parametrize("figures", [(1, 1, 2, 1), (2, 3, 4, 3), (3, 4, 1, 6), (1_000, 1_000, 1_000, 5)])
def test_the_same_index_leaves_out_by_the_figures_of_any_day_whom_the_law_leaves_out(figures: tuple[int, ...]) -> None:
    pool, offer = Pool(), OfferRef(1, 1, "o-1", "p", "v")
    person = Seeker(looking=True, consented=True, born_on=date(1985, 2, 3), county="350622", known_sequence=1)
    post = Vacancy(opened=True, openings=1, county="350622", post_kind="public_welfare")
    for at, (openings, open_, asked, days) in enumerate(product((1, 3), range(0, 14, 2), (0, 1, 3, 4, 12), range(8))):
        fresh = pools.TODAY - timedelta(days=days)
        state = replace(post, openings=openings, open=(offer,) * open_, asked=asked, fresh_on=fresh)
        pool.settle(VACANCIES.kind, f"V{at}", state)
    for at in range(6):
        pool.settle(SEEKERS.kind, f"p{at}", replace(person, open=(offer,) * at))
    shipped = scene_of(pool)
    limits = shipped.limits.model_dump() | dict(zip(FIGURES, figures, strict=True))
    scene = replace(shipped, limits=Limits.model_validate(limits))

    vacant = {id_ for id_, state in scene.peek.every(VACANCIES) if why_not(person, id_, state, scene) is None}
    assert set(asked_about(pool.peek.view(VACANCIES, VacancyIndex)[0], person, scene)) == vacant
    free = {id_ for id_, state in scene.peek.every(SEEKERS) if obstacle(state, scene) is None}
    ordinary = replace(post, post_kind="ordinary")
    assert set(asked_about(pool.peek.view(SEEKERS, SeekerIndex)[0], ordinary, scene)) == free
    assert vacant
    assert free


def test_the_only_job_of_a_household_may_be_lost_in_the_batch_in_hand() -> None:
    pool = Pool()
    alone = Seeker(looking=True, consented=True, born_on=date(1985, 2, 3), county="350622", known_sequence=1)
    pool.settle(SEEKERS.kind, "p0", alone)
    pool.settle(SEEKERS.kind, "p1", replace(alone, household="H1", known_sequence=2))
    pool.settle(SEEKERS.kind, "p2", replace(alone, household="H1", employments=("E-1",), looking=False))
    pool.settle(VACANCIES.kind, "V1", Vacancy(opened=True, openings=1, county="350622"))
    assert [pair.person_id for pair in best_seekers("V1", 1, scene_of(pool))] == ["p0"]

    pool.batch[SEEKERS.kind, "p2"] = replace(alone, household="H1", looking=False)

    assert [pair.person_id for pair in best_seekers("V1", 1, scene_of(pool))] == ["p1"]


@settings(max_examples=30, deadline=None)
@given(changes, seekers, vacancies)
def test_an_index_kept_by_changes_answers_as_one_built_anew(
    history: list[tuple[str, str, Any]], one: Seeker, other: Vacancy
) -> None:
    pool = pool_after(history)
    scene = scene_of(pool)
    kept_people, kept_vacancies = pool.peek.view(SEEKERS, SeekerIndex)[0], pool.peek.view(VACANCIES, VacancyIndex)[0]
    new_people = SeekerIndex(pool.every(SEEKERS.kind))
    new_vacancies = VacancyIndex(pool.every(VACANCIES.kind))

    assert (len(kept_people), len(kept_vacancies)) == (len(new_people), len(new_vacancies))
    assert asked_about(kept_people, other, scene) == asked_about(new_people, other, scene)
    assert asked_about(kept_vacancies, one, scene) == asked_about(new_vacancies, one, scene)


@settings(max_examples=30, deadline=None)
@given(changes, seekers, vacancies)
def test_nobody_is_judged_in_vain_but_for_what_depends_on_both(
    history: list[tuple[str, str, Any]], one: Seeker, other: Vacancy
) -> None:
    pool = pool_after(history)
    pool.batch = {(SEEKERS.kind, "p-one"): one, (VACANCIES.kind, "V-one"): other}
    scene = scene_of(pool)
    people = asked_about(pool.peek.view(SEEKERS, SeekerIndex)[0], other, scene)
    vacant = asked_about(pool.peek.view(VACANCIES, VacancyIndex)[0], one, scene)

    in_vain = [why_not(scene.peek(SEEKERS, id_), "V-one", other, scene) for id_ in people]
    assert set(in_vain) <= {None, "enough_this_week", "term_used_up", "called_too_often", *of_vacancy(other, scene)}
    in_vain = [why_not(one, id_, scene.peek(VACANCIES, id_), scene) for id_ in vacant]
    assert set(in_vain) <= {None, "already_offered", "employer_blocked"}


def of_vacancy(vacancy: Vacancy, scene: Scene) -> set[str]:
    """Return the reasons that lie with a vacancy alone: who asks knows them."""
    alone = {rule.name for rule in RULES if rule.side == "vacancy" and not rule.holds(Seeker(), vacancy, scene)}
    return alone if vacancy.room(scene.limits) else {*alone, "enough_candidates"}


class Counting:
    """A view that knows how often it was made, and fails when it is told to."""

    made = 0

    def __init__(self, states: Mapping[str, int]) -> None:
        Counting.made += 1
        self.total = sum(states.values())
        self._states = dict(states)

    def put(self, id_: str, state: int | None) -> None:
        """Take a change."""
        if state == 13:
            raise ValueError("thirteen")
        self.total += (state or 0) - self._states.get(id_, 0)
        self._states[id_] = state or 0


def test_a_view_is_made_once_and_follows_what_is_committed() -> None:
    resident, made = Resident({"a": 1}), Counting.made
    assert resident.view(Counting).total == 1
    resident.settle("b", 5)
    resident.settle("a", None)
    assert resident.view(Counting).total == 5
    assert Counting.made == made + 1


def test_a_view_that_failed_half_way_is_made_anew() -> None:
    resident = Resident({"a": 1})
    resident.view(Counting)
    resident.settle("a", 13)
    with pytest.raises(ValueError, match="thirteen"):
        resident.view(Counting)
    assert resident.view(Counting).total == 13


@given(st.lists(seekers, min_size=1, max_size=3))
def test_a_batch_that_is_rolled_back_leaves_no_trace_in_the_index(people: list[Seeker]) -> None:
    pool = Pool()
    for number, state in enumerate(people):
        pool.batch[SEEKERS.kind, f"p{number}"] = state
    index, changed = pool.peek.view(SEEKERS, SeekerIndex)
    assert (len(index), len(changed)) == (0, len(people))

    pool.batch = {}
    index, changed = pool.peek.view(SEEKERS, SeekerIndex)
    assert (len(index), len(changed)) == (0, 0)
