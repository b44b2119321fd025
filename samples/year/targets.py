"""What targets count: the plan of 2017-2020 is in force in November and December 2020, then it is over.

Of its targets the visits of experts are behind in November and reached at the end, the talent stations of two counties
of three stand, the funds of the villages stay short. What is held in 2021 counts for no target; the job fair and the
campaigns of spring are the counties' yearly duties.
"""

from datetime import date, timedelta

from samples.facts import Fact, chance, weekday
from samples.people import Person
from samples.places import PINGHE, YUNXIAO, ZHAOAN
from samples.year.days import EXAMPLE, source

ENROLLED = 300
_ACTIVITIES = (
    (date(2020, 11, 24), YUNXIAO, "expert-service", "现场指导", 28),
    (date(2020, 12, 8), PINGHE, "expert-service", "现场指导", 25),
    (date(2020, 12, 10), YUNXIAO, "school-pairs", "讲师团讲学", 12),
    (date(2020, 12, 22), ZHAOAN, "expert-service", "现场指导", 22),
    (date(2021, 1, 20), PINGHE, "general", "就业援助月", 310),
    (date(2021, 2, 26), YUNXIAO, "general", "招聘会", 620),
    (date(2021, 3, 5), YUNXIAO, "general", "春风行动", 450),
    (date(2021, 8, 17), YUNXIAO, "expert-service", "现场指导", 24),
)
_STATIONS = (("TS01", YUNXIAO), ("TS02", PINGHE))
_FUNDS = ((YUNXIAO, 50_000_000, date(2020, 11, 17)), (PINGHE, 40_000_000, date(2020, 12, 15)))


def target_facts(seed: int, people: list[Person]) -> list[Fact]:
    """Return activities, stations, funds and who chose a resident pension."""
    return [*_activities(), *_stations(), *_funds(), *_pensions(seed, people)]


def _activities() -> list[Fact]:
    return [
        Fact(
            day,
            source(county, "hr"),
            "activity.held",
            {"programme": programme, "date": day.isoformat(), "county": county, "kind": kind, "headcount": headcount},
            programme,
        )
        for day, county, programme, kind, headcount in _ACTIVITIES
    ]


def _stations() -> list[Fact]:
    day = date(2020, 12, 18)
    return [
        Fact(
            day,
            source(county, "hr"),
            "appraisal.recorded",
            {"organisation_id": station, "kind": "talent_station", "year": 2020, "grade": "合格", "county": county},
            station,
        )
        for station, county in _STATIONS
    ]


def _funds() -> list[Fact]:
    return [
        Fact(
            day,
            source(county, "finance"),
            "budget.granted",
            {
                "programme": "village-fund",
                "county": county,
                "fiscal_year": 2020,
                "amount_fen": fen,
                "doc_no": EXAMPLE.format(20 + number),
            },
            "village-fund",
        )
        for number, (county, fen, day) in enumerate(_FUNDS, start=1)
    ]


def _pensions(seed: int, people: list[Person]) -> list[Fact]:
    luck = chance(seed, "year-pensions")
    poor = [p for p in people if p.labour_ability and p.household.status in {"listed", "low_income"}]
    return [
        Fact(
            weekday(date(2020, 11, 16) + timedelta(days=number // 10)),
            source(person.county, "hr"),
            "pension.enrolled",
            {"id_number": person.id_number, "year": 2020, "tier_fen": luck.choice((10_000, 20_000, 50_000))},
        )
        for number, person in enumerate(luck.sample(poor, ENROLLED))
    ]
