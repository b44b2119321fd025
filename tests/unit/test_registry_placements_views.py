"""What the queries show, the data file behind it, and that states survive being stored."""

from datetime import date

import pytest
from pydantic import TypeAdapter

from services.registry.domain.placements_deciding import KINDS
from services.registry.placements_rules import RULES_FILE, read_book, shipped_book
from services.registry.placements_views import is_due, placement_row
from services.registry.recruiting_views import STEPS, application_row, notice_rows, round_row
from shared.documents import shipped_register
from shared.errors import ConfigurationError
from shared.events.placements import RoundProposed
from tests.support.facts import OTHER_USCC
from tests.support.placing import HESHUI, Town, job, number, pseudonym, seeker

POSTED = date(2020, 11, 20)


def recruited() -> Town:
    """Return a town in which one of two was recruited and posted, and somebody objected to the other."""
    town = Town()
    for n in (1, 2):
        town.accept(seeker(n))
        said = {"programme": "dispatch-quota", "id_number": number(n), "date": "2020-11-01"}
        town.say("application.received", application_id=f"A{n}", **said)
        town.say("application.reviewed", application_id=f"A{n}", decision="同意", by="office")
    town.say("notice.objected", notice_id="A2", date="2020-11-01")
    town.close("2020-11-13")
    (proposed,) = town.events(RoundProposed)
    said = {"subject_id": proposed.round_id, "content_hash": proposed.content_hash, "by": "leader-1"}
    town.say("approval.given", date="2020-11-14", **said)
    posted = {"contract_until": "2021-10-31", "county": HESHUI, "sender_uscc": OTHER_USCC}
    town.accept(job("J1", 1, str(POSTED), **posted))
    return town


def state(town: Town, day: date) -> str:
    return str(placement_row("J1", town.placement(), day)["state"])


class TestAPlacement:
    def test_shows_term_host_sender_gates_and_deadlines(self) -> None:
        row = placement_row("J1", recruited().placement(), POSTED)
        assert (row["starts_on"], row["until"], row["sender"]) == (POSTED, date(2021, 10, 31), OTHER_USCC)
        assert {each["gate"]: each["answer"] for each in row["gates"]}["age"] == "passed"
        assert (row["agreement_by"], row["arrived_on"]) == (date(2020, 12, 5), None)

    def test_is_due_thirty_days_ahead_or_while_something_is_open(self) -> None:
        town = recruited()
        row = placement_row("J1", town.placement(), POSTED)
        assert is_due(row, date(2020, 11, 5))
        assert not is_due(row, date(2020, 11, 4))
        town.close("2020-12-05")
        assert is_due(placement_row("J1", town.placement(), POSTED), date(2020, 11, 4))

    def test_stands_as_the_facts_say_on_each_day(self) -> None:
        town = recruited()
        town.say("placement.suspended", employment_id="J1", date="2021-01-10", reason="休整", until="2021-01-20")
        days = [date(2020, 11, 1), POSTED, date(2021, 1, 15), date(2021, 1, 21), date(2021, 11, 1)]
        assert [state(town, day) for day in days] == ["planned", "in_post", "suspended", "in_post", "term_over"]
        town.say("placement.resumed", employment_id="J1", date="2021-01-12", reason="恢复")
        assert state(town, date(2021, 1, 15)) == "in_post"
        town.say("employment.ended", employment_id="J1", last_day="2021-02-28", reason="离职")
        assert state(town, date(2021, 3, 1)) == "ended"
        town.say("employment.voided", employment_id="J1", effective_from=str(POSTED), reason="false_report")
        assert state(town, date(2021, 1, 15)) == "void"

    def test_shows_that_it_overlaps_another(self) -> None:
        town = recruited()
        town.accept(job("J2", 1, "2021-01-01", "public_welfare"))
        overlapping = town.memory.states("placed_person")[pseudonym(1)].overlapping
        assert placement_row("J2", town.placement("J2"), POSTED, overlapping)["open"] == ["placement_overlap"]

    def test_shows_no_arrival_of_a_later_day(self) -> None:
        town = recruited()
        town.say("arrival.recorded", employment_id="J1", date="2020-11-25")
        rows = [placement_row("J1", town.placement(), day) for day in (date(2020, 11, 24), date(2020, 11, 25))]
        assert [row["arrived_on"] for row in rows] == [None, date(2020, 11, 25)]


class TestRecruiting:
    def steps(self, town: Town) -> list[str]:
        rounds = town.round()
        found = [
            application_row(id_, town.application(id_), rounds, town.placement() if id_ == "A1" else None)["step"]
            for id_ in ("A1", "A2")
        ]
        assert set(found) <= set(STEPS)
        return found

    def test_shows_the_step_at_which_each_waits(self) -> None:
        town = recruited()
        assert self.steps(town) == ["agreement", "objection"]
        town.say("agreement.signed", employment_id="J1", version="v1", date="2020-11-20", parties=["甲", "乙", "丙"])
        assert self.steps(town) == ["arrival", "objection"]
        town.say("arrival.recorded", employment_id="J1", date="2020-11-25")
        town.say("notice.cleared", notice_id="A2", date="2020-11-16")
        assert self.steps(town) == ["done", "decision"]

    def test_shows_a_round_with_what_a_decision_must_name(self) -> None:
        town = recruited()
        row = round_row("dispatch-quota-r1", town.round())
        assert (row["applications"], row["listed"], row["decision"]) == (2, 2, "approved")
        assert len(row["content_hash"]) == 64

    def test_puts_up_masked_names_without_ids_of_people(self) -> None:
        rows = notice_rows(recruited().round(), {pseudonym(1): "张伟", pseudonym(2): ""})
        assert [(row["number"], row["application_id"], row["name"]) for row in rows] == [
            (1, "A1", "张*"),
            (2, "A2", "*"),
        ]
        assert pseudonym(1) not in str(rows)


class TestTheStates:
    def test_survive_being_stored(self) -> None:
        town = recruited()
        town.say("violation.reported", employment_id="J1", date="2020-11-22", kind="空岗")
        for kind in KINDS:
            adapter = TypeAdapter(kind.state)
            for state in town.memory.states(kind.kind).values():
                assert adapter.validate_python(adapter.dump_python(state, mode="json")) == state, kind.kind


class TestTheDataFile:
    def test_cites_registered_documents_and_names_the_rows_that_it_carries(self) -> None:
        book = shipped_book()
        rows = {row for rule in [*book.rules.programmes, *book.rules.head_quotas] for row in rule.rows}
        gates = {row for rule in book.rules.programmes for gate in rule.gates for row in gate.rows}
        assert {"H3", "Q1a", "Q2", "Q4", "Z13c"} <= rows
        assert {"H4b", "A28", "S6b"} <= gates

    @pytest.mark.parametrize(
        ("right", "wrong", "said"),
        [
            ("document: heshui_plan", "document: heshui", "no 'heshui' (closest: 'heshui_plan')"),
            ("clause: 四（二）", "clause: 四（九）", "has no clause '四（九）'"),
            ("notice_days: 3", "notice_day: 3", "'notice_day' is unknown"),
            ("{name: age, at_least: 18}", "{name: ages, at_least: 18}", "gate"),
            ("heads: 13", "heads: 0", "heads"),
            (
                "notice_days: null, source: house",
                "notice_days: null",
                "cites document and clause, or says source: house",
            ),
        ],
    )
    def test_is_refused_with_file_and_line_where_it_is_wrong(self, right: str, wrong: str, said: str) -> None:
        text = RULES_FILE.read_text(encoding="utf-8")
        assert right in text
        with pytest.raises(ConfigurationError, match=r"placements\.yaml, line \d+: ") as caught:
            read_book("placements.yaml", text.replace(right, wrong, 1), shipped_register())
        assert said in str(caught.value)
