"""Missing money: who should have got something and did not, what is wanting, and when somebody is told."""

from datetime import date

from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.domain.parameters import Parameters, Values
from services.subsidy.domain.person import PERSON
from services.subsidy.subscribers import SETTLING
from services.subsidy.takeup import matrix, summed
from shared.events.clock import DayClosed
from shared.events.employment import AssessmentRecorded, AttendanceRecorded, GraduationRecorded, GrantClaimed
from shared.events.premiums import PensionContributed
from shared.events.takeup import EmployerUnclaimed, EntitlementUnclaimed
from shared.runner.core import Message
from tests.unit.test_subsidy_stable_post import firm
from tests.unit.test_subsidy_world import E1, P1, World, listed, workshop

MARCH_1 = date(2018, 3, 1)
FEBRUARY_10 = date(2021, 2, 10)
Entry = tuple[str, str, str, str, int]


def unpaid(until: date) -> World:
    """A listed person works at a workshop that pays no premiums."""
    world = workshop(MARCH_1)
    world.employed("J1", P1, E1, MARCH_1)
    months(world, until)
    return world


def months(world: World, until: date) -> None:
    """Close every month's last day, as a clock does that skips no day, up to a day."""
    while world.open_day <= until:
        world.close(world.open_day)


def said(world: World) -> list[tuple[date, list[Entry]]]:
    return [
        (event.as_of, [(m.programme, m.reason, m.since, m.until, m.periods) for m in event.missing])
        for event in world.events(EntitlementUnclaimed)
    ]


def test_a_month_without_a_premium_is_missed_once_the_month_after_it_is_over_too() -> None:
    world = unpaid(date(2018, 4, 29))
    assert said(world) == []

    months(world, date(2018, 4, 30))

    assert said(world) == [(date(2018, 4, 30), [("social-insurance", "not_paid", "2018-03", "2018-03", 1)])]
    assert [m.awaits for event in world.events(EntitlementUnclaimed) for m in event.missing] == ["premium.paid"]


def test_the_months_of_one_reason_are_one_entry() -> None:
    assert said(unpaid(date(2018, 5, 31)))[-1] == (
        date(2018, 5, 31),
        [("social-insurance", "not_paid", "2018-03", "2018-04", 2)],
    )


def test_nothing_is_said_again_that_stands_as_it_was_told() -> None:
    world = unpaid(date(2018, 4, 30))
    world.paid(P1, E1, "2018-04", date(2018, 5, 2))
    months(world, date(2018, 5, 31))

    assert len(said(world)) == 1


def test_what_is_brought_is_taken_off_at_once() -> None:
    world = unpaid(date(2018, 4, 30))
    world.paid(P1, E1, "2018-03", date(2018, 5, 2))

    assert said(world)[-1] == (date(2018, 4, 30), [])


def test_a_graduate_who_can_claim_and_does_not_is_told_of_until_the_year_is_over() -> None:
    world = World(date(2018, 5, 1))
    world.fact(listed(P1))
    world.fact(GraduationRecorded(person_id=P1, school_kind="college", graduated_on=date(2018, 6, 30)))
    months(world, date(2018, 6, 30))
    told = said(world)
    world.fact(GrantClaimed(programme="graduate-grant", person_id=P1, claimed_on=date(2018, 7, 1)))

    assert told == [(date(2018, 6, 30), [("graduate-grant", "not_claimed", "2018", "2018", 1)])]
    assert said(world)[1:] == [(date(2018, 6, 30), [])]


def test_who_contributed_once_and_not_again_is_told_of_when_the_year_is_over() -> None:
    world = World(date(2018, 11, 1))
    world.fact(listed(P1))
    world.parameter("resident_pension.lowest_tier_fen", 10_000)
    world.fact(PensionContributed(person_id=P1, year=2017, paid_on=date(2017, 6, 1), own_fen=10_000))
    months(world, date(2018, 12, 31))

    assert said(world) == [(date(2018, 12, 31), [("resident-pension", "not_contributed", "2018", "2018", 1)])]


class TestADaysSweep:
    """Looks at whom the day's facts were about, and at who is due; the calendar alone makes late at a month's end."""

    def test_tells_at_the_close_of_the_day_on_which_a_gap_arises(self) -> None:
        world = served()
        attended(world)
        assert said(world) == []

        world.close(world.open_day)

        assert said(world) == [(FEBRUARY_10, [("dispatch-grant", "assessment_missing", "2020-Q4", "2020-Q4", 1)])]

    def test_tells_nothing_of_what_is_brought_before_the_day_is_over(self) -> None:
        world = served()
        attended(world)
        world.fact(AssessmentRecorded(employment_id="J1", period="2020-Q4", grade="qualified", person_id=P1))
        world.close(world.open_day)

        assert said(world) == []

    def test_tells_it_once_and_not_each_night(self) -> None:
        world = served()
        attended(world)
        months(world, date(2021, 3, 10))

        assert len(said(world)) == 1

    def test_looks_only_at_whom_the_day_was_about(self) -> None:
        world = served()
        attended(world)
        world.close(FEBRUARY_10)

        assert [walk.tag for walk in SETTLING.walks(closing(world)) if walk.tag] == ["touched:2021-02-11"] * 2
        assert "touched:2021-02-11" not in PERSON.tags(world.memory.states("person")[P1])

    def test_tells_of_a_premium_whose_employment_is_unknown_on_the_day_it_is_paid_late(self) -> None:
        world = workshop(date(2018, 6, 5))
        world.paid(P1, E1, "2018-03", date(2018, 6, 5))
        world.close(world.open_day)

        assert said(world) == [
            (date(2018, 6, 5), [("social-insurance", "not_employed", "2018-03", "2018-03", 1)]),
        ]


class TestAnEmployer:
    def test_that_reports_no_headcount_is_told_of_when_the_month_after_the_year_is_over(self) -> None:
        world = unreported(date(2019, 1, 30))
        assert of_employers(world) == []

        months(world, date(2019, 3, 31))

        assert of_employers(world) == [
            (E1, date(2019, 1, 31), [("stable-post", "not_reported", "2018", "2018", 1)]),
        ]

    def test_that_reports_in_time_is_not_told_of(self) -> None:
        world = unreported(date(2019, 1, 30))
        world.headcount(E1, 2018, 3, 3, 11_200)
        months(world, date(2019, 3, 31))

        assert of_employers(world) == []

    def test_that_reports_late_is_taken_off_at_once(self) -> None:
        world = unreported(date(2019, 2, 10))
        world.headcount(E1, 2018, 3, 3, 11_200)

        assert [missing for _, _, missing in of_employers(world)][1:] == [[]]

    def test_that_is_paid_nothing_whatever_it_reports_is_not_told_of(self) -> None:
        world = unreported(date(2019, 2, 10), ratio=None)

        assert of_employers(world) == []

    def test_whose_premium_of_last_year_comes_late_is_told_of_on_that_day(self) -> None:
        world = firm()
        world.open_day = date(2019, 5, 6)
        world.paid(P1, E1, "2018-03", date(2019, 5, 6))
        world.close(world.open_day)

        assert [(uscc, day) for uscc, day, _ in of_employers(world)] == [(E1, date(2019, 5, 6))]

    def test_that_paid_no_unemployment_premium_is_not_told_of(self) -> None:
        world = firm()
        world.paid(P1, E1, "2018-03", date(2018, 3, 15), 0)
        months(world, date(2019, 2, 10))

        assert of_employers(world) == []


def served() -> World:
    """Return a world in which a person serves where a quarter is paid by its grade."""
    world = World(FEBRUARY_10)
    world.parameter("dispatch_grant.quarter_fen", 500_000)
    world.parameter("dispatch_grant.factor_qualified_percent", 100)
    world.registered(E1, "public_body")
    world.fact(listed(P1, "none"))
    world.employed("J1", P1, E1, date(2020, 11, 1), "dispatch")
    return world


def attended(world: World) -> None:
    world.fact(AttendanceRecorded(
        employment_id="J1", period="2020-Q4", working_days=62, attended_days=62, person_id=P1
    ))  # fmt: skip


def closing(world: World) -> Message:
    return Message("", "", DayClosed(date=world.open_day), 1, world.open_day, "")


def unreported(until: date, ratio: int | None = 50) -> World:
    """Return a firm with an unemployment premium of November 2018, at work until a day."""
    world = firm() if ratio else World(date(2018, 11, 1))
    if not ratio:
        world.registered(E1, "enterprise")
    world.open_day = date(2018, 11, 1)
    world.paid(P1, E1, "2018-11", date(2018, 11, 15))
    months(world, until)
    return world


def of_employers(world: World) -> list[tuple[str, date, list[Entry]]]:
    return [
        (event.uscc, event.as_of, [(m.programme, m.reason, m.since, m.until, m.periods) for m in event.missing])
        for event in world.events(EmployerUnclaimed)
    ]


def test_a_figure_that_no_document_sets_is_not_laid_at_the_coordinators_door() -> None:
    world = World(date(2018, 5, 1))
    world.fact(listed(P1))
    world.fact(PensionContributed(person_id=P1, year=2018, paid_on=date(2018, 5, 1), own_fen=10_000))
    months(world, date(2018, 6, 30))

    assert said(world) == []
    assert [(row["outcome"], row["awaits"]) for row in rows(world)] == [("unset", "resident_pension.lowest_tier_fen")]


def test_the_matrix_shows_what_accrued_and_what_is_missing_and_what_it_takes() -> None:
    world = unpaid(date(2018, 4, 30))
    world.paid(P1, E1, "2018-04", date(2018, 5, 1))

    assert [(r["programme"], r["outcome"], r["since"], r["due"], r["awaits"]) for r in rows(world)] == [
        ("social-insurance", "accrued", "2018-04", "742.00", None),
        ("social-insurance", "missing", "2018-03", "0.00", "premium.paid"),
    ]


def test_the_matrix_adds_up_by_clause() -> None:
    (row,) = summed(rows(unpaid(date(2018, 4, 30))))

    assert (row["clause"][-4:], row["missing"], row["accrued"], row["sum"]) == ("第11条", 1, 0, "0.00")


def rows(world: World) -> list[dict[str, object]]:
    people = world.memory.states("person")
    parameters = next(iter(world.memory.states("parameters").values()), Parameters())
    values = Values(shipped_rulebook(), parameters)
    return matrix(people, dict.fromkeys(people, values), world.open_day)
