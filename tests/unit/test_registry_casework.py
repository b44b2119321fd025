"""Who needs help has a coordinator and a plan, or somebody is told; certificates are told of near their deadline."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.notify.service import SERVICE as NOTIFY
from services.registry.domain.casework import casework
from services.registry.domain.casework_policy import Days
from services.registry.service import SERVICE as REGISTRY
from services.registry.subscribers import CASES, CASEWORK, following
from services.registry.subscribers import REGISTRY as DOOR
from shared.events.tasks import TaskClosed, TaskOpened
from shared.ops.knowing import folded
from shared.runner.core import Service
from shared.runner.memory import Memory
from tests.support.days import OPEN_DAY, County, county
from tests.support.facts import FIRST_CLOSED, KEYS, Offer, closing, id_number, offer

WORKPLACE, OFFICER = offer("employer.registered", "e-1"), offer("coordinator.registered", "o-1")
ENTRY, PLAN = offer("roster.entry", "r-1"), offer("plan.agreed", "p-1")
OTHER = offer("roster.entry", "r-other", id_number=id_number(2), labour_ability=False)
HIRED, LET_GO = offer("employment.confirmed", "c-1"), offer("employment.ended", "x-1")
ASKED, ISSUED = offer("certificate.requested", "q-1"), offer("certificate.issued", "i-1", date="2018-12-20")


class TestAPlan:
    def test_that_comes_on_the_day_of_the_pair_is_told_to_nobody(self) -> None:
        there = county(OFFICER, ENTRY, PLAN)
        there.close()
        assert there.opened() == []

    def test_that_is_missing_when_the_day_is_closed_has_a_task_until_it_is_agreed(self) -> None:
        there = county(OFFICER, ENTRY)
        there.close()
        (task,) = there.opened()
        assert (task.kind, task.opened_on, task.county) == ("plan_missing", OPEN_DAY, "350622")
        assert task.details == {"since": OPEN_DAY.isoformat()}
        there.close(OPEN_DAY + timedelta(days=40))
        assert len(there.opened()) == 1
        there.tell(PLAN)
        assert there.standing() == []

    def test_is_owed_by_whoever_pairs_with_the_person_and_missed_again_after_a_gap(self) -> None:
        there = county(OFFICER, ENTRY)
        there.close()
        there.tell(offer("coordinator.relieved", "l-1"))
        assert there.standing() == ["pair_missing"]
        there.tell(offer("coordinator.registered", "o-2", coordinator_id="C2"))
        there.close()
        assert there.standing() == ["plan_missing"]

    def test_stays_a_plan_when_another_coordinator_takes_over(self) -> None:
        there = county(OFFICER, ENTRY, PLAN, offer("coordinator.registered", "o-2", coordinator_id="C2"))
        there.tell(offer("coordinator.relieved", "l-1"))
        there.close()
        assert (there.case().coordinator_id, there.standing()) == ("C2", [])

    @pytest.mark.parametrize(
        "end",
        [
            (offer("roster.entry", "r-2", labour_ability=False),),
            (offer("roster.entry", "r-2", status="exited", status_from="2018-03-01"),),
            (offer("exit.confirmed", "g-1"),),
            (WORKPLACE, HIRED),
            (OTHER, offer("person.merged", "m-1")),
        ],
        ids=["unable", "out of poverty", "exit confirmed", "at work", "merged"],
    )
    def test_is_not_owed_any_more_to_who(self, end: tuple[Offer, ...]) -> None:
        there = county(OFFICER, ENTRY)
        there.close()
        there.tell(*end)
        assert there.standing() == []

    def test_is_owed_again_to_who_loses_the_work(self) -> None:
        there = county(OFFICER, ENTRY, WORKPLACE, HIRED)
        there.close()
        there.tell(LET_GO)
        there.close()
        assert there.standing() == ["plan_missing"]

    def test_that_nobody_owes_leaves_no_day_on_which_anything_is_due(self) -> None:
        there = county(OFFICER, ENTRY, PLAN, offer("roster.entry", "r-2", id_number=id_number(2)))
        there.close()
        cases = there.memory.states(CASEWORK.case.kind).values()
        assert [CASEWORK.case.due_on(case) for case in cases] == [None, None]


class TestACertificate:
    def test_that_was_asked_for_is_told_of_a_month_before_the_deadline_and_after_it(self) -> None:
        there = county(OFFICER, ENTRY, PLAN, ASKED)
        there.close(date(2018, 11, 30))
        assert there.standing() == []
        there.close()
        (task,) = there.opened()
        assert (task.kind, task.opened_on, task.due_on) == ("certificate_due", date(2018, 12, 1), date(2018, 12, 31))
        assert task.details == {"since": "2018-03-20"}
        there.close(date(2019, 1, 5))
        assert there.standing() == ["certificate_due"]
        there.tell(ISSUED)
        assert there.standing() == []

    def test_that_was_handed_out_or_never_asked_for_is_not_told_of(self) -> None:
        there = county(OFFICER, ENTRY, PLAN, ASKED, ISSUED)
        there.tell(offer("roster.entry", "r-2", id_number=id_number(2)))
        there.tell(offer("plan.agreed", "p-2", id_number=id_number(2)))
        there.close(date(2019, 1, 5))
        assert there.opened() == []


class TestAnotherPolicy:
    """Figures and readings are data: another file, another answer."""

    def under(self, **changed: Any) -> County:
        there = county()
        changed_ = following(casework(replace(CASEWORK.policy, **changed), CASEWORK.watch))
        there.memory = Memory([Service("registry", "", (DOOR, changed_))], KEYS)
        there.tell(closing(FIRST_CLOSED))
        return there

    def test_that_grants_ten_days_tells_of_a_missing_plan_after_ten_days(self) -> None:
        there = self.under(plan_grace=Days(((date(2013, 1, 1), 0), (OPEN_DAY, 10))))
        there.tell(OFFICER, ENTRY)
        there.close(OPEN_DAY + timedelta(days=9))
        assert there.standing() == []
        there.close()
        assert there.standing() == ["plan_missing"]

    def test_that_reads_the_annex_owes_a_certificate_to_every_poor_worker(self) -> None:
        there = self.under(who="every_poor_worker")
        there.tell(OFFICER, ENTRY, PLAN, offer("roster.entry", "r-2", id_number=id_number(2), labour_ability=False))
        there.close(date(2018, 12, 1))
        assert there.standing() == ["certificate_due"]
        there.tell(ISSUED)
        assert there.standing() == []


class TestWhatWasDone:
    def test_visits_are_kept_by_kind_the_last_three_whatever_order_they_come_in(self) -> None:
        days = ["2018-03-09", "2018-01-05", "2018-03-20", "2018-02-01"]
        visits = [offer("visit.recorded", f"w-{day}", kind="follow_up", date=day) for day in days]
        there = county(ENTRY, *visits, offer("visit.recorded", "w-s", date="2018-01-02"))
        assert {kind: [day.isoformat() for day in found] for kind, found in there.case().visits.items()} == {
            "follow_up": ["2018-02-01", "2018-03-09", "2018-03-20"],
            "survey": ["2018-01-02"],
        }

    def test_services_are_shown_by_registration_visits_and_measures_of_the_plan(self) -> None:
        there = county(ENTRY, offer("jobseeker.registered", "j-1"), PLAN)
        there.tell(offer("visit.recorded", "w-1", kind="publicity", date="2018-03-05"))
        assert there.case().offered == {
            "registration": OPEN_DAY,
            "introduction": date(2018, 3, 20),
            "advice": date(2018, 3, 5),
        }

    def test_what_was_found_on_a_visit_is_in_no_state(self) -> None:
        there = county(ENTRY, offer("visit.recorded", "w-1"))
        assert "房屋安全" not in repr(there.case())


class TestTheOffice:
    def test_hears_of_who_has_nobody_and_the_new_coordinator_of_who_has_no_plan(self) -> None:
        memory = Memory([REGISTRY, NOTIFY], KEYS)

        def tell(*facts: Offer) -> None:
            for each in facts:
                memory.publish(each.subject, each.body)

        def inboxes() -> dict[str, str | None]:
            alerts = memory.states("alert").values()
            return {alert.kind: alert.coordinator_id for alert in alerts if alert.over_on is None}

        tell(closing(FIRST_CLOSED), ENTRY)
        assert inboxes() == {"pair_missing": None}
        tell(OFFICER, closing(OPEN_DAY))
        assert inboxes() == {"plan_missing": "C1"}
        tell(offer("coordinator.registered", "o-2", coordinator_id="C2"), offer("coordinator.relieved", "l-1"))
        assert inboxes() == {"plan_missing": "C2"}
        tell(offer("coordinator.relieved", "l-2", coordinator_id="C2"))
        assert inboxes() == {"pair_missing": None}
        tell(WORKPLACE, HIRED)
        # That somebody was hired is told to the office: nobody looks after the person.
        assert inboxes() == {"hire_confirmed": None}


@pytest.mark.parametrize("aggregate", CASEWORK.aggregates, ids=lambda kind: kind.kind)
def test_what_was_known_is_folded_again_from_the_events(aggregate: Any) -> None:
    there = county(OFFICER, ENTRY, ASKED, offer("household.risk_raised", "h-1"), offer("visit.recorded", "w-1"))
    there.close()
    before = there.memory.states(aggregate.kind)
    there.tell(PLAN, WORKPLACE, HIRED, ISSUED, offer("household.released", "h-2"))
    there.close()
    heard: tuple[type, ...] = (*CASES.listens, TaskOpened, TaskClosed)
    known = [m for m in there.memory.emitted if isinstance(m.event, heard) and m.known_on <= OPEN_DAY]
    assert folded(aggregate, known) == before
