"""A household at risk has a task until a checklist says that every item is met (两不愁三保障, 三有三净)."""

from typing import Any

import pytest

from services.registry.casework_data import HOUSEHOLDS_FILE, load_casework, load_households
from services.registry.casework_subscription import CASEWORK
from services.registry.domain.tasks import OpenTask
from shared.errors import ConfigurationError
from shared.events.tasks import TaskClosed, TaskOpened
from tests.support.facts import Offer, offer
from tests.support.world import Registry, accepted

POLICY = load_households()
ALL_MET = {item.title.zh: True for item in POLICY.items}
ENTRY = offer("roster.entry", "r-1")


def raised(id_: str = "h-1", **said: Any) -> Offer:
    return offer("household.risk_raised", id_, **said)


def released(checklist: dict[str, Any] | None, id_: str = "h-9", **said: Any) -> Offer:
    return offer("household.released", id_, checklist=checklist, **said)


def tasks(registry: Registry) -> list[OpenTask]:
    return list(registry.memory.states("casework_task").values())


def risks(registry: Registry) -> list[TaskOpened]:
    return [event for event in registry.events(TaskOpened) if event.kind == "household_risk"]


def missing(registry: Registry) -> list[str]:
    (task,) = tasks(registry)
    return task.details["missing"].split("、")


class TestARisk:
    def test_is_a_task_of_the_households_county_that_names_every_item_not_said_to_be_met(self) -> None:
        checklist = ALL_MET | {"住房安全有保障": False} | {"自来水": False}
        checklist.pop("饮水安全")
        (task,) = tasks(accepted([ENTRY, raised(checklist=checklist)]))
        assert (task.kind, task.county, task.person_id) == ("household_risk", "350622", None)
        assert task.details == {
            "household_id": "H-1",
            "risk": "大病",
            "since": "2018-03-20",
            "missing": "住房安全有保障、饮水安全",
        }

    def test_without_a_checklist_has_every_item_still_to_be_checked(self) -> None:
        assert missing(accepted([ENTRY, raised()])) == [item.title.zh for item in POLICY.items]

    def test_of_a_household_that_nobody_entered_is_the_citys(self) -> None:
        (task,) = tasks(accepted([raised()]))
        assert task.county is None

    def test_raised_again_says_what_is_missing_now_and_since_when_it_is_at_risk(self) -> None:
        again = raised("h-2", date="2018-04-02", checklist=ALL_MET | {"不愁吃": False})
        registry = accepted([ENTRY, raised(), again])
        assert missing(registry) == ["不愁吃"]
        assert tasks(registry)[0].details["since"] == "2018-03-20"

    def test_of_another_kind_is_another_task(self) -> None:
        registry = accepted([ENTRY, raised(), raised("h-2", kind="失业"), released(ALL_MET)])
        assert [task.details["risk"] for task in tasks(registry)] == ["失业"]


class TestARelease:
    def test_that_meets_every_item_closes_the_task(self) -> None:
        registry = accepted([ENTRY, raised(), released(ALL_MET)])
        assert tasks(registry) == []
        assert [event.matter for event in registry.events(TaskClosed)] == ["H-1|大病"]

    def test_that_lacks_an_item_keeps_the_task_and_says_which(self) -> None:
        checklist = dict(ALL_MET)
        del checklist["有电视"]
        registry = accepted([ENTRY, raised(), released(checklist | {"院内净": False})])
        assert missing(registry) == ["有电视", "院内净"]
        first, then = risks(registry)
        assert (first.task_id, first.opened_on) == (then.task_id, then.opened_on)

    def test_may_name_items_by_code_title_or_label(self) -> None:
        by_code = {item.code: True for item in POLICY.items}
        by_label = {min(item.names): True for item in POLICY.items}
        assert tasks(accepted([raised(), released(by_code)])) == tasks(accepted([raised(), released(by_label)])) == []

    def test_says_nothing_of_an_item_by_a_number_or_a_text(self) -> None:
        registry = accepted([raised(), released(ALL_MET | {"不愁吃": 1, "不愁穿": "是"})])
        assert missing(registry) == ["不愁吃", "不愁穿"]

    def test_of_what_was_never_at_risk_changes_nothing(self) -> None:
        assert risks(accepted([ENTRY, released(None)])) == []


def test_of_a_checklist_only_yes_and_no_for_known_items_is_kept() -> None:
    registry = accepted([raised(checklist={"不愁吃": False, "备注": "住院", "不愁穿": "旧衣", "病史": True})])
    (household,) = registry.memory.states(CASEWORK.household.kind).values()
    assert household.risks["大病"].met == {"food": False}


class TestTheData:
    def test_has_the_items_of_both_lists_with_the_rows_that_they_carry(self) -> None:
        assert [item.code for item in POLICY.items] == [
            *("food", "clothing", "education", "medical", "housing", "water", "safety_net"),
            *("television", "fan", "doors_windows", "clean_yard", "clean_rooms", "clean_person"),
        ]

    def test_fits_a_task_that_names_every_item(self) -> None:
        assert len("、".join(item.title.zh for item in POLICY.items)) <= 160

    @pytest.mark.parametrize(
        ("wrong", "right", "said"),
        [
            ("clause: 第三篇", "clause: 第九篇", "no clause '第九篇'"),
            ("document: posting_essays", "document: posting_essay", "no 'posting_essay'"),
            ("labels: [穿, 两不愁穿]", "labels: [穿, 吃]", "'吃' names food and clothing"),
            ("statuses: [instant_help", "statuses: [instant_hulp", "unknown"),
        ],
    )
    def test_that_is_wrong_is_refused_with_its_line(self, tmp_path: Any, wrong: str, right: str, said: str) -> None:
        text = HOUSEHOLDS_FILE.read_text(encoding="utf-8")
        assert wrong in text
        file = tmp_path / "households.yaml"
        file.write_text(text.replace(wrong, right), encoding="utf-8")
        with pytest.raises(ConfigurationError, match=said) as caught:
            load_households(file)
        assert "households.yaml, line " in str(caught.value)

    def test_of_casework_cites_what_the_register_of_documents_has(self) -> None:
        policy = load_casework()
        assert (policy.who, policy.deadline.isoformat()) == ("asked", "2018-12-31")
        assert set(policy.visits) == {"survey", "follow_up", "publicity", "solicitude"}
