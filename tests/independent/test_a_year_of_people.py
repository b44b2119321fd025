"""A year of made-up people, worked out twice: by the engine, and by plain SQL that shares no code with it.

`BANGFU_PEOPLE=10000` takes as many; the rules that the SQL is written from are those of the programme files' sources.
"""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.events.contract import Event
from shared.events.employment import (
    AssessmentRecorded,
    AttendanceRecorded,
    EmploymentConfirmed,
    EmploymentCorrected,
    EmploymentEnded,
    EmploymentVoided,
    GraduationRecorded,
    GrantClaimed,
    ProviderQualified,
    TrainingCompleted,
)
from shared.events.people import RosterEntry
from shared.events.premiums import HeadcountReported, PensionContributed, PremiumCorrected, PremiumPaid, PremiumRefunded
from tests.independent.people import COUNTY, FIRST, LAST, PARAMETERS, Row, Year, made
from tests.unit.test_subsidy_world import World

PEOPLE = int(os.environ.get("BANGFU_PEOPLE", "60"))
SEED = int(os.environ.get("BANGFU_SEED", "2018"))
PROGRAMMES = (
    "social-insurance", "stable-employment", "stable-post", "public-welfare-post", "internship", "talent-allowance",
    "vocational-training", "graduate-grant", "technical-graduate-grant", "resident-pension", "dispatch-grant",
)  # fmt: skip
COLUMNS = {
    "status": "person status since born sex", "job": "job person uscc first post employer_kind employer_size",
    "ended": "job person last", "moved": "job person first", "voided": "job person since",
    "premium": "person uscc period kind on pension medical unemployment",
    "attendance": "job person period working attended", "grade": "job person period grade",
    "course": "course person started sex finished provider_id", "graduation": "person school on",
    "claim": "person programme on", "pension": "person year on",
    "headcount": "uscc at_start at_end leavers premium average", "provider": "provider_id kind valid_until",
    "employer": "uscc kind size",
}  # fmt: skip
Due = dict[tuple[str, str, str, str], int]


@pytest.fixture(scope="module")
def year() -> Year:
    return made(SEED, PEOPLE)


@pytest.fixture(scope="module")
def by_sql(year: Year) -> Due:
    with sqlite3.connect(":memory:") as db:
        for kind, columns in COLUMNS.items():
            names = [*columns.split(), "seq"]
            quoted = ", ".join('"' + name + '"' for name in names)
            db.execute(f"CREATE TABLE {kind} ({quoted})")
            rows = year.rows(kind) if kind != "employer" else [row | {"seq": 0} for row in year.employers]
            marks = ", ".join("?" for _ in names)
            db.executemany(
                f"INSERT INTO {kind} VALUES ({marks})",  # noqa: S608 - names of our own
                [[str(row[name]) if isinstance(row[name], date) else row[name] for name in names] for row in rows],
            )
        db.execute("CREATE TABLE due (programme, payee, person, period, fen)")
        db.executescript((Path(__file__).parent / "year.sql").read_text(encoding="utf-8"))
        found = db.execute("SELECT programme, payee, person, period, SUM(fen) FROM due GROUP BY 1, 2, 3, 4")
        return {(programme, payee, person, period): fen for programme, payee, person, period, fen in found if fen}


@pytest.fixture(scope="module")
def by_engine(year: Year) -> Due:
    world = World(FIRST, pays=False)
    for name, value in PARAMETERS.items():
        world.parameter(name, value)
    for row in year.employers:
        world.registered(row["uscc"], row["kind"], row["size"], COUNTY)
    for known, kind, row in year.facts:
        while world.open_day < known:
            world.close(min(known - timedelta(1), world.open_day + timedelta(5)))
        told(world, event_of(kind, row))
        world.memory.emitted.clear()
    while world.open_day <= LAST:
        world.close(min(LAST, world.open_day + timedelta(5)))
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for line in world.posted:
        claim = line.claim
        sums[claim.programme, claim.payee, claim.person_id or "", claim.period] += line.amount_fen
    return {key: fen for key, fen in sums.items() if fen}


def told(world: World, event: Event) -> None:
    if isinstance(event, PremiumPaid | PremiumCorrected | PremiumRefunded):
        world.premium(event)
    else:
        world.fact(event)


def event_of(kind: str, row: Row) -> Event:
    job = {"employment_id": row.get("job"), "person_id": row.get("person")}
    makers: dict[str, Callable[[], Event]] = {
        "status": lambda: RosterEntry(
            person_id=row["person"], household_id="H1", status=row["status"], status_from=row["since"], county=COUNTY,
            township=f"{COUNTY}100", village=f"{COUNTY}100201", born_on=row["born"], sex=row["sex"],
        ),
        "job": lambda: EmploymentConfirmed(
            **job, uscc=row["uscc"], starts_on=row["first"], post_kind=row["post"], insured_county=COUNTY,
            employer_kind=row["employer_kind"], employer_size=row["employer_size"],
        ),
        "ended": lambda: EmploymentEnded(**job, last_day=row["last"], reason="resigned"),
        "moved": lambda: EmploymentCorrected(**job, starts_on=row["first"], reason="录入错误"),
        "voided": lambda: EmploymentVoided(**job, effective_from=row["since"], reason="false_report"),
        "premium": lambda: premium_of(row),
        "attendance": lambda: AttendanceRecorded(
            **job, period=row["period"], working_days=row["working"], attended_days=row["attended"]
        ),
        "grade": lambda: AssessmentRecorded(**job, period=row["period"], grade=row["grade"]),
    }  # fmt: skip
    return makers[kind]() if kind in makers else other_of(kind, row)


def premium_of(row: Row) -> Event:
    fields = {"uscc": row["uscc"], "person_id": row["person"], "period": row["period"]}
    fields |= {f"{name}_fen": row[name] for name in ("pension", "medical", "unemployment")}
    if row["kind"] == "paid":
        return PremiumPaid(**fields, paid_on=row["on"])
    return (PremiumCorrected if row["kind"] == "corrected" else PremiumRefunded)(**fields, date=row["on"])


def other_of(kind: str, row: Row) -> Event:
    match kind:
        case "course":
            return TrainingCompleted(
                course_id=row["course"], provider_id=row["provider_id"], person_id=row["person"], days=1,
                started_on=row["started"], finished_on=row["finished"],
            )  # fmt: skip
        case "provider":
            return ProviderQualified(
                provider_id=row["provider_id"], name="某培训机构", kind=row["kind"], county=COUNTY,
                valid_until=row["valid_until"],
            )  # fmt: skip
        case "graduation":
            return GraduationRecorded(person_id=row["person"], school_kind=row["school"], graduated_on=row["on"])
        case "claim":
            return GrantClaimed(person_id=row["person"], programme=row["programme"], claimed_on=row["on"])
        case "pension":
            return PensionContributed(person_id=row["person"], year=row["year"], paid_on=row["on"], own_fen=10_000)
        case "headcount":
            return HeadcountReported(
                uscc=row["uscc"], year=2018, at_start=row["at_start"], at_end=row["at_end"],
                natural_leavers=row["leavers"], average=row["average"], unemployment_premium_fen=row["premium"],
            )  # fmt: skip
        case _:
            raise ValueError(f"{kind}: no such fact")


def of(programme: str, due: Due) -> Due:
    return {key: fen for key, fen in due.items() if key[0] == programme}


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_engine_and_sql_agree_to_the_fen(programme: str, by_engine: Due, by_sql: Due) -> None:
    engine, sql = of(programme, by_engine), of(programme, by_sql)
    print(f"{programme}: {len(sql)} amounts, {sum(sql.values())} fen")  # noqa: T201 - the figures of a deep run

    assert engine == sql
    assert sql, "nothing was due: the year says nothing about this programme"


def test_nothing_else_is_due(by_engine: Due) -> None:
    assert {key[0] for key in by_engine} <= set(PROGRAMMES)
