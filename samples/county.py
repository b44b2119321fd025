"""Put the sample county together: every fact of eighteen months, good and bad, in the order of arrival."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from samples.coordinators import coordinator_facts
from samples.employers import employer_facts, make_employers
from samples.expected import gather, social_insurance, stable_employment
from samples.facts import FIRST_DAY, LAST_DAY, Fact
from samples.faults import Fault, parked, refused
from samples.headcounts import headcount_facts
from samples.jobseekers import jobseeker_facts, make_jobseekers, reply_facts
from samples.parameters import parameter_facts
from samples.people import make_people, roster_facts
from samples.premiums import premium_facts
from samples.timeline import Arrival, arrivals
from samples.vacancies import vacancy_facts
from samples.work import employment_facts, make_employments


@dataclass(frozen=True)
class Sample:
    """The county.

    Attributes:
        facts: What the system accepts, each once, sorted by kind.
        faults: What it refuses, or keeps until it can accept it.
        arrivals: All of it in order of arrival, with the closing of the days.
    """

    facts: list[Fact]
    faults: list[Fault]
    arrivals: list[Arrival]


def make_sample(seed: int) -> Sample:
    """Return the county that belongs to a seed; one seed always gives one county."""
    people, employers = make_people(seed), make_employers(seed)
    jobseekers = make_jobseekers(seed, people)
    employments = make_employments(seed, jobseekers, employers)
    vacancies = vacancy_facts(seed, employers)
    premiums = premium_facts(seed, employments)
    facts = [
        *parameter_facts(),
        *coordinator_facts(seed),
        *employer_facts(employers),
        *roster_facts(people),
        *jobseeker_facts(jobseekers),
        *vacancies,
        *employment_facts(seed, employments, vacancies),
        *premiums,
        *headcount_facts(seed, employers, premiums),
        *reply_facts(seed, jobseekers),
    ]
    bad = refused(facts)
    stream = arrivals([*facts, *(fault.fact for fault in bad)])
    return Sample(facts, bad + parked(facts, employers), stream)


def expectation(sample: Sample, seed: int) -> dict[str, Any]:
    """Return what a run over the sample must show. Holds no personal data: a faulty fact is named by its event."""
    county = gather(sample.facts)
    insurance, stable = social_insurance(county), stable_employment(county)
    new = [arrival for arrival in sample.arrivals if not arrival.duplicate]
    return {
        "seed": seed,
        "first_day": FIRST_DAY.isoformat(),
        "last_day": LAST_DAY.isoformat(),
        "lines": len(sample.arrivals),
        "sources": sorted({arrival.fact.source for arrival in sample.arrivals}),
        "sent_by_kind": dict(sorted(Counter(arrival.fact.kind for arrival in new).items())),
        "accepted_by_kind": dict(sorted(Counter(fact.kind for fact in sample.facts).items())),
        "people": len(county.statuses),
        "jobseekers": sum(fact.kind == "jobseeker.registered" for fact in sample.facts),
        "employers": len(county.employers),
        "vacancies": sum(fact.kind == "vacancy.opened" for fact in sample.facts),
        "employments": len(county.jobs),
        "outcomes": {
            "accepted_at_once": len(new) - len(sample.faults),
            "parked_then_accepted": sum(fault.outcome == "parked" for fault in sample.faults),
            "rejected": sum(fault.outcome == "rejected" for fault in sample.faults),
            "duplicate": len(sample.arrivals) - len(new),
        },
        "duplicates": [_name(arrival) for arrival in sample.arrivals if arrival.duplicate],
        "faults_by_reason": dict(sorted(Counter(fault.reason for fault in sample.faults).items())),
        "faults": [_described(fault, new) for fault in sample.faults],
        "social_insurance": insurance,
        "stable_employment": stable,
        "net_fen": {"social-insurance": insurance["net_fen"], "stable-employment": stable["net_fen"]},
    }


def _described(fault: Fault, new: list[Arrival]) -> dict[str, str]:
    arrival = next(arrival for arrival in new if arrival.fact is fault.fact)
    return {**_name(arrival), "reason": fault.reason, "outcome": fault.outcome, "path": fault.path}


def _name(arrival: Arrival) -> dict[str, str]:
    return {"source": arrival.event["source"], "id": arrival.event["id"]}
