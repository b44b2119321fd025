"""The words of the Case pages say what the services say that they stand for."""

from typing import Any, get_args

import pytest

from services.matching.words import TERMS, reason_of
from services.notify.adapters.web.case import About
from services.notify.adapters.web.case_acts import ACT_OF, ACTS, DUTIES, ITEMS, LABELS, MEASURES, VISITS
from services.notify.adapters.web.words import load_words
from services.notify.case_views import ABOUT, about_of, because
from services.notify.domain.rules import KINDS
from services.notify.phrasebook import load_phrasebook
from services.registry.casework_data import load_casework, load_households
from services.registry.duty_rules import shipped_duties
from services.subsidy.domain.awaited import AWAITED

WORDS = load_words()
KNOWN: list[dict[str, int]] = [
    {"skills_asked": 3, "skills_had": 2, "occupation_levels": 4, "same_township": 1, "same_county": 1, "km": 7},
    {"skills_asked": 0, "skills_had": 0, "occupation_levels": 0, "same_township": 0, "same_county": 1},
    {"skills_asked": 1, "skills_had": 0, "occupation_levels": 2, "same_township": 0, "same_county": 0, "km": 40},
]
MORE = {
    "wage_fen": 320_050, "wanted_fen": 300_000, "open_days": 3, "lasted": 4, "begun": 9, "waiting_days": 30,
    "idle_household": 1,
}  # fmt: skip


def say(key: str, /, **values: Any) -> str:
    return WORDS.say("zh", key, **values)


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("term", sorted(TERMS))
def test_a_term_of_an_offer_is_explained_as_bangfu_why_explains_it(term: str, known: dict[str, int]) -> None:
    for idle in (0, 1):
        measured = known | MORE | {"idle_household": idle}
        assert because(term, measured, say) == reason_of(term, measured)
    assert because(term, {}, say) == ""
    assert WORDS.texts[f"term.{term}"].zh == TERMS[term][0]
    assert WORDS.texts[f"term.{term}"].en == TERMS[term][1]


def test_every_event_of_a_timeline_has_a_filter_and_every_filter_a_name() -> None:
    found = {about_of(topic) for topic in load_phrasebook().by_topic}
    assert found == set(ABOUT) == set(get_args(About))
    assert all(WORDS.known(f"about.{about}") for about in ABOUT)


def test_every_fact_that_money_waits_for_has_a_name() -> None:
    assert {key for key in WORDS.texts if key.startswith("awaits.")} == {f"awaits.{each}" for each in AWAITED.values()}


def test_the_items_of_a_household_are_registrys() -> None:
    titles = {item.code: (item.title.zh, item.title.en) for item in load_households().items}
    assert tuple(titles) == ITEMS
    assert {code: (WORDS.texts[f"item.{code}"].zh, WORDS.texts[f"item.{code}"].en) for code in ITEMS} == titles


def test_every_service_that_can_be_ticked_is_one_that_registry_recognises_in_a_plan() -> None:
    services = {service.code: service.measures for service in load_casework().services if service.measures}
    assert set(services) == set(MEASURES)
    for code, words in services.items():
        assert any(word in say(f"measure.{code}") for word in words), code


def test_the_kinds_of_visits_are_registrys_and_have_names() -> None:
    assert set(VISITS) == set(load_casework().visits) <= load_phrasebook().words["kind"].keys()


def test_a_duty_is_reported_by_a_word_that_registry_takes_for_it() -> None:
    duties = {duty.duty: duty for duty in shipped_duties().duties if duty.whose.subject == "placement"}
    taken = {name: {key for way in duty.done_by for key in way.keys} for name, duty in duties.items()}
    by_word = {name for name, keys in taken.items() if any(key.startswith("duty.done/") for key in keys)}
    assert set(LABELS) == by_word
    for name, label in LABELS.items():
        assert f"duty.done/{label}" in taken[name]
    for kind, owed in DUTIES.items():
        assert all(kind in duties[name].whose.roles for name in owed)


def test_every_act_has_a_name_and_every_alert_that_leads_to_one_exists() -> None:
    assert all(WORDS.known(f"do.{act.name}") for act in ACTS)
    assert set(ACT_OF) <= set(KINDS)
    assert set(ACT_OF.values()) <= {act.name for act in ACTS}
