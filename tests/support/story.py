"""A day in a county as facts: in order, out of order, twice, wrong and contradictory."""

from datetime import date
from typing import Any

from tests.support.facts import FIRST_CLOSED, OTHER_USCC, PHONE, RECORDED_AT, Offer, closing, id_number, offer


def story(people: int = 14) -> list[Offer]:
    """Return the facts of a county with that many people; some come early, twice, broken or with another content."""
    facts = [
        offer("roster.entry", "early-1", id_number=id_number(900)),
        offer("premium.paid", "early 2 *", id_number=id_number(1)),
        closing(FIRST_CLOSED),
        offer("coordinator.registered", "o-1", coordinator_id="C1"),
    ]
    for number in range(1, people + 1):
        facts += _person(number)
    facts += [
        offer("coordinator.registered", "o-2", coordinator_id="C2", villages=["350622101200"], phone="13912345679"),
        offer("employer.registered", "e-1"),
        offer("employer.registered", "e-1"),
        offer("employer.registered", "e-1", size="large"),
        offer("employer.registered", "e-2", uscc=OTHER_USCC),
        closing(date(2018, 3, 4)),
        closing(date(2018, 3, 2)),
        *(offer("premium.paid", f"m-{n}", id_number=id_number(n)) for n in range(1, people + 1)),
        offer("sms.replied", "sms-1", {"from": PHONE, "text": "好", "received_at": RECORDED_AT}),
    ]
    return facts


def _person(number: int) -> list[Offer]:
    job: dict[str, Any] = {"employment_id": f"J{number}"}
    entry = offer("roster.entry", f"r-{number}", id_number=id_number(number))
    elsewhere = offer("roster.entry", f"r-{number}", id_number=id_number(number), village="350622101200")
    return [
        offer("employment.ended", f"x-{number}", **job),
        offer("employment.confirmed", f"c-{number}", **job, id_number=id_number(number)),
        elsewhere if number % 2 == 0 else entry,
        offer("exit.confirmed", f"bad-{number}", id_number=f"{number:018d}"),
    ]
