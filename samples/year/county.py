"""Put the year together: every fact in the order of arrival, with the closing of every day."""

from samples.people import make_people
from samples.timeline import Arrival, arrivals
from samples.year import casework, dispatch, officers, roster, targets, training, work
from samples.year.days import FIRST_DAY, LAST_DAY

PEOPLE = 2_000


def make_year(seed: int) -> list[Arrival]:
    """Return everything that arrives in the year that belongs to a seed."""
    people = make_people(seed, PEOPLE)
    employers = work.employers_of(seed)
    seeker_facts, seekers = work.seeker_facts(seed, people)
    vacancies = work.vacancy_facts(seed, employers)
    hires = work.hires_of(seed, seekers, employers, vacancies)
    facts = [
        *officers.value_facts(),
        *officers.officer_facts(seed),
        *work.registration_facts(employers),
        *roster.roster_facts(seed, people),
        *seeker_facts,
        *vacancies,
        *casework.casework_facts(seed, people),
        *casework.risk_facts(people),
        *work.hire_facts(hires),
        *work.attendance_facts(hires),
        *work.premium_facts(hires),
        *dispatch.dispatch_facts(seed),
        *dispatch.cadre_facts(seed),
        *training.training_facts(seed, people, seeker_facts),
        *targets.target_facts(seed, people),
    ]
    return arrivals(facts, FIRST_DAY, LAST_DAY)
