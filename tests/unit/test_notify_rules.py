"""rules.yaml and what officers read: the words, their dates, and what a broken file says."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.notify.domain.alert import Alert, State
from services.notify.domain.rules import FIELDS
from services.notify.rulebook import load_rulebook, read_rulebook
from services.notify.rules_page import rules_page
from services.notify.views import (
    coordinator_tag,
    history_of,
    inbox,
    query_of,
    row_of,
)
from shared.errors import ConfigurationError
from tests.support.desk import Desk
from tests.unit.test_notify_life import SILENT

PERSON = "p" + "a" * 25
DAY = date(2018, 3, 5)
NEXT = date(2018, 3, 6)
RULES = load_rulebook()
ACCEPTED = Alert(
    kind="offer_accepted",
    matter="O1",
    person_id=PERSON,
    case_id=PERSON,
    county="350622",
    coordinator_id="C1",
    raised_on=DAY,
    urgency="act",
    count=1,
    last_on=DAY,
    details={"offer_id": "O1", "vacancy_id": "V1", "uscc": "91350622MA2Y1A2B7G", "title": "缝纫工"},
)
ACCRUED = Alert(
    kind="subsidy_accrued",
    matter="91350622MA2Y1A2B7G/2018-03/350622",
    county="350622",
    raised_on=DAY,
    urgency="know",
    count=3,
    last_on=NEXT,
    amount_fen=74_200,
    details={"payee": "91350622MA2Y1A2B7G", "posted": "2018-03"},
)


def entry(kind: str, *, since: str = "2017-01-01", title: str = "好") -> str:
    return (
        f"  - kind: {kind}\n    since: {since}\n    urgency: act\n    office: county\n"
        f"    title: {{zh: '{title}', en: yes}}\n    todo: {{zh: 办, en: do}}\n"
    )


def book(*more: str) -> str:
    return "rules:\n" + "".join(entry(kind) for kind in FIELDS) + "".join(more)


LINES = 6 * len(FIELDS) + 1  # of a book without more


@pytest.mark.parametrize(
    ("others", "zh", "en"),
    [
        ("0", "当期没有实际缴费记录", "no premium was paid"),
        ("2", "当期没有实际缴费记录；另有 2 项", "no premium was paid; 2 more"),
    ],
)
def test_an_alert_about_missing_money_names_the_others_only_where_there_are_some(others: str, zh: str, en: str) -> None:
    details = {"programme": "social-insurance", "payee": "E", "awaits": "premium.paid", "periods": "1"}
    details |= {"reason": "not_paid", "since": "2018-03", "until": "2018-03", "others": others}
    alert = replace(ACCEPTED, kind="subsidy_missing", details=details)

    assert row_of("A", alert, RULES).sentence.endswith(zh)
    assert row_of("A", alert, RULES, "en").sentence.endswith(en)


def test_an_employer_that_misses_money_is_named_with_what_is_wanting() -> None:
    details = {"uscc": "91350622MA2Y1A2B7G", "programme": "stable-post", "awaits": "headcount.reported"}
    details |= {"reason": "not_reported", "since": "2017", "until": "2017", "periods": "1", "others": "0"}
    row = row_of("A", replace(ACCRUED, kind="employer_missing", details=details), RULES)

    assert row.sentence == (
        "用人单位 91350622MA2Y1A2B7G 的 失业保险稳岗补贴（2017 至 2017，1 期）应计未计："
        "当年缴纳了失业保险费而没有年度用工人数"
    )
    assert "headcount.reported" in row.todo


def test_every_kind_has_a_rule_whose_words_are_in_both_languages() -> None:
    for kind in FIELDS:
        rule = RULES.in_force(kind, DAY)
        assert all((rule.title.zh, rule.title.en, rule.todo.zh, rule.todo.en))


def test_the_rule_in_force_on_the_day_decides() -> None:
    rules = read_rulebook({"rules.yaml": book(entry("hire_confirmed", since="2018-03-06", title="新"))})

    assert [rules.in_force("hire_confirmed", day).title.zh for day in (DAY, NEXT)] == ["好", "新"]


def test_a_day_before_the_first_rule_takes_the_first_rule() -> None:
    assert RULES.in_force("fact_rejected", date.min) == RULES.in_force("fact_rejected", DAY)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (book() + "also: 1\n", LINES + 1, "'also' is unknown"),
        (
            book(entry("hire_confirmed", since="2019-01-01") + "    colour: red\n"),
            LINES + 7,
            "'colour' is unknown in rules",
        ),
        (book(entry("hire_confirmed", since="2019-01-01") + "    since: 2019-01-02\n"), LINES + 7, "stands twice"),
        (book(entry("hire_confirmed", since="2019-02-30")), LINES + 2, "no such day"),
        (book(entry("hire_fired")), LINES + 1, "'hire_fired' is unknown (closest: 'hire_confirmed')"),
        (book(entry("hire_confirmed", since="2019-01-01", title="{name}")), LINES + 5, "{name} is not one of"),
        (book(entry("hire_confirmed", since="2019-01-01", title="{uscc!r}")), LINES + 5, "written plainly"),
        (book(entry("hire_confirmed")), LINES + 1, "has a rule since 2017-01-01 already"),
        (book("  - kind: hire_confirmed\n"), LINES + 1, "'since' is missing in rules"),
        ("rules: [\n", 2, "expected"),
        ("", 1, "empty"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_rulebook({"rules.yaml": text})

    assert str(caught.value).startswith(f"rules.yaml, line {line}: ")
    assert says in str(caught.value)


def test_a_kind_without_a_rule_stops_the_start() -> None:
    with pytest.raises(ConfigurationError, match=r"rules\.yaml: no rule for .*clearing_late"):
        read_rulebook({"rules.yaml": "rules:\n" + entry("hire_confirmed")})


def test_words_for_a_field_that_the_kind_does_not_have_are_refused() -> None:
    words = "    words: {colour: {red: {zh: 红, en: red}}}\n"
    with pytest.raises(ConfigurationError, match=rf"rules\.yaml, line {LINES + 7}: .*no field colour"):
        read_rulebook({"rules.yaml": book(entry("hire_confirmed", since="2019-01-01") + words)})


def test_a_row_is_a_chinese_sentence_or_an_english_one() -> None:
    row = row_of("A1", ACCEPTED, RULES)
    english = row_of("A1", ACCEPTED, RULES, "en")

    assert row.sentence == f"求职人员 {PERSON} 愿意应聘“缝纫工”（岗位 V1）"
    assert row.todo == "请与用人单位 91350622MA2Y1A2B7G 约定面试，并通知本人。"
    assert english.sentence == f'Job seeker {PERSON} wants the post "缝纫工" (vacancy V1)'


def test_amounts_are_yuan_and_months_are_written_as_people_write_them() -> None:
    assert row_of("A1", ACCRUED, RULES).sentence == "2018年3月 为 91350622MA2Y1A2B7G 计提补贴 742.00 元（3 笔）"
    taken = replace(
        ACCRUED, kind="money_taken_back", amount_fen=-5_040, details=ACCRUED.details | {"programme": "stable-post"}
    )
    assert "冲回 91350622MA2Y1A2B7G 的失业保险稳岗补贴 50.40 元" in row_of("A1", taken, RULES).sentence


def test_codes_that_the_rule_has_words_for_are_spelt_out() -> None:
    lost = replace(ACCEPTED, kind="offer_undelivered", details={"vacancy_id": "V1", "reason": "unconfirmed"})
    other = replace(lost, details=lost.details | {"reason": "blocked"})

    assert row_of("A1", lost, RULES).sentence.endswith("发送中断，是否送达不明")
    assert row_of("A1", other, RULES).sentence.endswith("blocked")


def test_an_inbox_shows_first_what_needs_action_then_the_latest() -> None:
    later = replace(ACCEPTED, last_on=NEXT)

    assert [row.alert_id for row in inbox({"A": ACCRUED, "B": ACCEPTED, "C": later}, RULES)] == ["C", "B", "A"]


def test_the_tags_to_fetch_by_are_the_addresses_that_rows_carry() -> None:
    assert row_of("A1", ACCEPTED, RULES).address == coordinator_tag("C1")
    assert row_of("A1", ACCRUED, RULES).address == "office:350622"
    assert row_of("A1", replace(ACCRUED, county=None), RULES).address == "office:city"


def test_the_page_of_alerts_is_what_the_rules_say() -> None:
    page = Path(__file__).parents[2] / "docs" / "alerts.md"
    assert page.read_text(encoding="utf-8") == rules_page(RULES), "run `make docs` and look at what changed"
    assert rules_page(RULES).count("\n| `") == len(FIELDS)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("urgency: know\n    deadline_days: 3", "has no deadline"),
        ("urgency: act\n    escalate_after_hours: 8", "has a deadline: deadline_days"),
        ("urgency: act\n    deadline_days: 3\n    escalate_after_hours: 12", "multiple of 8"),
    ],
)
def test_a_rule_that_would_leave_somebody_waiting_is_refused(line: str, says: str) -> None:
    broken = entry("hire_confirmed", since="2019-01-01").replace("urgency: act", line)
    with pytest.raises(ConfigurationError, match=says):
        read_rulebook({"rules.yaml": book(broken)})


def test_a_row_says_where_an_alert_stands_until_when_and_whose_matter_it_is() -> None:
    waits = replace(ACCEPTED, kind="run_waits", state="acknowledged", acknowledged_by="C1", due_on=NEXT, home=3)
    values = ("run_id", "programme", "month", "items", "total", "notice_ends")
    row = row_of("A1", replace(waits, details=dict.fromkeys(values, "x")), RULES)

    assert (row.state, row.standing, row.due_on, row.bureau, row.home) == ("acknowledged", "办理中", NEXT, "财政局", 3)


def test_an_inbox_leaves_out_what_is_put_off_and_shows_what_is_asked_for() -> None:
    alerts = {
        "A": replace(ACCEPTED, area="350622100", due_on=NEXT),
        "B": replace(ACCEPTED, state="snoozed", snoozed_until=NEXT),
        "C": replace(ACCRUED, over_on=NEXT, state="done"),
        "D": replace(ACCRUED, over_on=NEXT),
    }

    def shown(*states: State) -> list[str]:
        return sorted(row.alert_id for row in inbox(alerts, RULES, "zh", frozenset(states)))

    assert [row.alert_id for row in inbox(alerts, RULES)] == ["A"]
    assert (shown("snoozed"), shown("done"), shown("retracted")) == (["B"], ["C"], ["D"])


def test_the_life_of_an_alert_reads_in_both_languages_and_names_the_events_behind_it() -> None:
    desk = Desk().hears(SILENT).says("offer_unanswered", "acknowledged").closes(until=date(2018, 3, 12))
    life = history_of(desk.of("offer_unanswered"))
    english = history_of(desk.of("offer_unanswered"), "en")

    assert [step.sentence for step in life] == ["提醒产生，送 office:city", "C1 接办"]
    assert [step.sentence for step in english] == ["raised, to office:city", "taken on by C1"]
    assert {step.cause for step in life} <= {message.id for message in desk.memory.emitted}


def test_what_is_over_is_looked_for_under_its_last_owner() -> None:
    over = frozenset[State]({"done"})

    assert query_of("to:C1") == {"tags": "to:C1"}
    assert {"state.handed_to": None, "state.coordinator_id": "C1"} in query_of("to:C1", over)["$or"][1]["$or"]
    assert {"state.escalated_to": "office:350622"} in query_of("office:350622", over)["$or"][1]["$or"]
