"""Forty-two labour officers, two of whom are replaced in the year; the values that the counties publish."""

from datetime import date, timedelta
from typing import Any

from samples.facts import Fact, chance
from samples.names import family_name, given_name
from samples.people import PHONE_BLOCK
from samples.places import COUNTY_NAMES, COUNTY_SLUGS, PINGHE, YUNXIAO, ZHAOAN, townships
from samples.year.days import EXAMPLE, source

REPLACED = {"Y05": (date(2021, 3, 1), "Y91"), "Y20": (date(2021, 6, 1), "Y92")}
_BEGIN = date(2020, 11, 2)
_HANDING_OVER = timedelta(days=4)  # the successor is there first: who is relieved hands over to whoever is nearest

_VALUES = (
    (None, "dispatch_grant.quarter_fen", 500_000),
    (None, "dispatch_grant.factor_excellent_percent", 100),
    (None, "dispatch_grant.factor_qualified_percent", 100),
    (None, "dispatch_grant.factor_basic_percent", 50),
    (None, "dispatch_grant.factor_failed_percent", 0),
    (PINGHE, "stable_employment.reward_fen", 100_000),
    (YUNXIAO, "public_welfare_post.ratio_percent", 100),
    (YUNXIAO, "minimum_wage.month_fen", 157_000),
)


def officer_facts(seed: int) -> list[Fact]:
    """Return an officer for every township and one for every county; who follows on whom."""
    luck = chance(seed, "year-officers")
    facts: list[Fact] = []
    areas: list[tuple[str, Any]] = [(place.county, place) for place in townships()]
    for number, (county, place) in enumerate([*areas, *((each, None) for each in (YUNXIAO, PINGHE, ZHAOAN))], 1):
        data = {
            "coordinator_id": f"Y{number:02d}",
            "name": family_name(luck) + given_name(luck, male=number % 2 == 0),
            "phone": f"{PHONE_BLOCK}{9100 + number}",
            "county": county,
            "townships": [place.code] if place else [],
            "villages": [place.village] if place else [],
            "role": "village" if place else "county",
            "office": f"{place.name}劳动保障所" if place else f"{COUNTY_NAMES[county]}县人社局",
        }
        facts.append(_registered(_BEGIN, data))
        if data["coordinator_id"] in REPLACED:
            facts += _replacement(data, f"{family_name(luck)}{given_name(luck, male=True)}", number)
    return facts


def value_facts() -> list[Fact]:
    """Return what the counties publish; the documents are EXAMPLES."""
    return [
        Fact(
            _BEGIN,
            f"{COUNTY_SLUGS[county or PINGHE]}-finance",
            "parameter.published",
            {
                "parameter": parameter,
                "value": value,
                "valid_from": "2020-11-01",
                "known_on": "2020-11-02",
                "doc_no": EXAMPLE.format(number),
            }
            | ({"county": county} if county else {}),
            parameter,
        )
        for number, (county, parameter, value) in enumerate(_VALUES, start=1)
    ]


def _replacement(left: dict[str, Any], name: str, number: int) -> list[Fact]:
    day, successor = REPLACED[left["coordinator_id"]]
    data = left | {"coordinator_id": successor, "name": name, "phone": f"{PHONE_BLOCK}{9200 + number}"}
    relieved = {"coordinator_id": left["coordinator_id"]}
    centre = source(left["county"], "job-centre")
    begun = _registered(day - _HANDING_OVER, data)
    return [begun, Fact(day, centre, "coordinator.relieved", relieved, left["coordinator_id"])]


def _registered(day: date, data: dict[str, Any]) -> Fact:
    return Fact(day, source(data["county"], "job-centre"), "coordinator.registered", data, data["coordinator_id"])
