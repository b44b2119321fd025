"""What goes wrong in the sample on purpose: five facts to refuse and two that come twice.

A sixth fault needs no extra fact: the first premium of the employer that is registered too late has to wait.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from samples.employers import LATE_EMPLOYER, LATE_REGISTERED_ON, Employer
from samples.facts import Fact, of_kind
from samples.places import COUNTY_SLUGS, YUNXIAO

DUPLICATED_KINDS = ("employment.confirmed", "premium.paid")


@dataclass(frozen=True)
class Fault:
    """A fact that is not accepted at once.

    Attributes:
        fact: What is sent.
        reason: The code with which it is refused; for a parked one the sample's own word for what is missing.
        outcome: `rejected` for good, or `parked` until what it waits for arrives.
        path: Where in the event the fault lies.
    """

    fact: Fact
    reason: str
    outcome: str
    path: str


def refused(facts: list[Fact]) -> list[Fault]:
    """Return the facts that must be refused, each made from a good one of the sample."""
    entry, hired = of_kind(facts, "roster.entry")[0], of_kind(facts, "employment.confirmed")[3]
    employer, paid = of_kind(facts, "employer.registered")[0], of_kind(facts, "premium.paid")[5]
    weather = Fact(
        date(2018, 4, 16), f"{COUNTY_SLUGS[YUNXIAO]}-job-centre", "weather.observed", {"county": YUNXIAO, "rain_mm": 12}
    )
    impossible = {"employment_id": "J9001", "starts_on": "2018-02-30"}
    return [
        Fault(
            _changed(entry, date(2018, 2, 5), id_number=_with_wrong_check(entry.data["id_number"])),
            "bad_check_digit",
            "rejected",
            "data.id_number",
        ),
        Fault(
            replace(_changed(hired, date(2018, 3, 12), **impossible), subject="J9001"),
            "bad_date",
            "rejected",
            "data.starts_on",
        ),
        Fault(weather, "unknown_type", "rejected", "type"),
        Fault(
            replace(_changed(employer, date(2018, 5, 21), uscc={"$gt": ""}), subject=None),
            "operator_in_key",
            "rejected",
            "data.uscc",
        ),
        Fault(
            _changed(paid, date(2018, 6, 19), period="2018-06", paid_on="2018-06-19", pension_fen=-50_400),
            "out_of_range",
            "rejected",
            "data.pension_fen",
        ),
    ]


def parked(facts: list[Fact], employers: list[Employer]) -> list[Fault]:
    """Return what waits for the late employer's registration."""
    late = employers[LATE_EMPLOYER].uscc
    return [
        Fault(fact, "unknown_employer", "parked", "data.uscc")
        for fact in of_kind(facts, "premium.paid")
        if fact.data["uscc"] == late and fact.at < LATE_REGISTERED_ON
    ]


def _changed(fact: Fact, at: date, **fields: Any) -> Fact:
    return replace(fact, at=at, data={**fact.data, **fields})


def _with_wrong_check(id_number: str) -> str:
    return id_number[:-1] + ("1" if id_number[-1] != "1" else "2")
