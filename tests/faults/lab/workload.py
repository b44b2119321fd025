"""A small county for the fault lab: three closed months that earn money under several programmes, from a seed.

Every day is closed by itself; some facts come early, twice, wrong, with another content, or are taken back.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from shared.identity import make_uscc
from tests.faults.lab.village import village
from tests.support.facts import Offer, closing, id_number, offer

FIRST, LAST = date(2018, 1, 1), date(2018, 3, 31)
PEOPLE, SEEKERS, EMPLOYERS = 18, 8, 3
_MONTHS = ("2018-01", "2018-02", "2018-03")
_TALENT_EVERY = 6
_Dated = tuple[date, Offer]


def chance(seed: str) -> random.Random:
    """Return the chance that belongs to a seed."""
    return random.Random(seed)  # noqa: S311 - repeatable chance, not a secret


def county(seed: int, people: int = PEOPLE, last: date = LAST) -> list[Offer]:
    """Return the facts of a county in order of arrival, to the closing of the last day; one seed, one county."""
    luck = chance(f"county/{seed}")
    days: dict[date, list[Offer]] = {}
    lives = (dated for n in range(1, people + 1) for dated in _life(luck, n))
    for day, fact in [*_standing(), *lives, *village(people, _uscc(1))]:
        days.setdefault(day, []).append(fact)
    days.setdefault(last, []).extend(_seekers())
    facts = [offer("employer.registered", "early", uscc=_uscc(9)), closing(FIRST - timedelta(days=1))]
    for number in range((last - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        facts += [*days.get(day, ()), closing(day)]
    return facts


def _uscc(number: int) -> str:
    return make_uscc(f"91350622MA31C4D{number}5")


def _standing() -> Iterator[_Dated]:
    """Yield what is there before anybody works, and what is wrong with it."""
    yield FIRST, offer("coordinator.registered", "officer")
    yield FIRST, offer("provider.qualified", "provider")
    for number in range(1, EMPLOYERS + 1):
        employer = offer("employer.registered", f"employer-{number}", uscc=_uscc(number))
        yield FIRST, employer
        yield FIRST, employer
        yield FIRST, offer("employer.registered", f"employer-{number}", uscc=_uscc(number), size="large")
        vacancy: dict[str, Any] = {"vacancy_id": f"V{number}", "uscc": _uscc(number), "openings": 2}
        yield FIRST + timedelta(days=2), offer("vacancy.opened", f"vacancy-{number}", **vacancy)
    tier: dict[str, Any] = {"parameter": "resident_pension.lowest_tier_fen", "value": 10_000, "known_on": "2018-01-01"}
    yield FIRST, offer("parameter.published", "tier", **tier)
    yield FIRST + timedelta(days=3), offer("exit.confirmed", "wrong", id_number="350622198502030000")


def _seekers() -> Iterator[Offer]:
    """Yield people who seek work on the last day: the short messages about it have all the time there is."""
    for number in range(101, 101 + SEEKERS):
        phone = f"139{number:08d}"
        yield offer("roster.entry", f"roster-{number}", id_number=id_number(number), household_id=f"H-{number}")
        yield offer("jobseeker.registered", f"seeker-{number}", id_number=id_number(number), phone=phone)
    for number in range(1, EMPLOYERS + 1):
        vacancy: dict[str, Any] = {"vacancy_id": f"W{number}", "uscc": _uscc(number), "openings": 2}
        yield offer("vacancy.opened", f"late-vacancy-{number}", **vacancy)


def _life(luck: random.Random, number: int) -> Iterator[_Dated]:
    """Yield the three months of one person."""
    person = id_number(number)
    hired = FIRST + timedelta(days=luck.randrange(6, 20))
    talent = number % _TALENT_EVERY == 0
    job: dict[str, Any] = {"employment_id": f"J{number}"}
    yield FIRST, offer("roster.entry", f"roster-{number}", id_number=person, household_id=f"H-{number}")
    phone = f"138{number:08d}"
    yield FIRST + timedelta(days=1), offer("jobseeker.registered", f"seeker-{number}", id_number=person, phone=phone)
    uscc = _uscc(luck.randrange(1, EMPLOYERS + 1))
    work: dict[str, Any] = job | {"id_number": person, "uscc": uscc, "starts_on": str(hired)}
    kind = "talent" if talent else "workshop"
    yield hired, offer("employment.confirmed", f"hired-{number}", **work, post_kind=kind)
    yield from _premiums(luck, number, {"id_number": person, "uscc": uscc})
    yield from _grants(luck, number, person)
    if luck.random() < 0.3:
        left = date(2018, 3, luck.randrange(1, 20))
        # The end may come before anybody knows of the employment's correction, or on the same day.
        yield left, offer("employment.ended", f"left-{number}", **job, last_day=str(left - timedelta(days=1)))
        yield left, offer("employment.corrected", f"corrected-{number}", **job, starts_on=str(hired - timedelta(1)))


def _premiums(luck: random.Random, number: int, who: dict[str, Any]) -> Iterator[_Dated]:
    for month in _MONTHS:
        paid = date(2018, int(month[-2:]), luck.randrange(21, 28))
        terms: dict[str, Any] = who | {"period": month, "paid_on": str(paid)}
        premium = offer("premium.paid", f"premium-{number}-{month}", **terms)
        yield paid, premium
        if luck.random() < 0.1:
            yield paid, premium
    if number % 5 == 0:
        given_back: dict[str, Any] = who | {"period": _MONTHS[0], "date": "2018-03-15"}
        yield date(2018, 3, 15), offer("premium.refunded", f"refund-{number}", **given_back)


def _grants(luck: random.Random, number: int, person: str) -> Iterator[_Dated]:
    finished = date(2018, 2, luck.randrange(1, 28))
    course: dict[str, Any] = {
        "course_id": f"K{number}",
        "started_on": str(finished - timedelta(3)),
        "finished_on": str(finished),
    }
    if number % 3 == 0:
        yield finished, offer("training.completed", f"course-{number}", id_number=person, **course, days=3)
    if number % 4 == 0:
        enrolled, paid = date(2018, 1, 15), date(2018, 3, 1)
        yield enrolled, offer("pension.enrolled", f"enrolled-{number}", id_number=person)
        contributed: dict[str, Any] = {"id_number": person, "paid_on": str(paid)}
        yield paid, offer("pension.contributed", f"contributed-{number}", **contributed)
    if number % 7 == 0:
        yield finished, offer("graduation.recorded", f"graduated-{number}", id_number=person)
        claimed: dict[str, Any] = {"id_number": person, "claimed_on": str(finished)}
        yield finished, offer("grant.claimed", f"claimed-{number}", **claimed)
