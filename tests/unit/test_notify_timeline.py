"""The timeline of a case: one sentence an event, kept by what the sentence names."""

from datetime import date

import pytest

from services.notify.domain.timeline import Phrasebook, subject_tag
from services.notify.phrasebook import load_phrasebook
from services.notify.service import SERVICE
from services.notify.subscribers import TIMELINE_ENTRY
from shared.catalog import CATALOG
from shared.errors import ConfigurationError
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed
from shared.events.finance import ParameterPublished
from shared.events.people import RosterEntry
from shared.events.premiums import PremiumPaid
from shared.ops.running import find_services
from shared.runner.core import Message
from shared.runner.memory import Memory
from shared.strict_yaml import StrictYaml
from tests.support.facts import KEYS
from tests.support.story import story

PERSON, USCC = "p" + "a" * 25, "91350622MA2Y1A2B7G"
DAY = date(2018, 3, 5)
HIRED = EmploymentConfirmed(
    employment_id="J1", person_id=PERSON, uscc=USCC, starts_on=date(2018, 3, 1), post_kind="workshop"
)
PAID = PremiumPaid(
    uscc=USCC,
    person_id=PERSON,
    period="2018-02",
    paid_on=DAY,
    pension_fen=50_400,
    medical_fen=22_400,
    unemployment_fen=0,
)


def told(event: Event, language: str = "zh") -> str:
    entry = TIMELINE_ENTRY.evolve(TIMELINE_ENTRY.initial(""), message(event))
    return load_phrasebook().sentence(entry, language)  # type: ignore[arg-type]


def message(event: Event) -> Message:
    return Message("m", "", event, 7, DAY, "c")


def test_a_sentence_names_what_the_event_says_in_chinese_and_in_english() -> None:
    assert told(HIRED) == f"在 {USCC} 就业：扶贫车间（J1）"
    assert told(HIRED, "en") == f"works at {USCC}: workshop post (J1)"
    assert "养老 504.00、医疗 224.00、失业 0.00 元" in told(PAID)


def test_an_entry_stands_with_the_person_and_with_the_employer_on_the_day_since_which_it_is_true() -> None:
    for event, on in ((HIRED, date(2018, 3, 1)), (PAID, date(2018, 2, 1))):
        entry = TIMELINE_ENTRY.evolve(TIMELINE_ENTRY.initial(""), message(event))
        assert (entry.on, entry.known_on, entry.sequence) == (on, DAY, 7)
        assert set(TIMELINE_ENTRY.tags(entry)) == {subject_tag(PERSON), subject_tag(USCC)}


def test_what_is_about_nobody_stands_in_no_timeline() -> None:
    value = ParameterPublished(parameter="a.b", value=1, valid_from=DAY, known_on=DAY, doc_no="x")
    assert list(TIMELINE_ENTRY.concerns(message(value))) == []


def test_every_event_of_a_person_that_is_told_has_one_entry_under_its_id() -> None:
    memory = Memory(find_services(), KEYS)
    for each in story(3):
        memory.publish(each.subject, each.body)
    topics = load_phrasebook().by_topic
    wanted = {m.id for m in memory.emitted if m.event.topic in topics}
    assert wanted
    assert memory.states("timeline_entry").keys() == wanted


def test_the_catalogue_lists_notify_for_every_event_of_a_timeline() -> None:
    listed = {entry.event for entry in CATALOG if "notify" in entry.consumers}
    assert set(load_phrasebook().events) <= listed
    assert RosterEntry in SERVICE.subscriptions[1].listens


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{event: roster.entered, zh: a, en: b}", "there is no event roster.entered"),
        ("{event: roster.entry, zh: '{name}', en: b}", "{name} is not one of"),
        ("{event: roster.entry, on: day, zh: a, en: b}", "{day} is not one of"),
    ],
)
def test_a_phrase_that_names_what_is_not_there_is_refused_with_its_line(entry: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=r"timeline.yaml, line 2: ") as caught:
        StrictYaml("timeline.yaml", f"entries:\n  - {entry}\n", typed=False).filled(Phrasebook)
    assert says in str(caught.value)
