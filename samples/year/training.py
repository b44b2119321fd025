"""Courses: three of the year for everybody, one at the end of 2020 for those who asked for training (clause 一)."""

from datetime import date, timedelta

from samples.facts import Fact, chance, weekday
from samples.people import Person
from samples.places import YUNXIAO
from samples.year.days import source

TRAINEES, WILLING = 180, 30
_COURSES = (("T01", date(2021, 3, 15), 10), ("T02", date(2021, 5, 17), 10), ("T03", date(2021, 9, 6), 10))
_COURSE_OF_2020 = ("T00", date(2020, 12, 7), 10)


def training_facts(seed: int, people: list[Person], seekers: list[Fact]) -> list[Fact]:
    """Return the provider, its courses and who finished them."""
    luck = chance(seed, "year-training")
    able = [p for p in people if p.labour_ability and p.household.status == "listed"]
    provider = {"provider_id": "P01", "name": "云霄县样例实训基地", "kind": "county_training_base", "county": YUNXIAO}
    facts = [Fact(date(2020, 11, 3), source(YUNXIAO, "hr"), "provider.qualified", provider, "P01")]
    for number, person in enumerate(luck.sample(able, TRAINEES)):
        facts.append(_finished(_COURSES[number % len(_COURSES)], number, person))
    asked = {f.data["id_number"] for f in seekers if f.data.get("wants_training") and f.at < _COURSE_OF_2020[1]}
    willing = [person for person in able if person.id_number in asked]
    return facts + [_finished(_COURSE_OF_2020, number, person) for number, person in enumerate(willing[:WILLING])]


def _finished(course: tuple[str, date, int], number: int, person: Person) -> Fact:
    name, first, days = course
    last = first + timedelta(days=days + 3)
    data = {
        "course_id": f"{name}-{number:03d}",
        "provider_id": "P01",
        "id_number": person.id_number,
        "started_on": first.isoformat(),
        "finished_on": last.isoformat(),
        "days": days,
        "free": True,
    }
    return Fact(weekday(last), source(YUNXIAO, "hr"), "training.completed", data, data["course_id"])
