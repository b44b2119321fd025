"""Twelve labour officers who look after the townships of the sample county: none of them exists."""

import random
from datetime import date

from samples.facts import Fact, chance
from samples.names import family_name, given_name
from samples.people import PHONE_BLOCK
from samples.places import COUNTY_NAMES, COUNTY_SLUGS, PINGHE, YUNXIAO, ZHAOAN, Township, townships


def coordinator_facts(seed: int) -> list[Fact]:
    """Return four officers a county: one for the county, two that share its townships, one for a single village."""
    luck = chance(seed, "coordinators")
    facts: list[Fact] = []
    for county in (YUNXIAO, PINGHE, ZHAOAN):
        places = [place for place in townships() if place.county == county]
        half = len(places) // 2
        for role, area in (
            ("county", []),
            ("township", places[:half]),
            ("township", places[half:]),
            ("village", places[:1]),
        ):
            facts.append(_officer(luck, len(facts) + 1, county, role, area))
    return facts


def _officer(luck: random.Random, number: int, county: str, role: str, area: list[Township]) -> Fact:
    coordinator_id = f"C{number:02d}"
    data = {
        "coordinator_id": coordinator_id,
        "name": family_name(luck) + given_name(luck, male=number % 2 == 0),
        "phone": f"{PHONE_BLOCK}{9000 + number}",
        "county": county,
        "townships": [place.code for place in area],
        "villages": [place.village for place in area] if role == "village" else [],
        "role": role,
        "office": f"{area[0].name}劳动保障所" if area else f"{COUNTY_NAMES[county]}县人社局",
    }
    return Fact(date(2018, 1, 2), f"{COUNTY_SLUGS[county]}-job-centre", "coordinator.registered", data, coordinator_id)
