"""Whatever happens to facts and budgets: debits equal credits, no budget is overdrawn, and nothing due is lost."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.subsidy.domain.accounts import balances
from shared.events.subsidy import LinePosted
from tests.unit.test_subsidy_world import E1, E2, P1, P2, P3, World, listed

Step = Callable[[World], None]
JANUARY_1, THE_END = date(2018, 1, 1), date(2018, 12, 31)
SI, SP = "social-insurance", "stable-post"
JOBS = {"J1": (P1, E1), "J2": (P2, E1), "J3": (P3, E2)}
BOUND = (f"available:{SI}", f"available:{SP}", "paid:", "payable:")
YEAR = [f"2018-{month:02d}" for month in range(1, 13)]
steady = settings(deadline=None, derandomize=True, max_examples=20, phases=(Phase.explicit, Phase.generate))

premiums = st.builds(
    lambda job, period, fen: lambda w: w.paid(*JOBS[job], period, date.fromisoformat(f"{period}-15"), fen),
    st.sampled_from(sorted(JOBS)),
    st.sampled_from(YEAR[:4]),
    st.integers(1, 1_000).map(lambda yuan: yuan * 100),
)
refunds = st.builds(
    lambda job, period, fen: lambda w: w.refunded(*JOBS[job], period, date.fromisoformat(f"{period}-20"), fen),
    st.sampled_from(sorted(JOBS)),
    st.sampled_from(YEAR[:4]),
    st.integers(1, 1_000).map(lambda yuan: yuan * 100),
)
reports = st.builds(
    lambda uscc, at_end, fen: lambda w: w.headcount(uscc, 2018, 3, at_end, fen),
    st.sampled_from([E1, E2]),
    st.sampled_from([1, 3]),
    st.integers(0, 500).map(lambda yuan: yuan * 100),
)
voids = st.sampled_from(sorted(JOBS)).map(lambda job: lambda w: w.voided(job, JOBS[job][0], date(2018, 2, 1)))
grants = st.builds(
    lambda programme, fen, number: lambda w: w.granted(programme, fen, doc_no=f"测试{number}号"),
    st.sampled_from([SI, SP]),
    st.integers(0, 2_000).map(lambda yuan: yuan * 100),
    st.integers(1, 10**6),
)
facts = st.lists(st.tuples(st.integers(0, 300), premiums | refunds | reports | voids), min_size=3, max_size=25)
budgets = st.lists(st.tuples(st.integers(0, 300), grants), max_size=6)


def told(steps: list[tuple[int, Step]], *, order: str, offset: int, granted: tuple[int, int] | None) -> World:
    world = World(JANUARY_1)
    for name, value in (
        ("budget.order", order),
        ("recovery.offset_percent", offset),
        ("stable_post.ratio_sme_percent", 50),
        ("stable_post.worker_share_percent", 100),
        ("stable_post.max_layoff_bp", 1_000),
        ("stable_employment.reward_fen", 100_000),
    ):
        world.parameter(name, value)
    for person in (P1, P2, P3):
        world.fact(listed(person))
    world.registered(E1)
    world.registered(E2)
    for programme, fen in zip((SI, SP), granted or (), strict=False):
        world.granted(programme, fen)
    for id_, (person, uscc) in JOBS.items():
        world.employed(id_, person, uscc, JANUARY_1)
    for day, step in sorted(steps, key=lambda entry: entry[0]):
        world.close_until(JANUARY_1 + timedelta(days=day))
        step(world)
    world.close_until(THE_END)
    return world


def audited(world: World) -> None:
    """Go through every posting in order: nothing is ever overdrawn, and each line moves exactly its amount."""
    found: dict[str, int] = defaultdict(int)
    by_payee: dict[str, int] = defaultdict(int)
    for message in world.memory.emitted:
        event: Any = message.event
        for posting in getattr(event, "postings", ()):
            found[posting.debit] -= posting.amount_fen
            found[posting.credit] += posting.amount_fen
        if isinstance(event, LinePosted):
            by_payee[event.payee] += event.amount_fen
        assert sum(found.values()) == 0
        assert all(fen >= 0 for name, fen in found.items() if name.startswith(BOUND))
        assert all(fen <= 0 for name, fen in found.items() if name.startswith(("receivable:", "authority:")))
    for payee in (E1, E2):
        shown = balances(lambda name: found[name], payee)
        shown["receivable"] *= -1
        assert sum(shown.values()) == by_payee[payee]


@steady
@given(facts, budgets, st.sampled_from(["strict", "fill_gaps"]), st.sampled_from([0, 50, 100]), st.integers(0, 3_000))
def test_no_budget_is_overdrawn_and_what_is_due_is_posted_or_waits(
    steps: list[tuple[int, Step]], grants: list[tuple[int, Step]], order: str, offset: int, yuan: int
) -> None:
    bound = told([*steps, *grants], order=order, offset=offset, granted=(yuan * 100, yuan * 10))
    free = told(steps, order=order, offset=offset, granted=None)

    audited(bound)
    due = defaultdict(int, bound.sums())
    for budget in bound.memory.states("budget").values():
        for entry in budget.queue:
            change = bound.memory.states("claim")[entry.place].change
            due[change.claim.programme, change.payee, change.claim.period] += change.change_fen
    assert {key: fen for key, fen in due.items() if fen} == free.sums()


@steady
@given(facts, budgets, st.sampled_from(["strict", "fill_gaps"]))
def test_nothing_that_may_be_posted_waits(
    steps: list[tuple[int, Step]], grants: list[tuple[int, Step]], order: str
) -> None:
    world = told([*steps, *grants], order=order, offset=0, granted=(50_000, 5_000))

    accounts = world.memory.states("account")
    for id_, budget in world.memory.states("budget").items():
        room = accounts[f"available:{id_.replace('|', ':')}:2018"].balance_fen
        waiting = [entry.fen for entry in budget.queue if entry.fen > 0]
        assert all(fen > room for fen in (waiting if order == "fill_gaps" else waiting[:1]))


@steady
@given(facts, st.randoms(use_true_random=False))
def test_with_budgets_that_do_not_bind_any_order_of_facts_gives_the_same_sums(
    steps: list[tuple[int, Step]], chance: Any
) -> None:
    plenty = (10**9, 10**9)
    shuffled = [step for _, step in steps if not _is_report(step)]
    chance.shuffle(shuffled)
    days = sorted(day for day, step in steps if not _is_report(step))
    known = [(day, step) for day, step in steps if not _is_report(step)]

    one = told(known, order="strict", offset=0, granted=plenty)
    other = told(list(zip(days, shuffled, strict=True)), order="fill_gaps", offset=0, granted=plenty)

    audited(one)
    assert one.sums() == other.sums()
    assert one.waiting == []


def _is_report(step: Step) -> bool:
    return "headcount" in step.__code__.co_names  # of two reports the later counts, so their order matters
