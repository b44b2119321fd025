"""Places in words: counties (GB/T 2260) and townships (division codes of the National Bureau of Statistics)."""

import csv
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("places.csv")


@cache
def place_names() -> dict[str, str]:
    """Return code to name; codes that were abolished stay, because older facts carry them."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def place_words(county: str, township: str = "") -> str:
    """Return county and township in words, as far as they are known."""
    names = place_names()
    return names.get(county, "") + names.get(township, "")
