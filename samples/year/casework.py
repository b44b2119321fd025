"""Plans, visits and certificates of the people who are able and listed; a tenth of them gets no plan."""

from datetime import date, timedelta
from typing import Any

from samples.facts import Fact, chance, weekday
from samples.people import Person
from samples.places import townships
from samples.year.days import LAST_DAY, source
from samples.year.officers import REPLACED

_MEASURES = (["推荐就业岗位"], ["推荐就业岗位", "免费技能培训"], ["公益性岗位安置"], ["创业指导", "小额信贷"])


def casework_facts(seed: int, people: list[Person]) -> list[Fact]:
    """Return plans in the first months, visits through the year, and certificates asked for and issued."""
    luck = chance(seed, "year-casework")
    officers = {place.code: f"Y{number:02d}" for number, place in enumerate(townships(), start=1)}
    able = [p for p in people if p.labour_ability and p.household.status == "listed"]
    facts: list[Fact] = []
    for place, person in enumerate(able):
        officer, centre = officers[person.household.township.code], source(person.county, "job-centre")
        planned = weekday(date(2020, 11, 10) + timedelta(days=luck.randrange(60)))
        said: dict[str, Any] = {"id_number": person.id_number}
        if place % 10:
            plan = {"date": planned.isoformat(), "measures": luck.choice(_MEASURES)}
            facts.append(Fact(planned, centre, "plan.agreed", said | {"coordinator_id": officer} | plan))
        if place % 3 == 0:
            visited = weekday(planned + timedelta(days=luck.randrange(30, 200)))
            visit = {"coordinator_id": _in_office(officer, visited), "date": visited.isoformat(), "kind": "follow_up"}
            facts.append(Fact(visited, centre, "visit.recorded", said | visit))
        if place % 25 == 0:
            facts += _certificate(said, centre, planned, is_issued=place % 50 == 0)
    return [fact for fact in facts if fact.at <= LAST_DAY]


def risk_facts(people: list[Person]) -> list[Fact]:
    """Return three households at risk; one of them is released."""
    homes = list(dict.fromkeys(p.household for p in people if p.household.status == "exited"))[:3]
    facts = []
    for number, home in enumerate(homes):
        day = date(2021, 2 + number, 8)
        data = {"household_id": home.household_id, "date": day.isoformat(), "kind": "income", "by": "village-check"}
        office = source(home.township.county, "poverty-office")
        facts.append(Fact(weekday(day), office, "household.risk_raised", data, home.household_id))
    return facts


def _in_office(officer: str, day: date) -> str:
    left_on, successor = REPLACED.get(officer, (LAST_DAY, officer))
    return successor if day >= left_on else officer


def _certificate(said: dict[str, Any], centre: str, day: date, *, is_issued: bool) -> list[Fact]:
    asked = Fact(day, centre, "certificate.requested", said | {"date": day.isoformat()})
    issued = weekday(day + timedelta(days=20))
    done = Fact(issued, centre, "certificate.issued", said | {"date": issued.isoformat()})
    return [asked, done] if is_issued else [asked]
