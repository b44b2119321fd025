"""The timeline of a case: one sentence an event, kept by what the sentence names."""

from datetime import date

import pytest

from services.notify.domain.timeline import Entry, Phrasebook, subject_tag
from services.notify.phrasebook import load_phrasebook
from services.notify.rulebook import load_rulebook
from services.notify.service import SERVICE
from services.notify.subscribers import TIMELINE_ENTRY
from services.registry.duty_rules import shipped_duties
from services.subsidy.adapters.programme_files import shipped_rulebook
from shared.catalog import CATALOG
from shared.errors import ConfigurationError
from shared.events.contract import Event
from shared.events.duties import DutyMissed
from shared.events.employment import AgreementSigned, EmploymentConfirmed
from shared.events.finance import ParameterPublished
from shared.events.offers import OfferProposed
from shared.events.people import RosterEntry
from shared.events.placements import ApplicationChecked, ApplicationPosted
from shared.events.premiums import PremiumPaid
from shared.events.roster import ExitProposed
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


@pytest.mark.parametrize(
    ("event", "zh", "en"),
    [
        (
            ExitProposed(person_id=PERSON, snapshot_id="S1", county="350622", status="listed"),
            "花名册 S1 中没有此人（原为建档立卡未脱贫），是否退出待确认",
            "not on the roster S1 (was: listed as poor): the exit is to be confirmed",
        ),
        (
            DutyMissed(
                subject="placement", subject_id="D07", duty="dispatch_summary", period="2021-H1", person_id=PERSON,
                due_on=date(2021, 6, 30), lapsed=False,
            ),
            "半年有总结（D07，2021-H1）应于 2021-06-30 前完成，未完成",
            "Half-yearly summary (D07, 2021-H1) was due on 2021-06-30 and not done",
        ),
        (
            ApplicationChecked(
                application_id="A-1", person_id=PERSON, programme="dispatch-quota", round_id="R1", review="approved",
                round_closes_on=DAY, review_by=DAY, answers=[],
            ),
            "报名 A-1（“三区”人才选派名额）列入批次 R1，应于 2018-03-05 前审核；审核结论：通过",
            ("application A-1 (Quota of dispatched workers) is in round R1, to be reviewed by 2018-03-05; "
            "review: approved"),
        ),
        (
            ApplicationPosted(application_id="A-1", person_id=PERSON, employment_id="D01"),
            "报名 A-1 的派岗：D01",
            "posted by application A-1: D01",
        ),
        (
            AgreementSigned(employment_id="D01", version="v1", date=DAY, party_count=3, person_id=PERSON),
            "签订协议 v1（D01，3 方）",
            "agreement v1 signed (D01, 3 parties)",
        ),
    ],
    ids=lambda value: value.topic if isinstance(value, Event) else "",
)  # fmt: skip
def test_what_registry_finds_stands_in_the_case_of_its_person(event: Event, zh: str, en: str) -> None:
    assert (told(event), told(event, "en")) == (zh, en)
    assert TIMELINE_ENTRY.tags(TIMELINE_ENTRY.evolve(Entry(), message(event))) == (subject_tag(PERSON),)


def test_a_duty_is_called_what_its_alert_calls_it() -> None:
    (rule,) = [rule for rule in load_rulebook().rules if rule.kind == "duty_overdue"]
    words = load_phrasebook().words["duty"]
    assert words.items() <= rule.words["duty"].items()
    assert words.keys() == {
        duty.duty for duty in shipped_duties().duties if duty.whose.subject in {"placement", "pair"}
    }


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


def test_a_programme_is_called_what_its_file_calls_it() -> None:
    titles = {name: dict(each.title) for name, each in shipped_rulebook().programmes.items()}
    said = load_phrasebook().words["programme"]
    assert {name: {"zh": words.zh, "en": words.en} for name, words in said.items()} == titles


def test_an_entry_keeps_on_what_it_rests() -> None:
    offered = OfferProposed(
        offer_id="o-1", message_id="m-1", person_id=PERSON, vacancy_id="V1", uscc=USCC, title="缝纫工", county="350622",
        score_bp=7_200, terms={"skills": 4_000, "nearness": 3_200}, market_sequence=7, expires_on=date(2018, 3, 12),
        measures={"skills_asked": 2, "skills_had": 2},
    )  # fmt: skip
    entry = TIMELINE_ENTRY.evolve(Entry(), message(offered))
    assert entry.basis == {
        "score_bp": "7200",
        "terms": "skills=4000\nnearness=3200",
        "measures": "skills_asked=2\nskills_had=2",
        "expires_on": "2018-03-12",
    }
    assert TIMELINE_ENTRY.evolve(Entry(), message(HIRED)).basis == {}
