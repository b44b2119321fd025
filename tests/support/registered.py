"""Events of a made-up county for the registers, by a seed, and the rows that follow from them."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from services.notify.domain.register_row import Row
from services.notify.domain.registers import REGISTER_ROW
from services.notify.subscribers import REGISTERS
from shared.catalog import partitions_of
from shared.events.alerts import FactRejected
from shared.events.contract import Event
from shared.events.duties import DutyFulfilled, DutyMissed
from shared.events.employment import EmploymentConfirmed, EmploymentEnded, EmploymentVoided
from shared.events.offers import OfferAccepted, OfferClosed, OfferDelivered, OfferProposed, OfferSent, OfferSettled
from shared.events.people import JobseekerRegistered, RosterEntry
from shared.events.subsidy import BudgetBooked, Claim, LinePosted, Posting
from shared.events.targets import PlatformRated, TargetCounted
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Message
from shared.runner.loaded import Codec
from shared.store import Row as Document

YEAR: Final = 2018
COUNTIES: Final = ("350622", "350624")
USCCS: Final = ("91350622MA2Y1A2B7G", "91350622MA2XN0K4TC")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_FIRST: Final = date(YEAR, 1, 1)
_KINDS: Final = ("ordinary", "workshop", "public_welfare")
_PROGRAMMES: Final = ("social-insurance", "stable-employment", "vocational-training")


def person_id(number: int) -> str:
    """Return the id of the n-th person."""
    text = ""
    for _ in range(25):
        text, number = _LETTERS[number % 32] + text, number // 32
    return "p" + text


def village_of(number: int) -> str:
    """Return where the n-th person lives: two counties, three townships in each, four villages in each of those."""
    return f"{COUNTIES[number % 2]}10{number // 2 % 3}20{number // 6 % 4}"


def happened(seed: int, people: int) -> list[Event]:
    """Return what happened to so many people in a year: about twenty-five events each."""
    luck = random.Random(seed)  # noqa: S311 - a test's own luck
    found: list[Event] = [_granted(name, county, 40_000 * people) for name in _PROGRAMMES[:2] for county in COUNTIES]
    return found + [event for number in range(people) for event in _life(luck, number)]


def messages(events: list[Event]) -> Iterator[Message]:
    """Yield events as the bus brings them, each in the first of its partitions."""
    for number, event in enumerate(events, 1):
        day = _FIRST + timedelta(days=number % 365)
        yield Message(f"e{number:07d}", "", event, number, day, "c", partition=partitions_of(event)[0])


def rows_of(events: list[Event]) -> dict[str, Row]:
    """Return the rows that follow from events, by id."""
    rows: dict[str, Row] = {}
    for message in messages(events):
        for id_ in REGISTER_ROW.concerns(message):
            row = REGISTER_ROW.evolve(rows.get(id_) or REGISTER_ROW.initial(id_), message)
            if REGISTER_ROW.keep(row):
                rows[id_] = row
    return rows


def documents(rows: dict[str, Row]) -> list[Document]:
    """Return rows as the runner stores them."""
    codec = Codec(REGISTERS)
    return [codec.document(REGISTER_ROW.kind, id_, row, None) for id_, row in rows.items()]


def _granted(programme: str, county: str, fen: int) -> BudgetBooked:
    account = f"{programme}:{county}:{YEAR}"
    postings = [Posting(debit=f"authority:{account}", credit=f"available:{account}", amount_fen=fen)]
    day = date(YEAR, 1, 10)
    return BudgetBooked(county=county, fiscal_year=YEAR, kind="granted", booked_on=day, postings=postings, content="c",
                        programme=programme)  # fmt: skip


def _life(luck: random.Random, number: int) -> Iterator[Event]:
    person, village = person_id(number), village_of(number)
    about: dict[str, Any] = {"person_id": person, "county": village[:6]}
    if number % 10:
        yield RosterEntry(**about, household_id="H1", status=luck.choice(("listed", "exited", "low_income")),
                          status_from=date(2014, 6, 30), township=village[:9], village=village)  # fmt: skip
    if number % 10 == 0 or luck.random() < 0.5:
        yield JobseekerRegistered(**about, education="61", skills=[], occupations=[], sms_consent=True,
                                  phone_id="h" + person[1:],
                                  phone_kind="landline" if luck.random() < 0.1 else None)  # fmt: skip
    yield PlatformRated(village=village, county=village[:6], year=YEAR, rates=person, kind="jobseeker.registered",
                        wanted=10, present=9, lacks=["village"] if luck.random() < 0.3 else [],
                        late_days=luck.choice((None, None, 4)))  # fmt: skip
    for turn in range(6):
        yield from _offer(luck, about, f"o{number}-{turn}")
    yield from _work(luck, about, f"J{number}")
    for month in range(1, 7):
        yield _line(luck, about, number * 6 + month, month)
    yield from _others(luck, about, number)


def _offer(luck: random.Random, about: dict[str, Any], offer_id: str) -> Iterator[Event]:
    of: dict[str, Any] = {"offer_id": offer_id, "person_id": about["person_id"], "vacancy_id": "V1"}
    day = _FIRST + timedelta(days=luck.randrange(360))
    yield OfferProposed(**of, message_id="m1", uscc=USCCS[0], title="=1+1", county=about["county"], score_bp=1,
                        terms={}, market_sequence=1, expires_on=day)  # fmt: skip
    yield OfferSent(**of, message_id="m1")
    if luck.random() < 0.8:
        yield OfferDelivered(**of, message_id="m1", alert_on=day, remind_on=day)
    if luck.random() < 0.2:
        yield OfferAccepted(**of, uscc=USCCS[0], title="x")
        yield OfferSettled(**of, outcome=luck.choice(("hired", "not_hired")))
    else:
        yield OfferClosed(**of, reason=luck.choice(("expired", "declined")))


def _work(luck: random.Random, about: dict[str, Any], job: str) -> Iterator[Event]:
    starts_on = _FIRST + timedelta(days=luck.randrange(330))
    of: dict[str, Any] = {"employment_id": job, "person_id": about["person_id"], "uscc": USCCS[0]}
    yield EmploymentConfirmed(**of, county=about["county"], starts_on=starts_on, post_kind=luck.choice(_KINDS))
    if luck.random() < 0.2:
        yield EmploymentEnded(**of, last_day=starts_on + timedelta(days=30), reason="x")
    elif luck.random() < 0.1:
        yield EmploymentVoided(**of, effective_from=starts_on, reason="x")


def _line(luck: random.Random, about: dict[str, Any], number: int, month: int) -> LinePosted:
    programme, fen = luck.choice(_PROGRAMMES), luck.choice((50_000, 88_775, -12_345))
    accounts = [f"available:{programme}:{about['county']}:{YEAR}", f"payable:{USCCS[0]}"]
    debit, credit = accounts if fen > 0 else accounts[::-1]
    claim = Claim(programme=programme, payee=USCCS[0], period=f"{YEAR}-{month:02d}", person_id=about["person_id"])
    return LinePosted(
        line_id=f"L{number:09d}", line_no=number, place="p", claim=claim, county=about["county"], fiscal_year=YEAR,
        posted=f"{YEAR}-{month:02d}", posted_on=date(YEAR, month, 28), amount_fen=fen,
        kind="accrual" if fen > 0 else "take_back",
        postings=[Posting(debit=debit, credit=credit, amount_fen=abs(fen))],
        programme_version=date(2017, 1, 1), clause="11", computation=[],
    )  # fmt: skip


def _others(luck: random.Random, about: dict[str, Any], number: int) -> Iterator[Event]:
    yield TargetCounted(target="yearly-training", window="", county=about["county"], counts=about["person_id"], whole=1)
    if luck.random() < 0.4:
        yield TargetCounted(target="yearly-training", window=str(YEAR), county=about["county"], fact=f"f{number}",
                            counts=about["person_id"], day=_FIRST, distinct=1)  # fmt: skip
    duty: dict[str, Any] = {"subject": "placement", "subject_id": f"J{number}", "duty": "household_visit",
                            "period": f"{YEAR}-03", "due_on": date(YEAR, 3, 31)} | about  # fmt: skip
    yield (
        DutyMissed(**duty, lapsed=False)
        if luck.random() < 0.3
        else DutyFulfilled(**duty, done_on=date(YEAR, 3, 20), late=False, evidence=[])
    )
    task: dict[str, Any] = {"task_id": f"t{number}", "matter": "m", "person_id": about["person_id"]}
    kind = luck.choice(("plan_missing", "status_disputed"))
    yield TaskOpened(**task, kind=kind, county=about["county"], opened_on=_FIRST, due_on=date(YEAR, 2, 1), details={})
    if luck.random() < 0.5:
        yield TaskClosed(**task, kind=kind)
    if number % 50 == 0:
        yield FactRejected(source="some-office", fact="visit.recorded", code="bad_date", county=about["county"])
        yield FactRejected(source="some-office", fact="visit.recorded", code="bad_date")
