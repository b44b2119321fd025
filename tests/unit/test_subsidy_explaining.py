"""What a line rests on and what became of it, as `bangfu explain` says it; the ledger by clause; two clocks."""

from datetime import date
from pathlib import Path

import pytest

from services.subsidy import english, reverse_index
from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.asking import balances_at
from services.subsidy.explaining_lines import Told, explained, lines_of, sentence
from shared.calendar import first_day
from shared.errors import BangfuError
from shared.events.finance import NoticeObjected
from shared.events.subsidy import LinePosted
from shared.ops.cases.model import read_cases
from shared.ops.cases.run import Run
from shared.ops.clocks import Clocks, clocks
from shared.ops.running import find_services
from shared.ops.tracing import Node, decoded
from shared.runner.memory import Memory
from shared.runner.wire import encode
from tests.support.facts import KEYS
from tests.unit.test_subsidy_world import E1, E2, P1, P2, World, listed, workshop

CASES = Path(__file__).parents[1] / "cases"
RULES = shipped_rulebook()
MARCH_1, MARCH_2 = date(2018, 3, 1), date(2018, 3, 2)


@pytest.fixture
def english_(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANGFU_LANG", "en")


def refunded(*, pays: bool = True) -> World:
    """A premium of March 2018 is paid on the first and given back on the second."""
    world = workshop(MARCH_1, pays=pays)
    world.parameter("social_insurance.ratio_percent", 75)
    world.employed("J1", P1, E1, MARCH_1)
    world.paid(P1, E1, "2018-03", MARCH_1, 74203)
    world.close(MARCH_1)
    world.refunded(P1, E1, "2018-03", MARCH_2, 74203)
    world.close(MARCH_2)
    return world


def nodes(world: World) -> list[Node]:
    return [decoded(encode(message, "subsidy")) for message in world.memory.emitted]


def told(world: World, number: int = 1) -> Told:
    return Told(world.posted[number - 1], world.posted, nodes(world))


def test_a_line_carries_its_figures_with_the_documents_that_set_them() -> None:
    line = refunded().posted[0]

    assert line.parameters == [
        "social_insurance.ratio_percent=75@2013-01-01(测试1号)",
        "social_insurance.employer_kinds=workshop,enterprise@2017-01-01(本文件第11条)",
        "social_insurance.statuses=listed@2017-01-01(本文件第11条)",
    ]


def test_a_line_carries_the_answer_to_each_condition_and_what_was_read() -> None:
    assert refunded().posted[0].checklist == [
        "not_eligible_employer=yes@employer.kind=workshop",
        "not_eligible_status=yes@person.status=listed",
    ]


def test_a_take_back_says_why_nothing_is_due_any_more() -> None:
    world = refunded()

    assert [line.reason for line in world.posted] == [None, "not_paid"]
    assert sentence(world.posted[1], RULES.programmes).endswith("追回556.52元：该月未缴费，或所缴保险费已退回。")


def test_a_take_back_shows_the_condition_that_fails() -> None:
    world = workshop(MARCH_1)
    world.employed("J1", P1, E1, MARCH_1)
    world.paid(P1, E1, "2018-03", MARCH_1)
    world.close(MARCH_1)
    world.parameter("social_insurance.statuses", "monitored")
    world.close(MARCH_2)

    assert "not_eligible_status=no@person.status=listed" in (world.posted[1].checklist or [])
    assert world.posted[1].reason == "not_eligible_status"


def test_a_step_that_did_not_come_out_even_says_that_it_was_rounded() -> None:
    found = explained(told(refunded()), RULES)

    assert found["is_rounded"]
    assert found["steps"][1] == "按75%补贴，应补556.52元（四舍五入到分）；为该人员第1个补贴月。"


def test_an_explanation_names_the_programmes_own_document_in_full() -> None:
    ratio, kinds, _ = explained(told(refunded()), RULES)["parameters"]

    assert ratio["document"] == "测试1号"
    assert kinds["document"] == "漳州市人力资源社会保障精准扶贫行动计划（2017—2020年）第11条"
    assert kinds["meaning"] == "可享受补贴的用人单位类型"


def test_an_explanation_says_what_became_of_the_line() -> None:
    became = explained(told(refunded()), RULES)["became"]

    assert [(row["on"], row["what"], row["ref"], row["amount"]) for row in became] == [
        ("2018-03-02", "payment", "T000000001", "556.52"),
        ("2018-03-02", "taken_back", "L000000002", "-556.52"),
    ]


def test_what_became_of_a_line_later_than_a_day_is_not_known_at_it() -> None:
    assert explained(told(refunded()), RULES, known_at=MARCH_1)["became"] == []


def test_an_explanation_says_that_a_line_is_in_a_payment_run_or_left_out_of_it() -> None:
    world = workshop(MARCH_1, pays=False)
    world.employed("J1", P1, E1, MARCH_1)
    world.paid(P1, E1, "2018-03", MARCH_1)
    world.close_until(date(2018, 3, 31))
    (proposed,) = explained(told(world), RULES)["became"]

    world.fact(NoticeObjected(notice_id="L000000001", date=date(2018, 4, 2)))
    world.close_until(date(2018, 4, 30))
    later = explained(told(world), RULES)["became"]

    assert (proposed["what"], proposed["amount"]) == ("in_run", "742.00")
    assert "held" in [row["what"] for row in later]


def test_an_explanation_says_that_the_line_had_waited_for_its_budget() -> None:
    world = workshop(MARCH_1)
    world.granted("social-insurance", 100)
    world.employed("J1", P1, E1, MARCH_1)
    world.paid(P1, E1, "2018-03", MARCH_1)
    world.close(MARCH_1)
    world.granted("social-insurance", 100_000, doc_no="测试2号")
    world.close(MARCH_2)

    assert explained(told(world), RULES)["became"][0]["what"] == "deferred"


@pytest.mark.usefixtures("english_")
def test_an_explanation_is_told_in_english() -> None:
    text = list(lines_of(explained(told(refunded()), RULES)))

    assert text[0] == (
        "On 2018-03-01, by 漳州市人力资源社会保障精准扶贫行动计划（2017—2020年）第11条, 556.52 yuan of "
        f"Social-insurance subsidy for 2018-03 was accrued for {E1} ({P1})."
    )
    assert "  At 75% that is 556.52 yuan; month 1 of the person's term. (rounded half up to the fen)" in text


def test_every_line_of_the_cases_that_gives_money_shows_figures_and_has_its_steps_in_english() -> None:
    bare, unread = set(), set()
    services = [each for each in find_services() if each.name in {"registry", "subsidy"}]  # who has lines posted
    for file in sorted(CASES.glob("*.yaml")):
        for case in read_cases(file):
            run = Run(case, Memory(services, KEYS))
            run.play()
            for line in run._events(LinePosted):
                if line.amount_fen > 0 and not line.parameters:
                    bare.add(line.claim.programme)
                unread |= {step for step in line.computation if english.step(step) == step}

    assert (bare, unread) == (set(), set())


def test_no_answer_names_a_person() -> None:
    world = refunded()

    assert not [text for line in world.posted for text in line.checklist or () if P1 in text]


class TestTheLedgerByClause:
    def test_gives_lines_payees_and_sums(self) -> None:
        world = two_employers()
        (row,) = reverse_index.by_clause(world.posted, RULES.programmes)

        assert (row["clause"][-4:], row["lines"], row["payees"], row["sum"]) == ("第11条", 2, 2, "1642.00")

    @pytest.mark.parametrize("wanted", ["第11条", "social-insurance"])
    def test_names_the_payees_of_a_clause_or_a_programme_the_largest_sum_first(self, wanted: str) -> None:
        rows = reverse_index.by_payee(two_employers().posted, wanted)

        assert [(row["payee"], row["sum"], row["lines"]) for row in rows] == [
            (E2, "900.00", ["L000000002"]),
            (E1, "742.00", ["L000000001"]),
        ]

    def test_does_not_take_another_clause_for_it(self) -> None:
        assert reverse_index.by_payee(two_employers().posted, "第1条") == []


class TestTwoClocks:
    def test_bound_the_period_and_the_day_of_posting(self) -> None:
        lines = two_employers().memory.states("line").values()

        assert len(reverse_index.posted(lines, Clocks())) == 2
        assert len(reverse_index.posted(lines, Clocks(known_at=MARCH_1))) == 1
        assert len(reverse_index.posted(lines, Clocks(as_of=date(2018, 2, 28)))) == 1

    def test_read_the_balances_of_another_time_from_the_journals(self) -> None:
        world = refunded()
        now, then = (balances_at(nodes(world), E1, Clocks(known_at=day)) for day in (None, MARCH_1))

        assert {name: f"{fen / 100:.2f}" for name, fen in now.items() if name in world.balances(E1)} == world.balances(
            E1
        )
        assert (then["payable"], then["paid"], now["receivable"]) == (55652, 0, 55652)

    def test_know_months_quarters_and_years(self) -> None:
        assert [first_day(period) for period in ("2018-05", "2018-Q2", "2018")] == [
            date(2018, 5, 1), date(2018, 4, 1), date(2018, 1, 1),
        ]  # fmt: skip

    def test_refuse_what_is_no_day(self) -> None:
        with pytest.raises(BangfuError, match=r"--as-of 2018-02-30: .* 2018-03-31"):
            clocks("2018-02-30", "")


def two_employers() -> World:
    world = workshop(MARCH_1)
    world.employed("J1", P1, E1, MARCH_1)
    world.employed("J2", P2, E2, date(2018, 2, 1))
    world.paid(P1, E1, "2018-03", MARCH_1)
    world.close(MARCH_1)
    world.fact(listed(P2))
    world.paid(P2, E2, "2018-02", MARCH_2, 90_000)
    world.close(MARCH_2)
    return world
