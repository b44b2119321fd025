"""Facts count towards the targets of the documents; who is behind the pace has a task."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.targets_state import COUNTED
from services.registry.targets_file import load_targets
from services.subsidy.adapters.programme_files import shipped_rulebook
from shared.errors import ConfigurationError
from shared.events.targets import TargetCounted
from shared.events.tasks import TaskClosed, TaskOpened
from tests.support.counting import HESHUI, HUANXIAN, activity, closed, course, entry, reached
from tests.support.facts import Offer, id_number, offer
from tests.support.world import Registry, accepted

YEAR, TRANSFER, LEADERS = "2018", "labour-transfer-training", "new-leaders"
PHDS, SHANDONG = "phds-in-firms", "370102"


def tasks(registry: Registry, matter: str) -> list[Any]:
    said = [*registry.events(TaskOpened), *registry.events(TaskClosed)]
    return [event for event in said if event.matter == matter]


class TestCounting:
    def test_a_person_counts_once_a_year_however_many_courses(self) -> None:
        registry = accepted([entry(1), entry(2), course(1, 1), course(1, 2), course(2, 3)])
        assert reached(registry, TRANSFER, YEAR) == {HESHUI: (2, 0, 0)}

    def test_heads_add_up_beside_those_who_are_named(self) -> None:
        registry = accepted([entry(1), course(1, 1), activity("a-1", 40), activity("a-2", 2)])
        assert reached(registry, TRANSFER, YEAR) == {HESHUI: (1, 42, 0)}

    def test_another_kind_of_course_counts_towards_another_target(self) -> None:
        registry = accepted([activity("a-1", 7, kind="劳务品牌培训"), activity("a-2", 5, programme="training-base")])
        assert reached(registry, "labour-brand-training", YEAR) == {HESHUI: (0, 7, 0)}
        assert reached(registry, TRANSFER, YEAR) == {}

    def test_a_county_outside_the_scope_does_not_count(self) -> None:
        registry = accepted([activity("a-1", county="350622")])
        assert reached(registry, TRANSFER, YEAR) == {}

    def test_a_fact_counts_in_the_year_of_its_own_day(self) -> None:
        registry = accepted([activity("a-1", 3, date="2017-12-31")])
        assert reached(registry, TRANSFER, "2017") == {HESHUI: (0, 3, 0)}

    def test_a_leader_counts_in_five_years_and_only_with_a_certificate(self) -> None:
        said = {"programme": "rural-talent-training", "kind": "致富带头人培养"}
        registry = accepted([entry(1), entry(2), course(1, 1, **said), course(2, 2, **said, certificate="Z1")])
        assert reached(registry, LEADERS, "2015-2019") == {HESHUI: (1, 0, 0)}

    def test_a_village_counts_once_in_a_rotation(self) -> None:
        said = {"programme": "secretary-training", "kind": "轮训"}
        villages = [f"{HESHUI}100201", f"{HESHUI}100202", f"{HESHUI}100201", None]
        held = [activity(f"a-{n}", village=v, date="2017-06-01", **said) for n, v in enumerate(villages)]
        assert reached(accepted(held), "secretary-round", "2015-2017") == {HESHUI: (2, 0, 0)}

    def test_money_is_added_up_and_taken_back(self) -> None:
        budget = {"programme": "village-fund", "county": "350622"}
        facts = [offer("budget.granted", "b-1", **budget, amount_fen=90_000_000)]
        facts += [offer("budget.reduced", "b-2", **budget, amount_fen=5_000_000)]
        assert reached(accepted(facts), "village-fund", YEAR) == {"350622": (0, 85_000_000, 0)}

    def test_the_facts_behind_a_figure_can_be_listed(self) -> None:
        registry = accepted([entry(1), course(1, 1), activity("a-1", 40)])
        facts = registry.memory.states("target_fact").values()
        assert sorted((fact.topic, fact.day, fact.times) for fact in facts) == [
            ("activity.held", date(2018, 3, 20), 40),
            ("training.completed", date(2018, 4, 10), 0),
        ]
        assert all(f"of:{TRANSFER}|{YEAR}" in COUNTED.tags(fact) for fact in facts)


class TestCorrections:
    def phd(self, number: int) -> list[Offer]:
        job = {"employment_id": f"J{number}"}
        return [
            entry(number, county=SHANDONG, township=f"{SHANDONG}001", village=f"{SHANDONG}001001"),
            offer("employment.confirmed", f"c-{number}", **job, id_number=id_number(number), starts_on="2020-11-01"),
            offer("agreement.signed", f"g-{number}", **job, programme="phd-to-firms", date="2020-11-01"),
        ]

    def test_an_employment_that_was_never_true_takes_its_count_back(self) -> None:
        registry = accepted([offer("employer.registered", "e-1"), *self.phd(1), *self.phd(2)])
        assert reached(registry, PHDS, "2020") == {SHANDONG: (2, 0, 0)}
        registry.tell(offer("employment.voided", "v-1", employment_id="J1", effective_from="2020-11-01"))
        assert reached(registry, PHDS, "2020") == {SHANDONG: (1, 0, 0)}

    def test_an_employment_untrue_only_later_keeps_its_count(self) -> None:
        registry = accepted([offer("employer.registered", "e-1"), *self.phd(1)])
        registry.tell(offer("employment.voided", "v-1", employment_id="J1", effective_from="2020-12-01"))
        assert reached(registry, PHDS, "2020") == {SHANDONG: (1, 0, 0)}

    def test_two_records_of_one_person_count_once_and_apart_again_when_they_are_split(self) -> None:
        registry = accepted([entry(1), entry(2), course(1, 1), course(2, 2)])
        one, two = {"id_number": id_number(1)}, {"id_number": id_number(2)}
        registry.tell(offer("person.merged", "m-1", **one, into_id_number=two["id_number"]))
        assert reached(registry, TRANSFER, YEAR) == {HESHUI: (1, 0, 0)}
        registry.tell(course(1, 3))
        assert reached(registry, TRANSFER, YEAR) == {HESHUI: (1, 0, 0)}
        registry.tell(offer("person.split", "s-1", **one, from_id_number=two["id_number"]))
        assert reached(registry, TRANSFER, YEAR) == {HESHUI: (2, 0, 0)}


class TestShares:
    TRAINING = "yearly-training"

    def seeker(self, number: int, *, wants: bool = True) -> list[Offer]:
        place = {"county": "350622", "township": "350622100", "village": "350622100201"}
        said = {"id_number": id_number(number), "wants_training": wants, "phone": f"138123456{number:02d}"}
        return [entry(number, **place), offer("jobseeker.registered", f"j-{number}", **said)]

    def trained(self, number: int) -> Offer:
        return course(number, number, finished_on="2018-04-10", programme=None, kind=None)

    def test_a_target_in_per_cent_is_of_those_it_is_for(self) -> None:
        facts = [*self.seeker(1), *self.seeker(2), *self.seeker(3, wants=False), self.trained(1), self.trained(3)]
        assert reached(accepted(facts), self.TRAINING, YEAR) == {"350622": (1, 0, 2)}

    def test_whoever_joins_or_leaves_brings_their_training_with_them(self) -> None:
        registry = accepted([*self.seeker(1, wants=False), self.trained(1)])
        assert reached(registry, self.TRAINING, YEAR) == {}
        registry.tell(offer("jobseeker.updated", "u-1", wants_training=True, phone=None))
        assert reached(registry, self.TRAINING, YEAR) == {"350622": (1, 0, 1)}
        registry.tell(offer("exit.confirmed", "x-1"))
        assert reached(registry, self.TRAINING, YEAR) == {"350622": (0, 0, 0)}

    def test_a_status_of_an_earlier_day_that_is_told_late_changes_nothing(self) -> None:
        registry = accepted([*self.seeker(1), offer("exit.confirmed", "x-1", date="2018-03-01")])
        assert reached(registry, self.TRAINING, YEAR) == {"350622": (0, 0, 0)}
        registry.tell(entry(1, county="350622", township="350622100", village="350622100201", status_from="2017-01-01"))
        assert reached(registry, self.TRAINING, YEAR) == {"350622": (0, 0, 0)}

    def test_a_share_is_kept_as_it_was_at_the_end_of_its_year(self) -> None:
        registry = accepted([*self.seeker(1), *self.seeker(2), self.trained(1)])
        closed(registry, date(2018, 12, 31))
        registry.tell(offer("exit.confirmed", "x-1", id_number=id_number(2), date="2019-01-05"))
        assert reached(registry, self.TRAINING, YEAR) == {"350622": (1, 0, 2)}
        assert reached(registry, self.TRAINING, "2019") == {"350622": (0, 0, 1)}


class TestPace:
    MATTER = f"{TRANSFER}|{YEAR}"

    def test_who_is_behind_at_the_end_of_a_month_has_a_task_and_who_catches_up_has_none(self) -> None:
        registry = accepted([activity("a-1", 1_000)])
        closed(registry, date(2018, 3, 31))
        (opened,) = tasks(registry, self.MATTER)
        assert opened.kind == "target_behind"
        assert opened.details == {
            "target": "农村劳动力转移就业培训",
            "year": "2018",
            "value": "550000",
            "reached": "1000",
            "pace": str(550_000 * 90 // 365),
            "clause": "关于精准扶贫干部人才工作方案 6",
        }
        registry.tell(activity("a-2", 549_000))
        for day in range(1, 31):
            registry.tell(offer("calendar.day_closed", f"day-4-{day}", {"date": f"2018-04-{day:02d}"}))
        assert [type(event) for event in tasks(registry, self.MATTER)] == [TaskOpened, TaskClosed]

    def test_a_little_behind_is_not_behind(self) -> None:
        registry = accepted([activity("a-1", 550_000 * 90 // 365 * 91 // 100)])
        closed(registry, date(2018, 3, 31))
        assert tasks(registry, self.MATTER) == []

    def test_targets_of_other_places_and_years_gone_by_are_nobody_s_task(self) -> None:
        registry = accepted([activity("a-1", 550_000)])
        closed(registry, date(2018, 3, 31))
        about = {event.matter.split("|")[0] for event in registry.events(TaskOpened)}
        assert "expert-activities" not in about
        assert "secretary-round|2015-2017" not in {event.matter for event in registry.events(TaskOpened)}

    def test_a_rotation_that_is_behind_names_what_is_covered_and_the_whole(self) -> None:
        registry = accepted([activity("a-1", county=HUANXIAN)])
        closed(registry, date(2018, 3, 31))
        (opened,) = tasks(registry, "rural-talent-villages|2015-2019")
        assert opened.kind == "coverage_behind"
        assert (opened.details["covered"], opened.details["whole"]) == ("0", "537")
        assert opened.due_on == date(2019, 12, 31)


PEOPLE = [entry(number) for number in range(1, 6)]
FACTS = [
    *(course(n % 5 + 1, n) for n in range(9)),
    *(activity(f"a-{n}", n) for n in range(1, 5)),
    offer("person.merged", "m", id_number=id_number(1), into_id_number=id_number(2)),
]


class TestOrder:
    @settings(max_examples=25, deadline=None)
    @given(st.permutations(FACTS))
    def test_the_order_of_facts_changes_no_count_and_nobody_counts_twice(self, facts: list[Offer]) -> None:
        assert reached(accepted([*PEOPLE, *facts]), TRANSFER, YEAR) == {HESHUI: (4, 10, 0)}

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.sampled_from([1, 2, 3]), max_size=8))
    def test_as_many_people_count_as_there_are_however_often_each_is_trained(self, trained: list[int]) -> None:
        registry = accepted([*PEOPLE[:3], *(course(number, n) for n, number in enumerate(trained))])
        counted = reached(registry, TRANSFER, YEAR)
        assert counted == ({HESHUI: (len(set(trained)), 0, 0)} if trained else {})

    def test_a_fact_sent_twice_counts_once(self) -> None:
        registry = accepted([activity("a-1", 4)])
        registry.tell(activity("a-1", 4))
        assert reached(registry, TRANSFER, YEAR) == {HESHUI: (0, 4, 0)}
        assert len(registry.events(TargetCounted)) == 1


class TestTheFile:
    def test_every_figure_is_the_one_that_its_programme_states(self) -> None:
        programmes = shipped_rulebook().programmes
        for target in load_targets().targets:
            if target.programme:
                name, _, part = target.programme.partition("/")
                (stated,) = [each for each in programmes[name].charter.targets if each.name == part]
                scale = 100 if target.unit == "fen" else 1
                number = None if stated.number is None else stated.number * scale
                assert (target.value, target.clause) == (number, stated.clause), target.id
                assert target.measured == bool(stated.fact), f"{target.id}: both say whether a fact counts"

    def test_what_no_fact_counts_says_which_fact_is_missing(self) -> None:
        unmeasured = {target.id for target in load_targets().targets if not target.measured}
        assert unmeasured == {
            "national-bases",
            "national-talent-projects",
            "provincial-talent-projects",
            "deputy-villages",
            "two-later-schooling",
            "official-villages",
            "commended-units",
            "commended-people",
            "school-pairs",
        }
        assert all(target.missing for target in load_targets().targets if not target.measured)

    @pytest.mark.parametrize(
        ("wrong", "right", "message"),
        [
            ("training.complete,", "training.completed,", "no fact is called 'training.complete'"),
            ("{programme_name: [expert-service]}", "{programme: [expert-service]}", "has no field 'programme_name'"),
            ('clause: "99"', 'clause: "19"', "has no clause '99'"),
            ("id: yearly-training", "id: pension-coverage", "two targets 'yearly-training'"),
        ],
    )
    def test_a_slip_is_said_with_its_line(self, tmp_path: Any, wrong: str, right: str, message: str) -> None:
        text = (load_targets.__globals__["FILE"]).read_text(encoding="utf-8")
        path = tmp_path / "targets.yaml"
        path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
        with pytest.raises(ConfigurationError, match=rf"targets.yaml, line \d+: .*{message}"):
            load_targets(path)
