"""`python -m bench.whatif --facts N`: history replayed under one changed programme file, facts a second and memory.

The facts are a year of a prefecture, the same for the same number: half of the people work in workshops that pay their
premiums month by month, half in posts with an attendance sheet each month; every day of the year is closed. Counted are
facts as they enter, once each; what registry adds (an employer's copy of a premium, a closed day's copy for every
partition) is read too. The recorded events are written to a file first, which is not measured.
"""

import argparse
import os
import resource
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from services.subsidy.adapters.programme_files import shipped_texts
from services.subsidy.supposing import Recorded
from services.subsidy.whatif import Question, answered
from shared.catalog import partitions_of
from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employers import EmployerRegistered
from shared.events.employment import AttendanceRecorded, EmploymentConfirmed
from shared.events.finance import BudgetGranted, ParameterPublished
from shared.events.people import RosterEntry
from shared.events.premiums import EmployerPremiumRecorded, PremiumPaid
from shared.identity import make_uscc
from shared.runner.core import Message
from shared.runner.wire import encode

COUNTIES = ("350622", "350623", "350624", "350628")
CHANGES = {
    "social-insurance": ("value: 100,", "value: 80,"),
    "village-post": ("value: null,", "value: 60000,"),
    "work-relief": ("value: null,", "value: 12000,"),
}
_A_PERSON = 14  # facts of a person in a year: roster, employment, twelve months
_STAFF = 20  # people an employer has
_SINCE = date(2018, 7, 1)
_FIRST, _LAST = date(2018, 1, 1), date(2018, 12, 31)
_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.whatif", description=__doc__)
    parser.add_argument("--facts", type=int, nargs="+", default=[10_000], help="sizes (%(default)s)")
    parser.add_argument("--change", choices=sorted(CHANGES), nargs="+", default=["village-post", "social-insurance"])
    parser.add_argument("--budgets", action="store_true", help="a budget is granted that does not last")
    chosen = parser.parse_args()
    for size in chosen.facts:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "events.jsonl"
            facts, events = written(file, size, budgets=chosen.budgets)
            for change in chosen.change:
                print(measured(file, change, facts, events), flush=True)


def measured(file: Path, change: str, facts: int, events: int) -> str:
    """Return what it took to answer for one changed file."""
    old, new = CHANGES[change]
    text = shipped_texts()[f"{change}.yaml"]
    assert old in text
    load, began, busy = os.getloadavg()[0], time.perf_counter(), _processor_s()
    found = answered(Question({f"{change}.yaml": text.replace(old, new)}, _SINCE), lambda: _read(file))
    took, used = time.perf_counter() - began, _processor_s() - busy
    return (
        f"{change}: {facts} facts ({events} recorded events) in {took:.1f} s, {facts / took:,.0f} facts a second; "
        f"processor time {used:.1f} s, {1e6 * used / facts:,.0f} us a fact; "
        f"amounts {found['amounts']['before']} and {found['amounts']['after']}, "
        f"difference {found['sum']['difference_fen']} fen; resident {_resident_mb()} MB; load {load:.1f}; "
        f"content hash {found['content_hash'][:12]}"
    )


def _read(file: Path) -> Iterator[Recorded]:
    with file.open("rb") as lines:
        yield from (Recorded(number, line) for number, line in enumerate(lines, 1))


def written(file: Path, size: int, *, budgets: bool = False) -> tuple[int, int]:
    """Write about so many facts as registry records them; return how many facts and how many events they are."""
    events = 0
    number = 0
    with file.open("wb") as lines:
        for known_on, fact in history(max(1, (size - 400) // _A_PERSON), budgets=budgets):
            number += not isinstance(fact, EmployerPremiumRecorded)
            for partition in partitions_of(fact):
                id_ = f"{number}@{partition}{fact.topic[:1]}"
                message = Message(id_, "", fact, number, known_on, "", None, partition)
                lines.write(encode(message, "registry") + b"\n")
                events += 1
    return number, events


def history(people: int, *, budgets: bool) -> Iterator[tuple[date, Event]]:
    """Yield a year of facts with the open day of each, in order."""
    for name, value in (("village_post.month_fen", 50_000), ("work_relief.day_fen", 10_000)):
        yield (
            _FIRST,
            ParameterPublished(
                parameter=name, value=value, valid_from=_FIRST, known_on=_FIRST, doc_no="漳人社〔2018〕1号"
            ),
        )
    if budgets:
        for county in COUNTIES:
            for programme in CHANGES:
                fen = people * 6 * 50_000 // len(COUNTIES)
                yield (
                    _FIRST,
                    BudgetGranted(
                        programme=programme, county=county, fiscal_year=2018, amount_fen=fen, doc_no="漳财〔2018〕1号"
                    ),
                )
    for employer in range(people // _STAFF + 1):
        yield _FIRST, _registered(employer)
    day = _FIRST
    while day <= _LAST:
        for person in range(people):
            yield from ((day, fact) for fact in _of_day(person, day))
        yield day, DayClosed(date=day)
        day += timedelta(days=1)


def _of_day(person: int, day: date) -> Iterator[Event]:
    """Yield what is said of a person on a day: people are spread over the days of the month."""
    if day.day != person % 28 + 1:
        return
    if day.month == 1:
        yield RosterEntry(
            person_id=_person(person), household_id=f"H{person}", status="listed", status_from=date(2016, 1, 1),
            county=_county(person), township=f"{_county(person)}100", village=f"{_county(person)}100201",
            born_on=date(1975, 5, 5), sex="female",
        )  # fmt: skip
        yield EmploymentConfirmed(
            employment_id=f"J{person}", person_id=_person(person), uscc=_uscc(person // _STAFF), starts_on=_FIRST,
            post_kind="workshop" if person % 2 else ("village_post" if person % 4 else "work_relief"),
            employer_kind="workshop" if person % 2 else "public_body", employer_size="sme",
            insured_county=_county(person),
        )  # fmt: skip
    if person % 2:
        yield from _insured(person, day)
    else:
        yield AttendanceRecorded(
            employment_id=f"J{person}", period=f"{day:%Y-%m}", working_days=22, attended_days=18 + person % 5,
            person_id=_person(person),
        )  # fmt: skip


def _insured(person: int, day: date) -> Iterator[Event]:
    paid = PremiumPaid(
        uscc=_uscc(person // _STAFF), person_id=_person(person), period=f"{day:%Y-%m}", paid_on=day,
        pension_fen=48_000 + person % 7 * 100, medical_fen=24_000, unemployment_fen=1_500,
    )  # fmt: skip
    yield paid
    yield EmployerPremiumRecorded(
        uscc=paid.uscc, person_id=paid.person_id, period=paid.period, kind="paid", date=day,
        unemployment_fen=paid.unemployment_fen, content=f"{person:012x}{day:%m%d}",
    )  # fmt: skip


def _registered(employer: int) -> EmployerRegistered:
    county = _county(employer * _STAFF)
    return EmployerRegistered(
        uscc=_uscc(employer), name=f"扶贫车间{employer}", kind="workshop", size="sme", county=county,
        insured_county=county,
    )  # fmt: skip


def _person(number: int) -> str:
    return "p" + "".join(_LETTERS[number // 26**k % 26] for k in range(25))


def _uscc(employer: int) -> str:
    return make_uscc(f"91350622M{employer:08d}")


def _county(person: int) -> str:
    return COUNTIES[person // _STAFF % len(COUNTIES)]


def _resident_mb() -> int:
    return max(resource.getrusage(who).ru_maxrss for who in _WHO) // 1024


def _processor_s() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in _WHO)


if __name__ == "__main__":
    main()
