"""Who fits whom at a fair: what the hard rules say, and nothing that only limits messages."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.distance import Spot
from services.matching.domain.refs import OfferRef
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy
from services.matching.fair.comparing import compared
from services.matching.fair.hall import Hall, hall_of
from services.matching.fair.judging import CLAIM_TERMS, judge_on
from services.matching.fair.pairs import pairs_of
from shared.events.types import Status

ON = date(2018, 3, 1)
JUDGE = judge_on(ON)
WORKER = Seeker(looking=True, consented=True, born_on=date(1985, 2, 3), county="350622", education="71")
POST = Vacancy(opened=True, openings=1, county="350622", title="缝纫工")

counties = st.sampled_from(["350622", "350624"])
spots = st.none() | st.builds(Spot, st.integers(2_380, 2_420), st.integers(11_680, 11_720))
schooling = st.sampled_from(["11", "31", "41", "49", "61", "71", "73", "81", "91"])
statuses = st.sampled_from(get_args(Status))
trades = st.lists(st.sampled_from(["平车缝纫", "锁边", "制鞋"]), max_size=3, unique=True).map(tuple)
days = st.dates(date(1948, 1, 1), date(2003, 12, 31))
ages = st.none() | st.integers(16, 65)
wages = st.sampled_from([0, 150_000, 250_000, 350_000])

seekers = st.builds(
    Seeker,
    looking=st.just(True),
    consented=st.sampled_from([True, True, True, False]),
    status=statuses,
    born_on=st.none() | days,
    county=counties,
    spot=spots,
    education=st.just("") | schooling,
    skills=trades,
    occupations=trades,
    wanted_wage_fen=wages,
    max_distance_km=st.none() | st.integers(0, 60),
)
vacancies = st.builds(
    Vacancy,
    opened=st.sampled_from([True, True, True, False]),
    openings=st.integers(0, 3),
    county=counties,
    spot=spots,
    skills=trades,
    education_min=st.just("") | schooling,
    age_min=ages,
    age_max=ages,
    wage_min_fen=st.none() | wages,
    closes_on=st.sampled_from([None, date(2018, 2, 28), ON]),
    reserved_for=st.just(()) | st.lists(statuses, max_size=2).map(tuple),
)


def hall(people: list[Seeker], posts: list[Vacancy]) -> Hall:
    return hall_of(
        ON, ((f"p{at}", each) for at, each in enumerate(people)), ((f"V{at}", each) for at, each in enumerate(posts))
    )


def one(seeker: Seeker = WORKER, vacancy: Vacancy = POST) -> dict[str, Any]:
    return compared(hall([seeker], [vacancy]), JUDGE)


def ref(vacancy_id: str) -> OfferRef:
    return OfferRef(1, 5_000, "o-1", "p0", vacancy_id)


@settings(max_examples=200, deadline=None)
@given(st.lists(seekers, max_size=8), st.lists(vacancies, max_size=8))
def test_the_pairs_are_those_that_asking_the_rules_of_every_pair_gives(
    people: list[Seeker], posts: list[Vacancy]
) -> None:
    held = hall(people, posts)
    asked = []
    for at, guest in enumerate(held.guests):
        for place, post in enumerate(held.posts):
            if JUDGE.why_not(guest, post) is None:
                terms = JUDGE.terms(guest, post)
                claim = sum(terms[name] for name in CLAIM_TERMS)
                asked.append((at, place, sum(terms.values()) - claim, claim))

    found = pairs_of(held, JUDGE)

    columns = (found.guest, found.post, found.wish, found.claim)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == asked


def test_several_processes_find_the_same_pairs() -> None:
    held = hall(
        [replace(WORKER, wanted_wage_fen=299_990 + at) for at in range(20)], [replace(POST, wage_min_fen=300_000)] * 3
    )

    alone, shared = pairs_of(held, JUDGE), pairs_of(held, JUDGE, processes=2)

    assert len(alone.guest) == 33
    for name in ("guest", "post", "wish", "claim"):
        assert (getattr(alone, name) == getattr(shared, name)).all()


def test_wish_and_claim_make_up_the_score_of_an_offer() -> None:
    seeker = replace(WORKER, skills=("平车缝纫",), occupations=("缝纫工",), status="listed", wanted_wage_fen=200_000)
    vacancy = replace(POST, skills=("平车缝纫",), wage_min_fen=300_000)
    held = hall([seeker], [vacancy])

    found = pairs_of(held, JUDGE)

    terms = JUDGE.terms(held.guests[0], held.posts[0])
    assert found.score.tolist() == [sum(terms.values())]
    assert found.claim.tolist() == [sum(terms[name] for name in ("skills", "need", "waiting", "household"))]
    assert found.wish.tolist() == [
        sum(terms[name] for name in ("occupation", "nearness", "wage", "freshness", "stability"))
    ]


def test_open_offers_fill_nobody_up_at_a_fair() -> None:
    three = tuple(ref(f"V{number}") for number in (7, 8, 9))
    full = replace(POST, open=tuple(replace(ref("V0"), offer_id=f"o-{number}") for number in range(10)))

    assert one(replace(WORKER, open=three, offered=("V7", "V8", "V9")), full)["pairs"] == 1


def test_an_offer_without_an_answer_keeps_nobody_from_its_post() -> None:
    assert one(replace(WORKER, open=(ref("V0"),), offered=("V0",)), replace(POST, open=(ref("V0"),)))["pairs"] == 1


def test_who_declined_a_post_is_not_put_there() -> None:
    found = one(replace(WORKER, offered=("V0",)))

    assert found["fits_nothing"] == [{"person": "p0", "reason": "already_offered"}]
    assert found["fits_nobody"] == [{"post": "V0", "reason": "already_offered"}]


def test_whom_nothing_fits_is_told_what_most_often_was_in_the_way() -> None:
    learned, far = replace(POST, education_min="31"), replace(POST, county="350624")
    found = compared(hall([WORKER], [learned, far, far]), JUDGE)

    assert found["fits_nothing"] == [{"person": "p0", "reason": "too_far"}]
    assert [row["reason"] for row in found["fits_nobody"]] == ["education", "too_far", "too_far"]


def test_without_consent_nobody_is_assigned() -> None:
    assert one(replace(WORKER, consented=False))["fits_nothing"] == [{"person": "p0", "reason": "no_consent"}]


def test_in_an_empty_hall_everybody_is_told_so() -> None:
    assert compared(hall([WORKER], []), JUDGE)["fits_nothing"] == [{"person": "p0", "reason": "nobody_there"}]
    assert compared(hall([], [POST]), JUDGE)["fits_nobody"] == [{"post": "V0", "reason": "nobody_there"}]


def test_what_each_gives_up_is_counted_in_their_own_wish_in_both_plans() -> None:
    # Both want to sew near home; the post of V0 would rather have p1, who can, and V1 pays nothing more to either.
    sewing = replace(POST, skills=("平车缝纫",))
    other = replace(POST, title="包装工")
    p0 = replace(WORKER, occupations=("缝纫工",))
    p1 = replace(p0, skills=("平车缝纫",))
    held = hall([p0, p1], [sewing, other])

    found = compared(held, JUDGE)

    rows = {row["person"]: row for row in found["assigned"]}
    assert {name: (row["total"]["post"], row["stable"]["post"]) for name, row in rows.items()} == {
        "p0": ("V1", "V1"),
        "p1": ("V0", "V0"),
    }
    wanted = JUDGE.terms(held.guests[0], held.posts[0])["occupation"]
    assert (rows["p0"]["stable"]["gives_up_bp"], rows["p0"]["stable"]["rank"]) == (wanted, 2)
    assert (rows["p1"]["stable"]["gives_up_bp"], rows["p1"]["stable"]["rank"]) == (0, 1)
    assert found["plans"]["stable"]["given_up_bp"] == wanted
    assert found["stability_price_bp"] == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(seekers, max_size=8), st.lists(vacancies, max_size=6))
def test_the_figures_of_the_answer_add_up(people: list[Seeker], posts: list[Vacancy]) -> None:
    found = compared(hall(people, posts), JUDGE)

    assert len(found["assigned"]) + len(found["fits_nothing"]) == len(people)
    assert found["stability_price_bp"] >= 0
    assert found["plans"]["stable"]["blocking_pairs"] == 0
    assert len(found["blocking"]) == found["plans"]["total"]["blocking_people"]
    for name, plan in found["plans"].items():
        rows = [row[name] for row in found["assigned"]]
        assert plan["placed"] == sum(row["post"] is not None for row in rows) == len(rows) - plan["without"]
        assert plan["score_bp"] == sum(row["score_bp"] for row in rows) == plan["wish_bp"] + plan["claim_bp"]
        assert plan["given_up_bp"] == sum(row["gives_up_bp"] for row in rows)
        assert plan["first_choice"] == sum(row["rank"] == 1 for row in rows)
