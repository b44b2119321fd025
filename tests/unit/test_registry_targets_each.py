"""Each target of the documents counts the facts that its clause asks for, and no others."""

from datetime import date
from typing import Any

import pytest

from services.registry.targets_file import load_targets
from shared.identity import make_id_number
from tests.support.counting import HESHUI, activity, closed, course, entry, reached
from tests.support.facts import COUNTY, id_number, offer
from tests.support.world import accepted

QINGYANG = [f"6210{number}" for number in ("02", "21", "22", "23", "24", "25", "26", "27")]
JINAN = "370102"
PLACE = {"county": COUNTY, "township": f"{COUNTY}100", "village": f"{COUNTY}100201"}


@pytest.mark.parametrize(
    ("target", "window", "said", "counts"),
    [
        ("technique-training", "2018", {"programme": "cadre-training", "kind": "农业技术推广能力培训"}, (0, 10, 0)),
        ("farm-techniques", "2018", {"programme": "rural-talent-training", "kind": "农民实用技术培训"}, (0, 10, 0)),
        ("labour-transfer-training", "2018", {}, (0, 10, 0)),
        ("labour-brand-training", "2018", {"kind": "劳务品牌培训"}, (0, 10, 0)),
        ("expert-visits", "2018", {"programme": "expert-service", "kind": "现场指导", "county": COUNTY}, (0, 10, 0)),
        (
            "expert-activities",
            "2021",
            {"programme": "expert-activities", "kind": "服务基层", "county": JINAN, "date": "2021-05-04"},
            (0, 1, 0),
        ),
        ("school-lectures", "2013", {"programme": "school-pairs", "kind": "讲师团讲学", "county": COUNTY}, (0, 10, 0)),
    ],
)
def test_each_target_counts_its_own_facts(
    target: str, window: str, said: dict[str, Any], counts: tuple[int, int, int]
) -> None:
    registry = accepted([activity("a-1", 10, **said), activity("a-2", 7, programme="training-base", kind="招聘会")])
    assert reached(registry, target, window) == {said.get("county", HESHUI): counts}
    others = [t.id for t in load_targets().targets if t.id != target and reached(registry, t.id, window)]
    assert others == []


def test_heads_of_experts_add_up_to_the_seventy_that_the_plan_asks_for() -> None:
    visits = [activity(f"a-{n}", 35, programme="expert-service", kind="送医送药", county=COUNTY) for n in (1, 2)]
    assert reached(accepted(visits), "expert-visits", "2018") == {COUNTY: (0, 70, 0)}


def test_all_eight_counties_of_qingyang_can_be_covered_and_each_counts_once() -> None:
    said = {"programme": "cadre-training", "kind": "轮训", "date": "2016-09-01"}
    held = [activity(f"a-{county}-{n}", county=county, **said) for county in QINGYANG for n in (1, 2)]
    counts = reached(accepted(held), "cadre-round", "2015-2017")
    assert counts == dict.fromkeys(QINGYANG, (1, 0, 0))
    (target,) = [target for target in load_targets().targets if target.id == "cadre-round"]
    assert target.value == len(counts)


def test_a_pension_covers_everybody_of_the_ages_who_is_enrolled_or_whose_employer_paid() -> None:
    people = [entry(number, **PLACE) for number in (1, 2, 3, 4)]
    facts = [
        offer("employer.registered", "e-1"),
        offer("pension.enrolled", "n-1", id_number=id_number(1)),
        offer("pension.contributed", "n-2", id_number=id_number(1)),
        offer("premium.paid", "n-3", id_number=id_number(2)),
        offer("premium.paid", "n-4", id_number=id_number(2), period="2018-04"),
        offer("premium.paid", "n-5", id_number=id_number(3), pension_fen=0),
    ]
    registry = accepted([*people, *facts])
    assert reached(registry, "pension-coverage", "2018") == {COUNTY: (2, 0, 4)}
    of_two = [fact for fact in registry.memory.states("target_fact").values() if fact.topic == "premium.paid"]
    assert len(of_two) == 1


def test_who_comes_of_age_or_grows_too_old_is_counted_so_from_the_new_year_on() -> None:
    born = {1: date(1959, 6, 1), 2: date(1985, 2, 3), 3: date(2003, 6, 1)}
    numbers = {n: make_id_number(COUNTY, day, n) for n, day in born.items()}
    people = [offer("roster.entry", f"r-{n}", id_number=number, **PLACE) for n, number in numbers.items()]
    enrolled = [offer("pension.enrolled", f"n-{n}", id_number=numbers[n], year=2019) for n in (1, 3)]
    registry = accepted([*people, *enrolled])
    assert reached(registry, "pension-coverage", "2018") == {COUNTY: (0, 0, 2)}
    closed(registry, date(2019, 1, 1))
    assert reached(registry, "pension-coverage", "2018") == {COUNTY: (0, 0, 2)}
    assert reached(registry, "pension-coverage", "2019") == {COUNTY: (1, 0, 2)}


def test_certificates_are_counted_over_those_who_asked_for_one() -> None:
    people = [entry(number, **PLACE) for number in (1, 2, 3)]
    asked = [offer("certificate.requested", f"q-{n}", id_number=id_number(n)) for n in (1, 2)]
    issued = [offer("certificate.issued", f"i-{n}", id_number=id_number(n)) for n in (1, 3)]
    assert reached(accepted([*people, *asked, *issued]), "certificates", "2017-2018") == {COUNTY: (1, 0, 2)}


def test_a_station_counts_once_in_its_key_county() -> None:
    said = {"kind": "talent_station", "organisation_id": "S1", "county": COUNTY}
    facts = [offer("appraisal.recorded", f"s-{year}", **said, year=year) for year in (2017, 2018)]
    assert reached(accepted(facts), "talent-stations", "2017-2020") == {COUNTY: (1, 0, 0)}


def test_a_course_for_a_village_covers_that_village_and_not_the_one_where_the_person_lives() -> None:
    said = {"programme": "rural-talent-training", "kind": "农村实用人才培训"}
    facts = [entry(1), entry(2), course(1, 1, **said, village=f"{HESHUI}100205"), course(2, 2, **said)]
    registry = accepted(facts)
    assert reached(registry, "rural-talent-villages", "2015-2019") == {HESHUI: (2, 0, 0)}
    covered = {fact.counts for fact in registry.memory.states("target_fact").values()}
    assert covered == {f"{HESHUI}100205", f"{HESHUI}100201"}
