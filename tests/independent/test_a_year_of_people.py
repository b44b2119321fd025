"""A year of made-up people, worked out twice: by the engine, and by plain SQL that shares no code with it.

`BANGFU_PEOPLE=10000` takes as many; the rules that the SQL is written from are those of the programme files' sources.
"""

import os
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from tests.independent.engine import Due, worked_out
from tests.independent.organisations import made
from tests.independent.people import Year

PEOPLE = int(os.environ.get("BANGFU_PEOPLE", "60"))
SEED = int(os.environ.get("BANGFU_SEED", "7"))
PROGRAMMES = (
    "social-insurance", "stable-employment", "stable-post", "public-welfare-post", "internship", "talent-allowance",
    "vocational-training", "graduate-grant", "technical-graduate-grant", "resident-pension", "dispatch-grant",
    "village-post", "work-relief", "postdoc", "shandong-training", "labour-allowance", "village-fund", "seminar-grant",
    "service-expenses", "after-grant", "innovation-voucher", "agency-capacity", "village-platform", "talent-station",
    "training-base", "dispatch-training", "expert-expense", "expert-service",
)  # fmt: skip
COLUMNS = {
    "status": "person status since born sex county",
    "job": "job person uscc first post employer_kind employer_size employer_county",
    "ended": "job person last", "moved": "job person first", "voided": "job person since",
    "premium": "person uscc period kind on pension medical unemployment",
    "attendance": "job person period working attended", "grade": "job person period grade",
    "course": "course person started sex finished provider_id", "graduation": "person school on",
    "claim": "person programme on", "pension": "person year on",
    "headcount": "uscc at_start at_end leavers premium average", "provider": "provider_id kind valid_until",
    "employer": "uscc kind size county", "filing": "uscc programme on",
    "appraisal": "organisation kind county year grade", "activity": "programme county on heads",
}  # fmt: skip


@pytest.fixture(scope="module")
def year() -> Year:
    return made(SEED, PEOPLE)


@pytest.fixture(scope="module")
def by_sql(year: Year) -> Due:
    return in_sql(year)


def in_sql(year: Year) -> Due:
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
        for script in ("year.sql", "further.sql"):
            db.executescript((Path(__file__).parent / script).read_text(encoding="utf-8"))
        found = db.execute("SELECT programme, payee, person, period, SUM(fen) FROM due GROUP BY 1, 2, 3, 4")
        return {(programme, payee, person, period): fen for programme, payee, person, period, fen in found if fen}


@pytest.fixture(scope="module")
def by_engine() -> Due:
    return worked_out(SEED, PEOPLE)


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
