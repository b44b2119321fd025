"""Write the sample county: `python -m samples.generate [--seed 20170301] [--out samples]`.

The same seed gives the same bytes. Nobody in the sample exists; how that is made sure: `samples/README.md`.
"""

import argparse
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samples import columns
from samples.county import Sample, expectation, make_sample
from samples.facts import of_kind
from samples.files import csv_bytes, table, xlsx_bytes
from samples.people import PEOPLE
from samples.timeline import Arrival
from samples.year.county import make_year
from samples.year.expected import expectation as expectation_of_the_year

SEED = 20170301

_SHEETS = {
    "roster.xlsx": ("花名册", "roster.entry", columns.ROSTER),
    "jobseekers.xlsx": ("求职登记", "jobseeker.registered", columns.JOBSEEKERS),
    "employers.xlsx": ("用人单位", "employer.registered", columns.EMPLOYERS),
}
_CSVS = {
    "vacancies.csv": ("vacancy.opened", columns.VACANCIES),
    "employments.csv": ("employment.confirmed", columns.EMPLOYMENTS),
    "premiums.csv": ("premium.paid", columns.PREMIUMS),
}


def contents(seed: int) -> dict[str, bytes]:
    """Return every file of the sample by its name."""
    sample = make_sample(seed)
    files = {name: xlsx_bytes(title, _lines(sample, kind, headers)) for name, (title, kind, headers) in _SHEETS.items()}
    files |= {name: csv_bytes(_lines(sample, kind, headers)) for name, (kind, headers) in _CSVS.items()}
    files["events.jsonl"] = _stream(sample.arrivals)
    files["expected.json"] = _figures(expectation(sample, seed))
    year = make_year(seed)
    files["year.jsonl.gz"] = gzip.compress(_stream(year), 9, mtime=0)
    files["year.json"] = _figures(expectation_of_the_year(year, seed))
    return files


def main() -> None:
    """Write the files and say which."""
    parser = argparse.ArgumentParser(prog="python -m samples.generate", description="Write the sample county.")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed gives the same bytes (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="directory to write to (%(default)s)")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name, content in contents(chosen.seed).items():
        (chosen.out / name).write_bytes(content)
        print(f"{name}\t{len(content)} bytes")


def _stream(arrivals: list[Arrival]) -> bytes:
    return "".join(f"{arrival.line}\n" for arrival in arrivals).encode()


def _figures(expected: dict[str, Any]) -> bytes:
    return f"{json.dumps(expected, ensure_ascii=False, indent=2)}\n".encode()


def _lines(sample: Sample, kind: str, headers: Mapping[str, str]) -> list[list[str]]:
    rows = [fact.data for fact in of_kind(sample.facts, kind)]
    # The roster is the one of the first days, one row a person; who left poverty later is in the events only.
    return table(headers, rows[:PEOPLE] if kind == "roster.entry" else rows)


if __name__ == "__main__":
    main()
