"""The two plans of a fair, against everything that could have been planned."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching.games import HospitalResident

from services.matching.fair.pairs import Ints, Pairs
from services.matching.fair.plans import blocking, greatest_total, stable
from shared.errors import BangfuError

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the machine may be busy


def pairs(places: list[int], fits: dict[tuple[int, int], tuple[int, int]], guests: int = 0) -> Pairs:
    """Return pairs from (guest, post) to (wish, claim)."""
    rows = [(*at, *worth) for at, worth in sorted(fits.items())]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T.copy()
    return Pairs(guests or 1 + max((at[0] for at in fits), default=-1), np.array(places, dtype=np.int64), *columns)


@st.composite
def fairs(draw: st.DrawFn, people: int = 5, posts: int = 4, points: int = 4) -> Pairs:
    """Few points, so that ties are common; posts without places and people without posts are there too."""
    guests, places = draw(st.integers(1, people)), draw(st.lists(st.integers(0, 2), min_size=1, max_size=posts))
    worth = st.tuples(st.integers(0, points), st.integers(0, points))
    at = st.tuples(st.integers(0, guests - 1), st.integers(0, len(places) - 1))
    return pairs(places, draw(st.dictionaries(at, worth, max_size=min(80, guests * len(places)))), guests)


def every_plan(fair: Pairs) -> Iterator[Ints]:
    choices = [[-1, *range(fair.starts[guest], fair.starts[guest + 1])] for guest in range(fair.guests)]
    for plan in product(*choices):
        if fits(fair, np.array(plan)):
            yield np.array(plan, dtype=np.int64)


def fits(fair: Pairs, plan: Ints) -> bool:
    taken = plan[plan >= 0]
    filled = np.bincount(fair.post[taken], minlength=len(fair.places))
    return bool((filled <= fair.places).all()) and all(
        pair < 0 or fair.guest[pair] == guest for guest, pair in enumerate(plan)
    )


def total(fair: Pairs, plan: Ints) -> int:
    return int(fair.score[plan[plan >= 0]].sum())


def strictly(fair: Pairs) -> Pairs:
    """Return the same fair with every tie broken as the stable plan breaks it, so that no two are equal."""
    order = np.empty(len(fair.guest), dtype=np.int64)
    order[fair.by_wish] = np.arange(len(order))
    return Pairs(fair.guests, fair.places, fair.guest, fair.post, len(order) - order, len(order) - fair.claim_rank)


@UNHURRIED
@given(fairs(people=40, posts=12, points=30))
def test_no_plan_fills_more_places_than_there_are_or_pairs_who_do_not_fit(fair: Pairs) -> None:
    assert fits(fair, greatest_total(fair))
    assert fits(fair, stable(fair))


@settings(UNHURRIED, max_examples=150)
@given(fairs())
def test_no_plan_at_all_has_a_greater_total(fair: Pairs) -> None:
    assert total(fair, greatest_total(fair)) == max(total(fair, plan) for plan in every_plan(fair))


@UNHURRIED
@given(fairs(people=40, posts=12, points=6))
def test_nobody_would_rather_break_the_stable_plan_not_even_where_a_tie_was_broken(fair: Pairs) -> None:
    plan = stable(fair)

    assert len(blocking(fair, plan)) == 0
    assert len(blocking(strictly(fair), plan)) == 0


@settings(UNHURRIED, max_examples=100)
@given(fairs(people=4, posts=3))
def test_no_stable_plan_gives_anybody_a_better_post_than_ours(fair: Pairs) -> None:
    strict, ours = strictly(fair), stable(fair)
    wish = np.append(strict.wish, 0)  # -1, no post, is the last and worth nothing

    for plan in every_plan(fair):
        if not len(blocking(strict, plan)):
            assert (wish[ours] >= wish[plan]).all()


@settings(UNHURRIED, max_examples=60)
@given(fairs(people=12, posts=6, points=8))
def test_the_stable_plan_is_the_one_that_the_library_matching_finds(fair: Pairs) -> None:
    open_ = [pair for pair in fair.by_wish.tolist() if fair.places[fair.post[pair]]]
    people: dict[int, list[int]] = {}
    for pair in open_:
        people.setdefault(int(fair.guest[pair]), []).append(int(fair.post[pair]))
    posts: dict[int, list[int]] = {}
    for pair in sorted(open_, key=lambda pair: fair.claim_rank[pair]):
        posts.setdefault(int(fair.post[pair]), []).append(int(fair.guest[pair]))
    capacities = {post: int(fair.places[post]) for post in posts}

    game = HospitalResident.create_from_dictionaries(people, posts, capacities)
    theirs = {(guest.name, post.name) for post, held in game.solve().items() for guest in held}

    plan = stable(fair)
    assert {(int(fair.guest[pair]), int(fair.post[pair])) for pair in plan[plan >= 0]} == theirs


def test_who_gives_way_for_the_greatest_total_is_asked_for_by_a_better_post() -> None:
    fair = pairs([1, 1], {(0, 0): (9, 9), (0, 1): (8, 8), (1, 0): (8, 8), (1, 1): (1, 1)})

    assert greatest_total(fair).tolist() == [1, 2]  # 16 + 16 is more than 18 + 2
    assert stable(fair).tolist() == [0, 3]
    assert blocking(fair, greatest_total(fair)).tolist() == [0]


def test_a_free_place_that_somebody_would_rather_have_blocks_and_a_tie_does_not() -> None:
    fair = pairs([1, 1, 1], {(0, 0): (5, 5), (0, 1): (6, 0), (0, 2): (5, 9)})

    assert blocking(fair, np.array([0])).tolist() == [1]
    assert blocking(fair, np.array([-1])).tolist() == [0, 1, 2]


def test_equal_posts_share_a_rank_and_the_next_is_counted_after_them() -> None:
    fair = pairs([1] * 4, {(0, 0): (3, 0), (0, 1): (7, 0), (0, 2): (7, 1), (0, 3): (1, 9), (1, 0): (2, 0)})

    assert fair.wish_rank.tolist() == [3, 1, 1, 4, 1]
    assert fair.by_wish.tolist() == [2, 1, 0, 3, 4]  # of equals the greater score


def test_a_pair_that_scores_nothing_is_better_than_no_post() -> None:
    assert greatest_total(pairs([1], {(0, 0): (0, 0)})).tolist() == [0]
    assert stable(pairs([1], {(0, 0): (0, 0)})).tolist() == [0]


def test_ties_fall_the_same_way_on_every_machine() -> None:
    alike = pairs([1, 2, 1], {(guest, post): (5, 5) for guest in range(5) for post in range(3)})

    assert greatest_total(alike).tolist() == [2, 4, -1, 10, 12]  # by a lot drawn from both
    assert stable(alike).tolist() == [0, 4, 7, 11, -1]  # by the order of the hall


def test_a_fair_of_nobody_or_of_nothing_has_empty_plans() -> None:
    assert greatest_total(pairs([2], {}, guests=3)).tolist() == [-1] * 3
    assert stable(pairs([], {}, guests=0)).tolist() == []


def test_more_people_than_whole_numbers_stay_exact_for_are_refused() -> None:
    with pytest.raises(BangfuError, match="hold it by county"):
        greatest_total(pairs([1], {(0, 0): (9_000, 1_000)}, guests=800_000))
