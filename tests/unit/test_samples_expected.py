"""What is expected of the sample county is worked out from its facts by rules of its own."""

from datetime import date

import pytest

from samples.expected import gather, held_fen, social_insurance, stable_employment
from samples.facts import AGENCY, Fact

day = date.fromisoformat
BASE_2800, BASE_3000, BASE_3500 = (50_400, 22_400, 1_400), (54_000, 24_000, 1_500), (63_000, 28_000, 1_750)


def premium(kind: str, at: str, period: str, fen: tuple[int, int, int], uscc: str = "E1") -> Fact:
    data = {"uscc": uscc, "id_number": "P1", "period": period}
    amounts = dict(zip(("pension_fen", "medical_fen", "unemployment_fen"), fen, strict=True))
    return Fact(day(at), AGENCY, f"premium.{kind}", data | amounts)


def people_and_work(status: str, *jobs: dict[str, str]) -> list[Fact]:
    at = day("2018-01-02")
    entry = {"id_number": "P1", "status": status, "status_from": "2016-01-01"}
    facts = [Fact(at, "office", "roster.entry", entry)]
    workshop = {"kind": "workshop", "insured_county": "350628"}
    facts += [Fact(at, "centre", "employer.registered", {"uscc": uscc} | workshop) for uscc in ("E1", "E2")]
    return facts + [Fact(at, "hr", "employment.confirmed", {"id_number": "P1", **job}) for job in jobs]


def test_a_correction_replaces_what_was_paid_before_it() -> None:
    facts = [
        premium("paid", "2018-05-15", "2018-05", BASE_3500),
        premium("corrected", "2018-07-05", "2018-05", BASE_2800),
    ]

    assert held_fen(facts) == 74_200


def test_a_refund_takes_the_month_back() -> None:
    facts = [
        premium("paid", "2018-06-10", "2018-06", BASE_2800),
        premium("refunded", "2018-07-20", "2018-06", BASE_2800),
    ]

    assert held_fen(facts) == 0


def two_employers_in_may() -> list[Fact]:
    left = {"employment_id": "J1", "uscc": "E1", "starts_on": "2018-05-01", "last_day": "2018-05-10"}
    started = {"employment_id": "J2", "uscc": "E2", "starts_on": "2018-05-14"}
    return [
        *people_and_work("listed", left, started),
        premium("paid", "2018-05-08", "2018-05", BASE_2800),
        premium("paid", "2018-05-25", "2018-05", BASE_3000, "E2"),
    ]


def test_the_employer_that_paid_first_holds_a_month_of_two() -> None:
    result = social_insurance(gather(two_employers_in_may()))

    assert (result["net_fen"], result["person_months_claimed_twice"]) == (74_200, 1)


def test_when_the_first_employers_premium_is_given_back_the_second_holds_the_month() -> None:
    refund = premium("refunded", "2018-07-02", "2018-05", BASE_2800)

    assert social_insurance(gather([*two_employers_in_may(), refund]))["net_fen"] == 79_500


def test_nobody_who_has_left_poverty_earns_the_employer_a_month() -> None:
    job = {"employment_id": "J1", "uscc": "E1", "starts_on": "2018-05-01"}
    facts = [*people_and_work("exited", job), premium("paid", "2018-05-08", "2018-05", BASE_2800)]

    assert social_insurance(gather(facts))["net_fen"] == 0


@pytest.mark.parametrize(("last_day", "rewards"), [("2019-02-27", 0), ("2019-02-28", 1)])
def test_the_reward_needs_the_last_day_of_the_twelfth_month(last_day: str, rewards: int) -> None:
    job = {"employment_id": "J1", "uscc": "E1", "starts_on": "2018-03-01", "last_day": last_day}

    assert stable_employment(gather(people_and_work("listed", job)))["rewards"] == rewards


def test_a_renewed_contract_counts_on_and_a_gap_starts_anew() -> None:
    first = {"employment_id": "J1", "uscc": "E1", "starts_on": "2018-03-01", "last_day": "2018-08-31"}
    renewed = {"employment_id": "J2", "uscc": "E1", "starts_on": "2018-09-01"}
    after_a_gap = renewed | {"starts_on": "2018-09-02"}

    assert stable_employment(gather(people_and_work("listed", first, renewed)))["rewards"] == 1
    assert stable_employment(gather(people_and_work("listed", first, after_a_gap)))["rewards"] == 0
