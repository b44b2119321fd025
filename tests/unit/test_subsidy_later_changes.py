"""What an employer that is registered anew and a person who moves change, and from which day on.

An employer's registration has no first day of its own, so it cannot say since when it was another one. An employment
keeps the kind, size and insured county that were known when it was confirmed; who means another one corrects it. What
an employer gets for itself goes by the registration known on the day that counts. A roster entry has its first day.
"""

from datetime import date

import pytest

from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, GraduationRecorded, GrantClaimed
from shared.events.premiums import PensionContributed
from tests.support.facts import USCC, closing, offer
from tests.support.world import Registry
from tests.unit.test_subsidy_stable_post import firm
from tests.unit.test_subsidy_world import E1, P1, PINGHE, YUNXIAO, World, listed, workshop

SI = "social-insurance"
MARCH_1, APRIL_1 = date(2018, 3, 1), date(2018, 4, 1)


def at_work() -> World:
    """Return a world with an employment at a workshop, which is then registered as a sole trader of Pinghe."""
    world = workshop(MARCH_1)
    world.parameter("social_insurance.ratio_percent", 50, county=PINGHE)
    world.employed("J1", P1, E1, MARCH_1)
    world.paid(P1, E1, "2018-03", MARCH_1)
    world.registered(E1, "sole_trader", county=PINGHE)
    return world


class TestAnEmployerThatIsRegisteredAnew:
    def test_leaves_an_employment_what_it_was_when_it_was_confirmed(self) -> None:
        world = at_work()
        world.paid(P1, E1, "2018-04", APRIL_1)
        world.close_until(APRIL_1)

        assert [(line.claim.period, line.county, line.amount_fen) for line in world.posted] == [
            ("2018-03", YUNXIAO, 74_200),
            ("2018-04", YUNXIAO, 74_200),
        ]

    def test_counts_for_an_employment_that_is_confirmed_later(self) -> None:
        world = at_work()
        world.ended("J1", P1, date(2018, 3, 31))
        world.employed("J2", P1, E1, APRIL_1)
        world.paid(P1, E1, "2018-04", APRIL_1)
        world.close_until(APRIL_1)

        assert world.sums() == {(SI, E1, "2018-03"): 74_200}
        assert world.refused[SI, E1, "2018-04"] == "not_eligible_employer"

    def test_counts_for_the_whole_of_an_employment_that_is_corrected_to_it(self) -> None:
        world = at_work()
        world.fact(EmploymentCorrected(
            employment_id="J1", reason="变更", uscc=E1, person_id=P1, employer_kind="enterprise", employer_size="sme",
            insured_county=PINGHE,
        ))  # fmt: skip
        world.close_until(MARCH_1)

        assert world.sums() == {(SI, E1, "2018-03"): 37_100}

    @pytest.mark.parametrize(("known_on", "fen"), [(date(2019, 3, 11), 20_160), (date(2019, 3, 12), 33_600)])
    def test_counts_for_its_own_year_if_it_is_known_on_the_day_of_the_headcount(self, known_on: date, fen: int) -> None:
        world = firm("sme")
        world.close_until(date(2019, 3, 10))
        world.headcount(E1, 2018, 3, 3, 67_200)
        world.open_day = known_on
        world.registered(E1, "enterprise", "large")
        world.close_until(date(2019, 3, 20))

        assert world.sums() == {("stable-post", E1, "2018"): fen}


class TestAPersonWhoMoves:
    @pytest.mark.parametrize(("moves_on", "county"), [(date(2018, 5, 1), PINGHE), (date(2018, 5, 2), YUNXIAO)])
    def test_claims_of_the_county_of_the_day_that_counts(self, moves_on: date, county: str) -> None:
        world = World(date(2018, 6, 1))
        world.parameter("resident_pension.lowest_tier_fen", 10_000)
        world.fact(listed(P1))
        world.fact(listed(P1, status_from=moves_on).model_copy(update={"county": PINGHE}))
        world.fact(GraduationRecorded(person_id=P1, school_kind="college", graduated_on=date(2018, 6, 30)))
        world.fact(GrantClaimed(programme="graduate-grant", person_id=P1, claimed_on=date(2018, 5, 1)))
        world.fact(PensionContributed(person_id=P1, year=2018, paid_on=date(2018, 5, 1), own_fen=10_000))
        world.close_until(date(2018, 6, 1))

        assert {line.claim.programme: line.county for line in world.posted} == {
            "graduate-grant": county,
            "resident-pension": county,
        }

    def test_leaves_what_an_employer_gets_where_the_employer_is_insured(self) -> None:
        world = workshop(MARCH_1)
        world.employed("J1", P1, E1, MARCH_1)
        world.fact(listed(P1, status_from=MARCH_1).model_copy(update={"county": PINGHE}))
        world.paid(P1, E1, "2018-03", MARCH_1)
        world.close_until(MARCH_1)

        assert [line.county for line in world.posted] == [YUNXIAO]


def test_registry_tells_of_an_employment_what_the_employer_was_when_it_was_confirmed_or_corrected() -> None:
    registry = Registry()
    registry.tell(offer("employer.registered", "e-1"), offer("roster.entry", "r-1"))
    registry.tell(offer("employment.confirmed", "c-1"), closing(date(2018, 3, 2)))
    registry.tell(offer("employer.registered", "e-2", kind="cooperative", insured_county="350628"))
    registry.tell(offer("employment.corrected", "k-1", uscc=USCC))

    (confirmed,), (corrected,) = registry.events(EmploymentConfirmed), registry.events(EmploymentCorrected)
    assert (confirmed.employer_kind, confirmed.insured_county) == ("workshop", YUNXIAO)
    assert (corrected.employer_kind, corrected.insured_county) == ("cooperative", PINGHE)
