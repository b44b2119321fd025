"""Two clocks on every query: what was known by a day is folded again, and it is what was there on that day."""

from datetime import date
from typing import Any

import click
import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.catalogue import as_seen, described
from services.subsidy.domain.parameters import Parameters, Values
from services.subsidy.explaining import explained
from services.subsidy.service import SERVICE
from services.subsidy.showing import shown
from services.subsidy.takeup import matrix
from shared.ops.clocks import Clocks
from shared.ops.knowing import folded
from shared.runner.core import Aggregate, Message
from tests.unit.test_subsidy_world import E1, P1, P2, World, workshop

JANUARY_1, MARCH_20 = date(2018, 1, 1), date(2018, 3, 20)
AGGREGATES = [a for s in SERVICE.subscriptions for a in s.aggregates]
QUERIES = [
    "statement", "digest", "explain", "clauses", "balances", "takeup", "programmes list", "programmes show",
    "programmes explain", "payments list", "payments show", "clawbacks list", "clawbacks show",
]  # fmt: skip


def months(until: int) -> World:
    """Return a world of one person whose employer pays every month, up to the twentieth of a month."""
    world = workshop(JANUARY_1, people=(P1, P2))
    world.employed("J1", P1, E1, JANUARY_1)
    for month in range(1, until + 1):
        world.paid(P1, E1, f"2018-{month:02d}", date(2018, month, 15))
        world._pays = month < until  # what the bank answers is known a day later
        world.close(date(2018, month, 20))
    return world


@pytest.fixture(scope="module")
def half_a_year() -> World:
    return months(6)


@pytest.fixture(scope="module")
def a_quarter() -> World:
    return months(3)


def known(world: World, day: date = date.max) -> list[Message]:
    return [message for message in world.memory.emitted if message.known_on <= day]


def states(world: World, aggregate: Aggregate[Any]) -> dict[str, Any]:
    return {id_: state for id_, state in world.memory.states(aggregate.kind).items() if aggregate.keep(state)}


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda aggregate: aggregate.kind)
class TestEveryKindOfState:
    def test_folded_again_is_what_is_kept(self, half_a_year: World, aggregate: Aggregate[Any]) -> None:
        assert folded(aggregate, known(half_a_year)) == states(half_a_year, aggregate)

    def test_folded_up_to_a_day_is_what_was_kept_then(
        self, half_a_year: World, a_quarter: World, aggregate: Aggregate[Any]
    ) -> None:
        assert folded(aggregate, known(half_a_year, MARCH_20)) == states(a_quarter, aggregate)


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_takes_both_clocks(query: str) -> None:
    app = typer.Typer()
    SERVICE.extras["commands"](app)
    command: Any = get_command(app)
    for word in query.split():
        command = command.commands[word]
    options = {name for param in command.params if isinstance(param, click.Option) for name in param.opts}
    if not options:  # typer brings a copy of click of its own
        options = {name for param in command.params for name in param.opts}
    assert {"--as-of", "--known-at", "--json"} <= options


def test_takeup_and_explain_leave_out_the_periods_after_as_of(half_a_year: World) -> None:
    person, rulebook = half_a_year.memory.states("person")[P1], shipped_rulebook()
    values = Values(rulebook, Parameters(), P1)
    seen, closed = Clocks(as_of=date(2018, 2, 28)), date(2018, 2, 28)
    rows = matrix({P1: person}, {P1: values}, closed, seen)
    told = explained(
        rulebook.programmes["social-insurance"], P1, person, values, closed=closed, providers={}, seen=seen
    )

    assert [(row["programme"], row["since"], row["until"], row["periods"]) for row in rows] == [
        ("social-insurance", "2018-01", "2018-02", 2)
    ]
    assert [claim["period"] for claim in told["claims"]] == ["2018-01", "2018-02"]


def test_a_file_is_shown_with_the_figures_of_a_day_as_far_as_they_were_issued() -> None:
    rulebook = shipped_rulebook()
    name, figure = "dispatch-training", "dispatch_training.person_day_fen"
    before = as_seen(rulebook, Clocks(known_at=date(2020, 10, 30)))
    after = as_seen(rulebook, Clocks(as_of=date(2020, 11, 1), known_at=date(2020, 10, 31)))

    values = [
        described(book.programmes[name], book)["parameters"][figure]["values"][-1]["value"] for book in (before, after)
    ]
    assert values == [None, 12_000]


def test_a_conflict_of_the_source_is_shown_with_both_readings_the_one_in_force_and_who_decided() -> None:
    rulebook = shipped_rulebook()
    for name, ours in (("employment-certificate", "符合条件且有需要"), ("talent-allowance", "我市年度")):
        text = "\n".join(shown(described(rulebook.programmes[name], rulebook)))
        body, annex = (next(line for line in text.splitlines() if word in line) for word in ("正文", "附件:"))
        assert "（执行）" in body
        assert ours in body
        assert "（执行）" not in annex
        assert ours not in annex
        assert "项目决定，2026-11-22，见 docs/adr/0022" in text


def test_every_file_can_be_shown() -> None:
    rulebook = shipped_rulebook()
    for name, programme in rulebook.programmes.items():
        assert f"({name})" in next(shown(described(programme, rulebook)))
        assert len(list(shown(described(programme, rulebook)))) > 5


def test_an_unknown_state_of_clawbacks_names_the_closest() -> None:
    app = typer.Typer()
    SERVICE.extras["commands"](app)
    found = CliRunner().invoke(app, ["clawbacks", "list", "--state", "owned"])
    assert "owed" in str(found.exception)
