"""The real townships of the three key counties, and what stands in for their villages.

Township codes are the nine-digit statistical division codes of the National Bureau of Statistics (`townships.csv`).
Real village codes were not at hand and none is invented: a village is written as the township's own twelve-digit code
(nine digits and `000`), which in the bureau's scheme is the township and no village.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

YUNXIAO, ZHAOAN, PINGHE = "350622", "350624", "350628"
COUNTY_NAMES = {YUNXIAO: "云霄", ZHAOAN: "诏安", PINGHE: "平和"}
COUNTY_SLUGS = {YUNXIAO: "yunxiao", ZHAOAN: "zhaoan", PINGHE: "pinghe"}
COUNTY_WEIGHTS = {YUNXIAO: 45, ZHAOAN: 25, PINGHE: 30}

_TOWNSHIPS = Path(__file__).with_name("townships.csv")


@dataclass(frozen=True)
class Township:
    """A township or town: nine-digit code, name, six-digit county code."""

    code: str
    name: str
    county: str

    @property
    def village(self) -> str:
        """Twelve digits that name the township itself, where a village is asked for."""
        return f"{self.code}000"


def townships() -> list[Township]:
    """Return every township of the table, in its order.

    Raises:
        ValueError: a code does not lie in its county.
    """
    with _TOWNSHIPS.open(encoding="utf-8", newline="") as file:
        rows = [Township(row["code"], row["name"], row["county"]) for row in csv.DictReader(file)]
    for row in rows:
        if not row.code.startswith(row.county):
            raise ValueError(f"townships.csv: {row.code} does not lie in county {row.county}")
    return rows
