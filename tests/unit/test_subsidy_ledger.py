from datetime import date

import pytest
from pydantic import TypeAdapter

from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.domain.digest import ledger_digest
from services.subsidy.domain.ledger import Line
from services.subsidy.service import SERVICE
from services.subsidy.views import refusals, statement
from shared.events.finance import PaymentSettled
from shared.events.subsidy import LinePosted
from tests.unit.test_subsidy_world import E1, E2, P1, P2, P3, World, listed, workshop

MARCH_1, MARCH_15 = date(2018, 3, 1), date(2018, 3, 15)


def lived() -> World:
    """Return a world in which much has happened."""
    world = workshop(MARCH_1, people=(P1, P2))
    world.parameter("stable_post.ratio_sme_percent", 50)
    world.parameter("stable_post.worker_share_percent", 100)
    world.employed("J1", P1, E1, MARCH_1)
    world.employed("J2", P2, E2, MARCH_1)
    for person, uscc in ((P1, E1), (P2, E2)):
        world.paid(person, uscc, "2018-03", MARCH_15)
    world.close_until(date(2018, 4, 30))
    world.refunded(P2, E2, "2018-03", date(2018, 5, 1))
    world.headcount(E1, 2018, 3, 3, 10_000)
    return world


class TestPostingOrder:
    def test_is_that_of_the_facts_and_not_of_employers_people_or_partitions(self) -> None:
        world = workshop(MARCH_1, people=(P3, P1))
        for id_, person, uscc in (("J1", P1, E2), ("J2", P3, E1)):
            world.employed(id_, person, uscc, MARCH_1)
        world.paid(P1, E2, "2018-03", MARCH_15)
        world.paid(P3, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_1)

        assert [(line.line_no, line.claim.person_id) for line in world.posted] == [(1, P1), (2, P3)]

    def test_of_one_fact_is_by_programme_then_take_backs_then_period_payee_and_person(self) -> None:
        world = workshop(date(2019, 3, 1), people=(P3, P1))
        world.parameter("stable_employment.reward_fen", 100_000)
        for id_, person in (("J1", P1), ("J2", P3)):
            world.employed(id_, person, E1, MARCH_1)
            world.paid(person, E1, "2018-03", MARCH_15)
            world.paid(person, E1, "2018-04", MARCH_15)
        world.close_until(date(2019, 3, 1))
        posted = len(world.posted)
        world.parameter("social_insurance.ratio_percent", 50, date(2018, 4, 1))
        world.parameter("social_insurance.ratio_percent", 60, date(2018, 3, 1))
        world.close_until(date(2019, 3, 2))

        assert [(line.claim.period, line.claim.person_id, line.amount_fen < 0) for line in world.posted[posted:]] == [
            ("2018-04", P3, True), ("2018-04", P1, True), ("2018-03", P3, True), ("2018-03", P1, True),
        ]  # fmt: skip

    def test_puts_what_the_closing_of_the_day_makes_due_last(self) -> None:
        world = workshop(MARCH_1)
        world.parameter("stable_employment.reward_fen", 100_000)
        world.employed("J1", P1, E1, MARCH_1)
        world.close_until(date(2019, 2, 27))
        world.paid(P1, E1, "2019-02", date(2019, 2, 28))
        world.close_until(date(2019, 2, 28))

        assert [line[0] for line in world.lines] == ["social-insurance", "stable-employment"]

    def test_numbers_the_lines_without_gaps(self) -> None:
        world = lived()
        world.close_until(date(2018, 5, 31))

        assert [line.line_no for line in world.posted] == list(range(1, len(world.posted) + 1))
        assert world.posted[0].line_id == "L000000001"


class TestTakeBacks:
    def test_come_from_what_is_not_paid_yet_before_anything_is_owed(self) -> None:
        world = workshop(MARCH_1, pays=False)
        world.employed("J1", P1, E1, MARCH_1)
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_1)
        world.fact(PaymentSettled(instruction_id="L000000001", date=date(2018, 3, 2), amount_fen=50_000))
        world.refunded(P1, E1, "2018-03", MARCH_15)
        world.close_until(date(2018, 3, 2))

        assert world.balances(E1) == {
            "paid": "500.00", "payable": "0.00", "provisional": "0.00", "receivable": "500.00"
        }  # fmt: skip

    def test_are_not_set_off_against_the_unpaid_money_of_another_claim(self) -> None:
        world = workshop(MARCH_1, people=(P1, P2))
        for id_, person in (("J1", P1), ("J2", P2)):
            world.employed(id_, person, E1, MARCH_1)
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_15)
        world.paid(P2, E1, "2018-03", date(2018, 3, 16))
        world.refunded(P1, E1, "2018-03", date(2018, 3, 16))
        world.close_until(date(2018, 3, 16))

        assert world.balances(E1)["receivable"] == "742.00"
        assert world.balances(E1)["paid"] == "1484.00"


class TestPayments:
    def paid_line(self, *amounts: int, instruction: str = "L000000001") -> World:
        world = workshop(MARCH_1, pays=False)
        world.employed("J1", P1, E1, MARCH_1)
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_1)
        for amount in amounts:
            world.fact(PaymentSettled(instruction_id=instruction, date=MARCH_15, amount_fen=amount))
        return world

    @pytest.mark.parametrize(
        ("amounts", "paid"),
        [
            ((74_200,), "742.00"),
            ((74_200, 74_200), "742.00"),
            ((80_000,), "742.00"),
            ((200, 300), "5.00"),
            ((0,), "0.00"),
        ],
    )
    def test_are_booked_up_to_what_is_open(self, amounts: tuple[int, ...], paid: str) -> None:
        assert self.paid_line(*amounts).balances(E1)["paid"] == paid

    def test_of_an_unknown_instruction_move_nothing(self) -> None:
        assert self.paid_line(100, instruction="L000000009").balances(E1)["paid"] == "0.00"


class TestDigest:
    def test_is_the_same_for_the_same_lines_in_any_order(self) -> None:
        lines = list(lived().memory.states("line").values())

        assert ledger_digest(lines) == ledger_digest(reversed(lines))
        assert ledger_digest(lines) == ledger_digest(lived().memory.states("line").values())

    def test_is_another_when_a_fen_is(self) -> None:
        lines = list(lived().memory.states("line").values())
        posted = lines[0].posted
        assert isinstance(posted, LinePosted)
        changed = Line(posted.model_copy(update={"amount_fen": posted.amount_fen + 1}))

        assert ledger_digest([changed, *lines[1:]]) != ledger_digest(lines)


class TestViews:
    def test_a_statement_says_what_was_posted_by_which_clause_and_the_sum(self) -> None:
        world = workshop(MARCH_1)
        world.employed("J1", P1, E1, MARCH_1)
        world.paid(P1, E1, "2018-03", MARCH_15)
        world.close_until(MARCH_1)

        said = statement(world.posted, shipped_rulebook().programmes)

        assert said["sum"] == "742.00"
        assert said["lines"][0]["sentence"] == "2018-03-01记社会保险补贴2018-03，应补742.00元。"
        assert said["lines"][0]["clause"].endswith("第11条")

    def test_refusals_say_why_and_which_figure_is_missing(self) -> None:
        world = workshop(MARCH_1)
        world.parameter("social_insurance.ratio_percent", None)
        world.employed("J1", P1, E1, MARCH_1)
        world.paid(P1, E1, "2018-03", MARCH_15)
        standing = world.memory.states("person")[P1].standing

        (row,) = refusals({P1: standing}, shipped_rulebook().programmes)

        assert row["reason"] == "parameter_unset"
        assert row["sentence"] == "社会保险补贴2018-03：所需标准尚无文件规定（social_insurance.ratio_percent）。"


def test_every_state_survives_being_stored() -> None:
    world = lived()
    world.fact(listed(P1, "exited", date(2019, 1, 1), born_on=date(1970, 1, 1), sex="male"))
    seen = set()
    for aggregate in SERVICE.aggregates:
        for state in world.memory.states(aggregate.kind).values():
            adapter = TypeAdapter(aggregate.state)
            assert adapter.validate_json(adapter.dump_json(state)) == state
            seen.add(aggregate.kind)

    assert seen >= {"person", "employer", "employer_month", "parameters", "claim", "ledger", "line", "account"}


def test_no_kind_of_aggregate_is_kept_by_two_subscriptions() -> None:
    kinds = [aggregate.kind for subscription in SERVICE.subscriptions for aggregate in subscription.aggregates]

    assert len(kinds) == len(set(kinds))
