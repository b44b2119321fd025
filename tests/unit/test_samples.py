"""The sample county: reproducible, made up, and true to the intake contract."""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import phonenumbers
import pytest
from phonenumbers import geocoder
from stdnum import numdb

from samples.county import Sample, expectation, make_sample
from samples.expected import gather
from samples.facts import Fact, of_kind
from samples.faults import Fault
from samples.generate import SEED
from samples.places import townships
from shared.catalog import FACT_BY_TYPE
from shared.events.contract import offered_form
from shared.identity import normalise_id_number, normalise_phone, normalise_uscc

day = date.fromisoformat

# The intake contract's table: fields that must be given | fields that may be.
FIELDS = {
    "roster.entry": "id_number name household_id status status_from county township village"
    " | head labour_ability disability",
    "jobseeker.registered": "id_number name phone county education skills occupations sms_consent"
    " | township village location wanted_wage_fen max_distance_km household wants_training wants_startup",
    "employer.registered": "uscc name kind size county insured_county | contact_phone",
    "vacancy.opened": "vacancy_id uscc title post_kind openings county skills | township location occupation"
    " education_min age_min age_max wage_min_fen wage_max_fen closes_on reserved_for",
    "coordinator.registered": "coordinator_id name phone county townships villages role | office",
    "employment.confirmed": "employment_id id_number uscc starts_on post_kind"
    " | vacancy_id contract_until probation_months wage_fen county",
    "employment.ended": "employment_id last_day reason |",
    "premium.paid": "uscc id_number period paid_on pension_fen medical_fen unemployment_fen"
    " | injury_fen maternity_fen late_fee_fen",
    "premium.corrected": "uscc id_number period date pension_fen medical_fen unemployment_fen |",
    "premium.refunded": "uscc id_number period date pension_fen medical_fen unemployment_fen |",
    "headcount.reported": "uscc year at_start at_end natural_leavers unemployment_premium_fen | average",
    "parameter.published": "parameter value valid_from known_on doc_no | county clause",
    "sms.replied": "from text received_at | to",
    "calendar.day_closed": "date |",
}


@pytest.fixture(scope="module")
def sample() -> Sample:
    return make_sample(SEED)


@pytest.fixture(scope="module")
def good(sample: Sample) -> list[Fact]:
    return sample.facts


def test_the_county_has_the_size_it_promises(sample: Sample) -> None:
    expected = expectation(sample, SEED)

    assert (expected["people"], expected["employers"], expected["vacancies"], expected["employments"]) == (
        300,
        40,
        120,
        150,
    )
    assert expected["accepted_by_kind"]["coordinator.registered"] == 12
    assert expected["accepted_by_kind"]["employment.ended"] == 30
    assert expected["accepted_by_kind"]["headcount.reported"] == 10
    assert sum(expected["outcomes"].values()) == expected["lines"]


def test_every_accepted_fact_has_the_fields_of_the_intake_contract_and_no_other(good: list[Fact]) -> None:
    for fact in good:
        required, optional = (set(part.split()) for part in FIELDS[fact.kind].split("|"))
        assert required <= set(fact.data) <= required | optional, fact.kind


def test_every_accepted_fact_passes_the_published_contract(sample: Sample) -> None:
    forms = {kind: offered_form(FACT_BY_TYPE[f"cn.bangfu.{kind}.v1"]) for kind in FIELDS}
    faults = {id(fault.fact) for fault in sample.faults if fault.outcome == "rejected"}
    for arrival in sample.arrivals:
        if id(arrival.fact) not in faults:
            forms[arrival.fact.kind].model_validate_json(json.dumps(arrival.fact.data))


def test_identity_numbers_have_valid_check_digits_and_an_address_that_never_existed(good: list[Fact]) -> None:
    numbers = [fact.data["id_number"] for fact in good if "id_number" in fact.data]

    assert all(normalise_id_number(number) == number for number in numbers)
    assert {number[:6] for number in numbers} == {"350699"}
    assert not any("county" in known for _, known in numdb.get("cn/loc").info("350699"))


def test_social_credit_codes_have_valid_check_characters_and_names_say_that_they_are_samples(good: list[Fact]) -> None:
    employers = [fact.data for fact in of_kind(good, "employer.registered")]

    assert all(normalise_uscc(data["uscc"]) == data["uscc"] for data in employers)
    assert len({data["uscc"] for data in employers}) == len({data["name"] for data in employers}) == 40
    assert all("样例" in data["name"] for data in employers)


def test_phones_are_mobiles_of_a_block_without_a_known_place(good: list[Fact]) -> None:
    phones = {fact.data[field] for fact in good for field in ("phone", "contact_phone", "from") if field in fact.data}
    for phone in phones:
        number = phonenumbers.parse(phone, "CN")
        assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
        assert geocoder.description_for_number(number, "en") == "China"
        assert normalise_phone(phone) == f"+86{phone}"
    assert {phone[:7] for phone in phones} == {"1990000"}


def test_one_phone_belongs_to_one_person_or_employer(good: list[Fact]) -> None:
    holders = [
        fact.data.get("phone") or fact.data["contact_phone"]
        for fact in good
        if "phone" in fact.data or "contact_phone" in fact.data
    ]

    assert len(set(holders)) == len(holders)


def test_every_place_is_a_township_of_its_county(good: list[Fact]) -> None:
    codes = {place.code: place.county for place in townships()}

    assert Counter(codes.values()) == {"350622": 9, "350624": 15, "350628": 15}
    for fact in good:
        if "township" in fact.data:
            assert codes[fact.data["township"]] == fact.data["county"]
        if "village" in fact.data:
            assert fact.data["village"] == f"{fact.data['township']}000"


def test_events_are_cloudevents_with_unique_ids_and_subjects_that_name_no_person(sample: Sample) -> None:
    people = {fact.data["id_number"] for fact in of_kind(sample.facts, "roster.entry")}
    new = [arrival.event for arrival in sample.arrivals if not arrival.duplicate]

    assert len({(event["source"], event["id"]) for event in new}) == len(new)
    for event in new:
        assert event["specversion"] == "1.0"
        assert event["type"].startswith("cn.bangfu.")
        assert event["type"].endswith(".v1")
        envelope = json.dumps({name: value for name, value in event.items() if name != "data"})
        assert not any(person in envelope for person in people)


def test_events_arrive_in_the_order_of_their_times_except_what_comes_twice(sample: Sample) -> None:
    times = [datetime.fromisoformat(arrival.event["time"]) for arrival in sample.arrivals if not arrival.duplicate]

    assert times == sorted(times)
    assert all(time.utcoffset() == timedelta(hours=8) for time in times)


def test_every_day_is_closed_once_and_each_fact_arrives_on_the_open_day(sample: Sample) -> None:
    closed = day("2017-12-30")
    for arrival in sample.arrivals:
        if arrival.fact.kind == "calendar.day_closed":
            assert day(arrival.fact.data["date"]) == closed + timedelta(days=1)
            closed += timedelta(days=1)
            assert arrival.event["id"] == f"day-{closed}"
        elif not arrival.duplicate:
            assert arrival.fact.at == closed + timedelta(days=1)
    assert sample.arrivals[0].fact.kind == "calendar.day_closed"
    assert closed == day("2019-06-30")


def test_nothing_refers_to_what_has_not_arrived_except_the_parked_premium(sample: Sample) -> None:
    """A person, an employer, a vacancy, an employment is known before anything else names it."""
    known: set[str] = set()
    ahead = []
    faults = {id(fault.fact): fault for fault in sample.faults}
    for arrival in sample.arrivals:
        fact = arrival.fact
        fault = faults.get(id(fact), Fault(fact, "", "accepted", ""))
        if fault.outcome == "rejected":
            continue
        names = [fact.data[name] for name in ("id_number", "uscc", "vacancy_id", "employment_id", "from")
                 if name in fact.data]  # fmt: skip
        if fact.kind in {"roster.entry", "employer.registered", "vacancy.opened", "employment.confirmed"}:
            known.add(fact.subject or fact.data["id_number"])
        if fact.kind == "jobseeker.registered":
            known.add(fact.data["phone"])
        if not set(names) <= known:
            ahead.append(fault)
    assert [fault.reason for fault in ahead] == ["unknown_employer"]


def test_nobody_has_two_employments_on_one_day_and_everyone_employed_is_of_working_age(good: list[Fact]) -> None:
    county = gather(good)
    for person in county.statuses:
        jobs = [job for job in county.jobs.values() if job["id_number"] == person]
        spells = sorted(spell for uscc in {job["uscc"] for job in jobs} for spell in county.spells(person, uscc))
        born = day(f"{person[6:10]}-{person[10:12]}-{person[12:14]}")
        assert all(later[0] > earlier[1] for earlier, later in pairwise(spells))
        assert all(first <= last and first.year - born.year >= 16 for first, last in spells)


def test_an_employment_is_confirmed_after_it_started_and_ended_after_its_last_day(good: list[Fact]) -> None:
    confirmed = {fact.data["employment_id"]: fact for fact in of_kind(good, "employment.confirmed")}

    assert all(fact.at >= day(fact.data["starts_on"]) for fact in confirmed.values())
    for fact in of_kind(good, "employment.ended"):
        start = day(confirmed[fact.data["employment_id"]].data["starts_on"])
        assert start < day(fact.data["last_day"]) <= fact.at


def test_premiums_are_the_employers_share_of_a_base_and_the_pension_rate_falls_in_may_2019(good: list[Fact]) -> None:
    for fact in of_kind(good, "premium.paid"):
        base = fact.data["unemployment_fen"] * 200
        rate = 18 if fact.data["period"] < "2019-05" else 16
        assert 280_000 <= base <= 350_000
        assert fact.data["pension_fen"] * 100 == base * rate
        assert fact.data["medical_fen"] * 100 == base * 8


def test_corrections_lower_a_premium_and_refunds_give_back_no_more_than_was_paid(good: list[Fact]) -> None:
    paid = {key(fact): fact for fact in of_kind(good, "premium.paid")}

    for fact in [*of_kind(good, "premium.corrected"), *of_kind(good, "premium.refunded")]:
        before = paid[key(fact)]
        assert before.at < fact.at == day(fact.data["date"])
        assert 0 < fact.data["pension_fen"] <= before.data["pension_fen"]


def test_late_payments_carry_a_late_fee_and_are_about_five_in_a_hundred(good: list[Fact]) -> None:
    paid = of_kind(good, "premium.paid")
    late = [fact for fact in paid if f"{fact.at:%Y-%m}" > fact.data["period"]]

    assert all("late_fee_fen" in fact.data for fact in late)
    assert 0.03 < len(late) / len(paid) < 0.07


def test_replies_come_from_people_who_agreed_to_messages_and_after_they_had_registered(good: list[Fact]) -> None:
    seekers = {fact.data["phone"]: fact for fact in of_kind(good, "jobseeker.registered")}
    replies = of_kind(good, "sms.replied")

    assert {fact.data["text"] for fact in replies} == {"Y", "N", "T"}
    for fact in replies:
        assert seekers[fact.data["from"]].data["sms_consent"]
        assert seekers[fact.data["from"]].at < fact.at


def test_five_facts_are_bad_one_waits_and_two_come_twice(sample: Sample) -> None:
    expected = expectation(sample, SEED)

    assert expected["faults_by_reason"] == {
        "bad_check_digit": 1,
        "bad_date": 1,
        "operator_in_key": 1,
        "out_of_range": 1,
        "unknown_employer": 1,
        "unknown_type": 1,
    }
    assert expected["outcomes"]["rejected"] == 5
    assert expected["outcomes"]["parked_then_accepted"] == 1
    lines = [arrival.line for arrival in sample.arrivals]
    assert sorted(lines.count(line) for line in set(lines))[-3:] == [1, 2, 2]


def test_what_is_expected_names_nobody(sample: Sample) -> None:
    text = json.dumps(expectation(sample, SEED), ensure_ascii=False)

    assert "350699" not in text
    assert not any(fact.data["name"] in text for fact in of_kind(sample.facts, "roster.entry"))


def key(fact: Fact) -> tuple[str, str, str]:
    return fact.data["uscc"], fact.data["id_number"], fact.data["period"]


BASE_2800, BASE_3000, BASE_3500 = (50_400, 22_400, 1_400), (54_000, 24_000, 1_500), (63_000, 28_000, 1_750)
