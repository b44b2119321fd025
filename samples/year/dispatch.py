"""Thirteen cultural workers for twelve townships of Pinghe, and six cadres in villages of Yunxiao.

Eighteen people apply; four are turned down, one objection is raised and cleared. One worker arrives late, one has no
assessment of a quarter, one hands in no half-yearly summary, one breaks the rules. The cadres keep the seven ones
(七个一), one of them not all of them.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from samples.employers import organisation_code
from samples.facts import Fact, chance, month_of, weekday
from samples.names import family_name, given_name
from samples.people import PHONE_BLOCK, UNASSIGNED_REGION
from samples.places import PINGHE, YUNXIAO, Township, townships
from samples.year.days import MONTHS, on, source
from shared.identity import make_id_number, make_uscc

APPLICANTS, PLACES, CADRES = 18, 13, 6
PROGRAMME = "dispatch-quota"
# A quarter of service has the name of the calendar quarter in which it begins (9 November: 2020-Q4).
_QUARTERS = {"2020-Q4": date(2021, 2, 9), "2021-Q1": date(2021, 5, 11), "2021-Q2": date(2021, 8, 10)}
_REPORTS = (date(2020, 12, 30), date(2021, 3, 30), date(2021, 6, 29), date(2021, 9, 29))
QUARTER_DAYS = 62
_BUREAU = source(PINGHE, "culture-bureau")
_START = date(2020, 11, 9)


def dispatch_facts(seed: int) -> list[Fact]:
    """Return the recruiting, the year of service and the evidence of it."""
    luck = chance(seed, "year-dispatch")
    stations = _stations(PINGHE, 12, "文化站")
    people = [_person(luck, 7000 + number) for number in range(APPLICANTS)]
    facts = [_registered(station, PINGHE) for station in stations] + [_seeker(person, PINGHE) for person in people]
    for number, person in enumerate(people, start=1):
        facts += _application(number, person)
    objected = {"notice_id": "A-005", "date": "2020-11-05", "reason": "学历待核"}
    facts.append(Fact(date(2020, 11, 5), _BUREAU, "notice.objected", objected, "A-005"))
    facts.append(
        Fact(date(2020, 11, 6), _BUREAU, "notice.cleared", {"notice_id": "A-005", "date": "2020-11-06"}, "A-005")
    )
    for number, person in enumerate(people[:PLACES], start=1):
        facts += _service(number, person, stations[(number - 1) % len(stations)][1])
    return facts


def cadre_facts(seed: int) -> list[Fact]:
    """Return the postings of six cadres to villages, and the seven ones that they did."""
    luck = chance(seed, "year-cadres")
    villages = _stations(YUNXIAO, CADRES, "村委会")
    facts = [_registered(village, YUNXIAO) for village in villages]
    for number, (_, uscc) in enumerate(villages, start=1):
        person = _person(luck, 7100 + number)
        facts.append(_seeker(person, YUNXIAO))
        facts += _posting(number, person, uscc)
    return facts


def _posting(number: int, person: dict[str, Any], uscc: str) -> Iterator[Fact]:
    job, office = f"G{number}", source(YUNXIAO, "organisation")
    data = {"employment_id": job, "id_number": person["id_number"], "uscc": uscc, "starts_on": _START.isoformat()}
    term = {"post_kind": "secondment", "contract_until": "2021-11-08", "county": YUNXIAO}
    yield Fact(_START, office, "employment.confirmed", data | term, job)
    yield from _signed(job, office)
    for day, duty in _seven_ones(is_lazy=number == CADRES):
        done = {"employment_id": job, "duty": duty, "date": day.isoformat()}
        yield Fact(day, office, "duty.done", done, job)


def _seven_ones(*, is_lazy: bool) -> Iterator[tuple[date, str]]:
    for week in range(50):
        day = weekday(_START + timedelta(days=7 * week + 3))
        if not (is_lazy and week % 10 == 4):
            yield day, "走访"
    for number, month in enumerate(MONTHS):
        day = on(month, 18)
        yield day, "党课"
        if number % 3 == 1 and not is_lazy:
            yield day, "党员活动"
        if number in {2, 8}:
            yield day, "工作小结"
    for day, duty in (
        (date(2021, 9, 15), "实事"),
        (date(2021, 9, 22), "调研报告"),
        (date(2021, 10, 12), "向乡镇党委汇报"),
    ):
        yield day, duty


def _application(number: int, person: dict[str, Any]) -> Iterator[Fact]:
    id_, day = f"A-{number:03d}", date(2020, 11, 2)
    data = {"application_id": id_, "programme": PROGRAMME, "id_number": person["id_number"], "date": day.isoformat()}
    yield Fact(day, _BUREAU, "application.received", data, id_)
    is_taken = number <= PLACES + 1
    review = {"application_id": id_, "decision": "accepted" if is_taken else "refused", "by": "three-areas-office"}
    yield Fact(date(2020, 11, 3), _BUREAU, "application.reviewed", review, id_)


def _service(number: int, person: dict[str, Any], uscc: str) -> Iterator[Fact]:
    job = f"D{number:02d}"
    data = {"employment_id": job, "id_number": person["id_number"], "uscc": uscc, "starts_on": _START.isoformat()}
    term = {"post_kind": "dispatch", "contract_until": "2021-10-31", "county": PINGHE}
    yield Fact(_START, _BUREAU, "employment.confirmed", data | term, job)
    yield from _signed(job, _BUREAU)
    arrived = date(2020, 11, 10) if number != 9 else date(2020, 11, 20)
    yield Fact(arrived, _BUREAU, "arrival.recorded", {"employment_id": job, "date": arrived.isoformat()}, job)
    for month, following in pairwise(MONTHS):
        said = {"employment_id": job, "period": month_of(month), "working_days": 21, "attended_days": 21 - number % 3}
        yield Fact(on(following, 4), _BUREAU, "attendance.recorded", said, job)
    for quarter, day in _QUARTERS.items():
        yield from _quarter(number, job, quarter, day)
    for day in _REPORTS:
        yield Fact(day, _BUREAU, "duty.done", {"employment_id": job, "duty": "季度汇报", "date": day.isoformat()}, job)
    if number != 7:
        day = date(2021, 6, 29)
        yield Fact(day, _BUREAU, "duty.done", {"employment_id": job, "duty": "半年总结", "date": day.isoformat()}, job)
    if number == 11:
        broke = {"employment_id": job, "date": "2021-05-11", "kind": "擅离岗位"}
        yield Fact(date(2021, 5, 11), _BUREAU, "violation.reported", broke, job)


def _quarter(number: int, job: str, quarter: str, day: date) -> Iterator[Fact]:
    attended = {"working_days": QUARTER_DAYS, "attended_days": QUARTER_DAYS - number % 3}
    said = {"employment_id": job, "period": quarter}
    yield Fact(day, _BUREAU, "attendance.recorded", said | attended, job)
    if (number, quarter) != (4, "2021-Q2"):
        grade = ("excellent", "qualified", "qualified", "basic")[number % 4]
        yield Fact(day, _BUREAU, "assessment.recorded", said | {"grade": grade}, job)


def _signed(job: str, office: str) -> Iterator[Fact]:
    day = date(2020, 11, 10)
    data = {
        "employment_id": job,
        "version": "2020-1",
        "date": day.isoformat(),
        "parties": ["受援单位", "派出单位", "本人"],
    }
    yield Fact(day, office, "agreement.signed", data, job)


def _person(luck: random.Random, number: int) -> dict[str, Any]:
    born = date(1988, 1, 1) + timedelta(days=luck.randrange(3000))
    return {
        "id_number": make_id_number(UNASSIGNED_REGION, born, number % 1000),
        "name": family_name(luck) + given_name(luck, male=number % 2 == 1),
        "phone": f"{PHONE_BLOCK}{number:04d}",
    }


def _seeker(person: dict[str, Any], county: str) -> Fact:
    form = {
        "county": county,
        "education": "21",
        "skills": ["音乐"],
        "occupations": ["文化志愿者"],
        "sms_consent": False,
    }
    return Fact(date(2020, 11, 2), source(county, "job-centre"), "jobseeker.registered", person | form)


def _stations(county: str, count: int, kind: str) -> list[tuple[str, str]]:
    places: list[Township] = [place for place in townships() if place.county == county][:count]
    return [
        (
            f"{place.name}样例{kind}",
            make_uscc(f"12{UNASSIGNED_REGION}{organisation_code(f'MB{county[-2:]}{number:04d}')}"),
        )
        for number, place in enumerate(places)
    ]


def _registered(named: tuple[str, str], county: str) -> Fact:
    name, uscc = named
    data = {
        "uscc": uscc,
        "name": name,
        "kind": "public_body",
        "size": "sme",
        "county": county,
        "insured_county": county,
    }
    return Fact(date(2020, 11, 2), source(county, "job-centre"), "employer.registered", data, uscc)
