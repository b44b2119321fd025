"""Ten enterprises' reports of their staff in 2018 and of the unemployment premium they paid."""

import random
from collections import Counter
from datetime import date, timedelta

from samples.employers import Employer
from samples.facts import AGENCY, Fact, chance, weekday

YEAR = 2018
REPORTS = 10

_FIRST_REPORT = date(2019, 2, 18)
_OTHER_WORKER_FEN = 12 * 1_600  # employer's unemployment premium of a year for a worker whom the sample does not name


def headcount_facts(seed: int, employers: list[Employer], premiums: list[Fact]) -> list[Fact]:
    """Return the reports, two days apart; every third employer laid off more than the example document allows."""
    luck = chance(seed, "headcounts")
    enterprises = [one for one in employers if one.kind == "enterprise"]
    reporting = sorted(enterprises, key=lambda one: (one.size != "large", one.number))[:REPORTS]
    paid = _unemployment_fen(premiums)
    return [_report(luck, number, one, paid[one.uscc]) for number, one in enumerate(reporting)]


def _report(luck: random.Random, number: int, one: Employer, named_fen: int) -> Fact:
    at_start = luck.randrange(400, 600) if one.size == "large" else luck.randrange(18, 80)
    natural = luck.randrange(3)
    laid_off = at_start // 12 if number % 3 == 2 else 0
    at_end = at_start - natural - laid_off
    data = {
        "uscc": one.uscc,
        "year": YEAR,
        "at_start": at_start,
        "at_end": at_end,
        "natural_leavers": natural,
        # Workers pay as much again (失业保险条例 art. 6, rates of 2018).
        "unemployment_premium_fen": 2 * (named_fen + at_end * _OTHER_WORKER_FEN),
    }
    at = weekday(_FIRST_REPORT + timedelta(days=2 * number))
    return Fact(at, AGENCY, "headcount.reported", data, one.uscc)


def _unemployment_fen(premiums: list[Fact]) -> Counter[str]:
    """Return, by employer, what was held paid for the year before the first report; nobody pays after a correction."""
    held: Counter[tuple[str, str, str]] = Counter()
    in_time = [fact for fact in premiums if fact.at < _FIRST_REPORT and fact.data["period"].startswith(str(YEAR))]
    for fact in sorted(in_time, key=lambda fact: fact.at):
        key = (fact.data["uscc"], fact.data["id_number"], fact.data["period"])
        if fact.kind == "premium.corrected":
            held[key] = fact.data["unemployment_fen"]
        else:
            held[key] += fact.data["unemployment_fen"] * (1 if fact.kind == "premium.paid" else -1)
    total: Counter[str] = Counter()
    for (uscc, _, _), fen in held.items():
        total[uscc] += fen
    return total
