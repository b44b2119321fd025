"""What the consumers behind the door hear of the lab's county: rosters in parts, an officer who goes, placements."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.simulation.concerns import content_hash
from tests.support.facts import EXAMPLES, Offer, id_number, offer

_Dated = tuple[date, Offer]
_ROW = EXAMPLES["roster.entry"]
_MISSING, _NEWCOMER = 7, 60
_SENT = (2, 9, 13)


def village(people: int, uscc: str) -> Iterator[_Dated]:
    """Yield, with the day on which it is told, what happens to people of a county besides their work."""
    yield from _officers()
    yield from _rosters(people)
    for number in _SENT:
        yield from _dispatched(number, uscc)
    yield from _cases()
    yield date(2018, 3, 20), offer("exit.confirmed", "exit", id_number=id_number(_MISSING), date="2018-03-20")
    yield date(2018, 3, 20), offer("exit.refused", "stays", id_number=id_number(1), date="2018-03-20")


def _officers() -> Iterator[_Dated]:
    """Yield a second officer, and the end of the first one, whose people are handed over."""
    second: dict[str, Any] = {"coordinator_id": "C2", "phone": "13912345679"}
    yield date(2018, 2, 1), offer("coordinator.registered", "officer-2", **second)
    yield date(2018, 2, 20), offer("coordinator.relieved", "relieved", coordinator_id="C1")


def _rosters(people: int) -> Iterator[_Dated]:
    """Yield a roster that lacks one person and knows a new one, in two parts, and one of which only a part comes."""
    listed = [*(number for number in range(1, people + 1) if number != _MISSING), _NEWCOMER]
    half = len(listed) // 2
    day = date(2018, 2, 10)
    yield day, _part("S1", 1, day, listed[:half])
    yield day, _part("S1", 2, day, listed[half:])
    half_of_it = _part("S2", 1, date(2018, 3, 10), listed[:half])
    yield date(2018, 3, 10), half_of_it
    shown = {"subject_id": "S2", "content_hash": content_hash([half_of_it])}
    yield date(2018, 3, 22), offer("approval.given", "word", date="2018-03-22", **shown)


def _part(name: str, part: int, as_of: date, numbers: list[int]) -> Offer:
    entries = [_ROW | {"id_number": id_number(number), "household_id": f"H-{number}"} for number in numbers]
    told: dict[str, Any] = {"part": part, "parts": 2, "as_of": str(as_of), "entries": entries}
    return offer("roster.snapshot", f"{name}-{part}", snapshot_id=name, **told)


def _dispatched(number: int, uscc: str) -> Iterator[_Dated]:
    """Yield somebody who is sent to a village: attended for in one month of three, then away for a while."""
    job: dict[str, Any] = {"employment_id": f"D{number}"}
    begins: dict[str, Any] = {"starts_on": "2018-01-08", "contract_until": "2018-12-31"}
    person = {"id_number": id_number(number), "uscc": uscc}
    sent = offer("employment.confirmed", f"sent-{number}", post_kind="dispatch", **begins, **person, **job)
    yield date(2018, 1, 8), sent
    yield date(2018, 1, 9), offer("agreement.signed", f"signed-{number}", date="2018-01-08", **job)
    yield date(2018, 1, 9), offer("arrival.recorded", f"arrived-{number}", date="2018-01-08", **job)
    days: dict[str, Any] = {"period": "2018-01", "working_days": 18, "attended_days": 17}
    yield date(2018, 2, 5), offer("attendance.recorded", f"attended-{number}", **days, **job)
    away: dict[str, Any] = {"date": "2018-03-01", "until": "2018-03-09"}
    yield date(2018, 3, 1), offer("placement.suspended", f"rests-{number}", **away, **job)
    yield date(2018, 3, 10), offer("placement.resumed", f"returns-{number}", date="2018-03-10", **job)


def _cases() -> Iterator[_Dated]:
    """Yield visits, plans, a certificate and a household at risk."""
    for number in (3, 4, 5):
        who = {"id_number": id_number(number)}
        yield date(2018, 1, 20), offer("visit.recorded", f"visit-{number}", date="2018-01-20", **who)
        yield date(2018, 1, 25), offer("plan.agreed", f"plan-{number}", date="2018-01-25", **who)
        yield date(2018, 2, 2), offer("certificate.requested", f"asked-{number}", date="2018-02-02", **who)
    household: dict[str, Any] = {"household_id": "H-3"}
    yield date(2018, 2, 3), offer("household.risk_raised", "risk", date="2018-02-03", **household)
    yield date(2018, 3, 3), offer("household.released", "released", date="2018-03-03", **household)
