"""Courses, a job fair and the activities that targets count."""

from datetime import date, timedelta

from samples.facts import Fact, chance, weekday
from samples.people import Person
from samples.places import PINGHE, YUNXIAO
from samples.year.days import source

TRAINEES = 180
_COURSES = (("T01", date(2021, 3, 15), 10), ("T02", date(2021, 5, 17), 10), ("T03", date(2021, 9, 6), 10))
_ACTIVITIES = (
    (date(2021, 2, 26), YUNXIAO, "general", "job_fair", 620),
    (date(2021, 4, 12), PINGHE, "rural-talent-training", "training", 45),
    (date(2021, 6, 15), PINGHE, "rural-talent-training", "training", 60),
    (date(2021, 8, 17), YUNXIAO, "expert-activities", "expert_service", 24),
)


def training_facts(seed: int, people: list[Person]) -> list[Fact]:
    """Return the provider, its courses and who finished them; the fair and other activities."""
    luck = chance(seed, "year-training")
    able = [p for p in people if p.labour_ability and p.household.status == "listed"]
    provider = {"provider_id": "P01", "name": "云霄县样例实训基地", "kind": "county_training_base", "county": YUNXIAO}
    facts = [Fact(date(2020, 11, 3), source(YUNXIAO, "hr"), "provider.qualified", provider, "P01")]
    for number, person in enumerate(luck.sample(able, TRAINEES)):
        course, first, days = _COURSES[number % len(_COURSES)]
        last = first + timedelta(days=days + 3)
        data = {
            "course_id": f"{course}-{number:03d}",
            "provider_id": "P01",
            "id_number": person.id_number,
            "started_on": first.isoformat(),
            "finished_on": last.isoformat(),
            "days": days,
            "free": True,
        }
        facts.append(Fact(weekday(last), source(YUNXIAO, "hr"), "training.completed", data, data["course_id"]))
    return [*facts, *_activities()]


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
