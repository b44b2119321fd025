"""A replay that disagrees with the ledger is an urgent matter of finance and operations until one agrees."""

from datetime import date
from typing import Any

import pytest

from services.notify.adapters.web.endpoint import Role
from services.notify.adapters.web.inbox_queries import kinds_of
from services.notify.rulebook import load_rulebook
from services.notify.views import row_of
from shared.calendar import add_working_days
from shared.events.alerts import AlertRaised
from shared.events.ops import ReplayFinished
from tests.support.desk import MONDAY, Desk
from tests.support.facts import EXAMPLES

KIND = "replay_disagrees"
AGREES = ReplayFinished.model_validate(EXAMPLES["ops.replay_finished"])


def replay(**changed: Any) -> ReplayFinished:
    return ReplayFinished.model_validate(EXAMPLES["ops.replay_finished"] | changed)


DISAGREES = replay(differences=2, live_digest="b" * 64, last=50)


@pytest.mark.parametrize("wrong", [{"differences": 1}, {"live_digest": "b" * 64}], ids=str)
def test_a_difference_in_anything_or_another_digest_alarms_the_office_of_the_city_at_once(
    wrong: dict[str, Any],
) -> None:
    desk = Desk().hears(replay(**wrong))
    alert = desk.of(KIND)
    assert desk.inboxes() == {"office:city": [KIND]}
    assert (alert.urgency, alert.due_on, alert.digest) == ("act", add_working_days(MONDAY, 1), False)


def test_one_that_agrees_alarms_nobody() -> None:
    desk = Desk().hears(AGREES, replay(unhandled=3))
    assert (desk.told(AlertRaised), desk.inboxes(), desk.memory.states("alert")) == ([], {}, {})


def test_the_alert_goes_with_a_later_replay_that_agrees_and_not_with_one_that_does_not() -> None:
    desk = Desk().hears(DISAGREES, replay(differences=1, last=60))
    assert (desk.inboxes(), desk.of(KIND).count) == ({"office:city": [KIND]}, 2)
    assert (desk.hears(replay(last=70)).inboxes(), desk.of(KIND).state) == ({}, "retracted")


def test_it_is_back_when_the_ledger_differs_again() -> None:
    desk = Desk().hears(DISAGREES, AGREES).closes(until=date(2018, 3, 7)).hears(replay(differences=5, last=90))
    assert (desk.inboxes(), desk.of(KIND).raised_on) == ({"office:city": [KIND]}, date(2018, 3, 7))


def test_the_sentence_says_how_much_differs_how_far_it_was_folded_and_by_whose_hand() -> None:
    alert = Desk().hears(DISAGREES).of(KIND)
    chinese, english = (row_of("A1", alert, load_rulebook(), lang) for lang in ("zh", "en"))
    assert chinese.sentence == "台账与事件流重放不一致：2 处差异（事件至第 50 条，台账记至 2018-03-01，ops-1 重放）"
    assert "2 differences (events up to 50, posted until 2018-03-01, replayed by ops-1)" in english.sentence
    assert (chinese.bureau, "请勿审批支付" in chinese.todo) == ("财政局", True)


@pytest.mark.parametrize("role", [Role.OPS, Role.PREPARER, Role.APPROVER])
def test_operations_and_finance_have_it_in_their_inboxes(role: Role) -> None:
    assert KIND in kinds_of(role)
