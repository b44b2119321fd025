"""However fast `bangfu whatif` comes to its answer, it is what two whole ledgers, day by day, come to."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import samples
from services.subsidy.adapters.programme_files import shipped_rulebook, shipped_texts
from services.subsidy.domain.comparing import Books, Tally, difference, tally_id
from services.subsidy.domain.programme import Rulebook
from services.subsidy.subscribers import under
from services.subsidy.supposing import LAZY, Hears, Recorded
from services.subsidy.whatif import Question, answered, facts_of
from shared.events.finance import FiscalYearClosed
from shared.runner.core import Keys, Service
from shared.runner.memory import Memory
from shared.runner.wire import recorded
from tests.unit.test_subsidy_world import E1, P1, P2, YUNXIAO, World, workshop
from tests.unit.test_whatif import APRIL_1, HALF, JANUARY_1, SI, facts, half_a_year

KEYS = Keys(person=b"k" * 32, content=b"k" * 32)
NAMES = ("sum", "amounts", "by_programme", "by_county", "by_month", "winners", "losers", "budgets", "rows")


def whole(rulebook: Rulebook, events: Iterable[Recorded], hears: Hears) -> Books:
    """Return the ledger of the live service in memory, with nothing left out and nothing put off."""
    memory = Memory([Service("subsidy", "whole", under(rulebook))], KEYS)
    for event in events:
        message = recorded(None, event.body, event.position).message
        if message is not None and type(message.event) in memory._listeners:
            for heard in hears(message):
                memory.recall(heard)
    tallies: dict[str, Tally] = {}
    for line in (line.posted for line in memory.states("line").values()):
        before = tallies.get(tally_id(line.claim, line.county), Tally())
        tallies[tally_id(line.claim, line.county)] = Tally(before.fen + line.amount_fen)
    return Books(tallies, memory.states("account"), memory.states("budget"))


def both_ways(events: list[Recorded], files: dict[str, str], since: date) -> tuple[dict[str, Any], dict[str, Any]]:
    asked = Question(files, since)
    splice = asked.splice()
    before = whole(splice.only_touched(shipped_rulebook()), events, lambda message: (message,))
    after = whole(splice.only_touched(splice.rulebook), events, splice.hears)
    slow, fast = difference({}, before, after), answered(asked, lambda: events)
    return {name: fast[name] for name in NAMES}, {name: slow[name] for name in NAMES}


def changed(programme: str, old: str, new: str) -> dict[str, str]:
    text = shipped_texts()[f"{programme}.yaml"]
    assert old in text
    return {f"{programme}.yaml": text.replace(old, new)}


def test_the_sample_county_comes_to_the_same_as_by_whole_ledgers(tmp_path: Path) -> None:
    every = (Path(samples.__file__).parent / "events.jsonl").read_bytes().splitlines()
    march = next(number for number, line in enumerate(every) if b"day_closed" in line and b"2018-03-01" in line)
    (tmp_path / "winter.jsonl").write_bytes(b"\n".join(every[: march + 1]))
    winter = list(facts_of(tmp_path / "winter.jsonl", KEYS))

    fast, slow = both_ways(winter, changed("social-insurance", "value: 100,", "value: 80,"), date(2018, 1, 15))

    assert fast == slow
    assert fast["rows"]


def budgeted(fen: int) -> World:
    world = workshop(JANUARY_1, people=(P1, P2))
    world.granted("social-insurance", fen)
    return half_a_year(world)


@pytest.mark.parametrize("months", [5, 11, 12, 20])
def test_a_budget_that_runs_short_comes_to_the_same_as_by_whole_ledgers(months: int) -> None:
    more = changed("social-insurance", "value: 100,", "value: 150,")

    fast, slow = both_ways(facts(budgeted(months * 74_200)), more, APRIL_1)

    assert fast == slow
    assert fast["budgets"]


def test_money_taken_back_in_another_year_comes_to_the_same_as_by_whole_ledgers() -> None:
    world = half_a_year()
    world.close(date(2019, 2, 1))
    world.refunded(P1, E1, "2018-05", date(2019, 2, 1))
    world.close(date(2019, 2, 28))

    fast, slow = both_ways(facts(world), HALF, APRIL_1)

    assert fast == slow
    assert fast["sum"]["difference_fen"] == -5 * 37_100


def test_a_closed_year_is_worked_out_day_by_day() -> None:
    world = budgeted(20 * 74_200)
    world.close(date(2019, 1, 10))
    world.fact(FiscalYearClosed(county=YUNXIAO, fiscal_year=2018, date=date(2019, 1, 10), carry_over=True, doc_no="1"))
    world.close(date(2019, 1, 31))

    fast, slow = both_ways(facts(world), HALF, APRIL_1)

    assert fast == slow
    assert {row["fiscal_year"] for row in fast["budgets"]} == {2019}  # what is left of the old year went there


def test_only_programmes_whose_claims_stand_for_themselves_are_answered_by_sums() -> None:
    provisional = {
        programme.kind for programme in shipped_rulebook().programmes.values() if programme.period != "month"
    }

    assert not LAZY & provisional
    assert Question(changed("stable-post", "value: null,", "value: 50,"), APRIL_1).splice().kinds == {"kept_posts"}
    assert Question(HALF, APRIL_1).splice().kinds <= LAZY
    assert SI in HALF
