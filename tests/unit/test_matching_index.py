"""The index of the market: what it finds is what looking at everything finds, whatever happened before."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.best import Asked, best_seekers, best_vacancies
from services.matching.domain.index.ranking import Best, Key
from services.matching.domain.index.seekers import SeekerIndex
from services.matching.domain.index.vacancies import VacancyIndex
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.domain.vacancy import VACANCIES, Vacancy
from services.matching.weights import load_weights
from shared.runner.resident import Resident
from tests.support.pool import TODAY, Pool, all_seekers, all_vacancies, seekers, vacancies

WEIGHTS = load_weights().on(TODAY)
assert WEIGHTS is not None
ASKED = Asked(TODAY, WEIGHTS)

people_ids = st.sampled_from([f"p{number}" for number in range(12)])
vacancy_ids = st.sampled_from([f"V{number}" for number in range(12)])
changes = st.lists(
    st.one_of(
        st.tuples(st.just(SEEKERS.kind), people_ids, st.one_of(seekers(), seekers(), seekers(), st.none())),
        st.tuples(st.just(VACANCIES.kind), vacancy_ids, st.one_of(vacancies(), vacancies(), vacancies(), st.none())),
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
    return pool


def asked_about(index: Any, query: Any) -> list[str]:
    """Return whom an index would have judged for somebody who wants everyone, in order."""
    asked: list[str] = []

    def judge(id_: str) -> tuple[Key, str] | None:
        asked.append(id_)
        return None

    index.look_for(Best(1_000, judge), query, TODAY, WEIGHTS, set())
    return asked


@settings(max_examples=150, deadline=None)
@given(changes, changes, st.integers(1, 5), seekers(), vacancies())
def test_the_best_are_those_that_looking_at_everyone_gives_after_any_changes(
    history: list[tuple[str, str, Any]], batch: list[tuple[str, str, Any]], most: int, one: Seeker, other: Vacancy
) -> None:
    pool = pool_after(history)
    pool.batch = {(kind, id_): state for kind, id_, state in batch[:6]}
    pool.batch |= {(SEEKERS.kind, "p-one"): one, (VACANCIES.kind, "V-one"): other}
    peek = pool.peek

    assert best_vacancies("p-one", ASKED, most, peek) == all_vacancies("p-one", ASKED, peek)[:most]
    expected = all_seekers("V-one", ASKED, peek)[:most] if other.is_open(TODAY) else []
    assert best_seekers("V-one", ASKED, most, peek) == expected


@settings(max_examples=100, deadline=None)
@given(changes, seekers(), vacancies())
def test_an_index_kept_by_changes_answers_as_one_built_anew(
    history: list[tuple[str, str, Any]], one: Seeker, other: Vacancy
) -> None:
    pool = pool_after(history)
    kept_people, kept_vacancies = pool.peek.view(SEEKERS, SeekerIndex)[0], pool.peek.view(VACANCIES, VacancyIndex)[0]
    new_people = SeekerIndex(pool.every(SEEKERS.kind))
    new_vacancies = VacancyIndex(pool.every(VACANCIES.kind))

    assert (len(kept_people), len(kept_vacancies)) == (len(new_people), len(new_vacancies))
    assert asked_about(kept_people, other) == asked_about(new_people, other)
    assert asked_about(kept_vacancies, one) == asked_about(new_vacancies, one)


@settings(max_examples=100, deadline=None)
@given(changes, seekers(), vacancies())
def test_nobody_is_judged_in_vain_but_for_what_depends_on_both(
    history: list[tuple[str, str, Any]], one: Seeker, other: Vacancy
) -> None:
    pool = pool_after(history)
    pool.batch = {(SEEKERS.kind, "p-one"): one, (VACANCIES.kind, "V-one"): other}
    people = asked_about(pool.peek.view(SEEKERS, SeekerIndex)[0], other)
    vacant = asked_about(pool.peek.view(VACANCIES, VacancyIndex)[0], one)

    fit = {pair.person_id for pair in all_seekers("V-one", ASKED, pool.peek)} - {"p-one"}
    offered = {id_ for id_ in vacant if id_ in one.offered}

    assert not other.is_open(TODAY) or not other.room or set(people) == fit
    fits = {pair.vacancy_id for pair in all_vacancies("p-one", ASKED, pool.peek)} - {"V-one"}
    assert one.obstacle or set(vacant) - offered == fits


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


@given(st.lists(seekers(), min_size=1, max_size=3))
def test_a_batch_that_is_rolled_back_leaves_no_trace_in_the_index(people: list[Seeker]) -> None:
    pool = Pool()
    for number, state in enumerate(people):
        pool.batch[SEEKERS.kind, f"p{number}"] = state
    index, changed = pool.peek.view(SEEKERS, SeekerIndex)
    assert (len(index), len(changed)) == (0, len(people))

    pool.batch = {}
    index, changed = pool.peek.view(SEEKERS, SeekerIndex)
    assert (len(index), len(changed)) == (0, 0)
