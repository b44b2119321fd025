"""The law of one message: what is folded, what is emitted, what is remembered, and what leaves no trace."""

from dataclasses import replace
from datetime import date

import pytest

from shared.events.clock import DayClosed
from shared.events.contract import Event
from shared.events.employers import EmployerRegistered
from shared.events.offers import ConsentChanged
from shared.events.people import JobseekerWithdrawn
from shared.events.subsidy import DaySettled
from shared.runner import fold
from shared.runner.batch import Folded, Input, Seen
from shared.runner.core import Message, Peek, Refuse
from shared.runner.fold import fold_batch
from shared.runner.workspace import Workspace
from tests.support.facts import COUNTY, USCC
from tests.support.toy import TODAY, TOTAL, TOY, Count, Stored, Total, arrived, person, visit
from tests.support.world import published

WORKSHOP = EmployerRegistered(
    uscc=USCC, name="云霄县春晖制衣厂", kind="workshop", size="sme", county=COUNTY, insured_county=COUNTY
)


def outcomes(folded: Folded) -> dict[str, str]:
    return {key.rpartition("|")[2]: said.outcome for key, (_, said) in folded.dispositions.items()}


def visits(*numbers: int, by: str = "C1") -> list[Input]:
    return [arrived(n + 1, f"v-{n}", visit(n, by)) for n in numbers]


class TestOneMessage:
    def test_is_folded_into_what_it_concerns_before_anything_is_decided(self) -> None:
        folded = Stored().take(arrived(1, "v-1", visit(1)), arrived(2, "v-2", visit(1, "twice")))
        assert [m.event for m in folded.emitted] == [ConsentChanged(person_id=person(1), sms_consent=True)] * 2

    def test_gives_what_it_causes_its_number_its_day_and_its_correlation(self) -> None:
        caused = Stored().take(arrived(9, "v-1", visit(1, "twice"))).emitted[0]
        assert (caused.sequence, caused.known_on, caused.correlation_id, caused.causation_id) == (
            1,
            TODAY,
            "walk-1",
            "v-1",
        )

    def test_gives_two_equal_events_of_one_cause_two_ids(self) -> None:
        emitted = Stored().take(arrived(1, "v-1", visit(1, "twice"))).emitted
        assert len({m.id for m in emitted}) == 2

    def test_gives_the_same_bytes_at_every_run(self) -> None:
        one, other = (Stored().take(arrived(n, "v-1", visit(1, "twice"))) for n in (1, 7))
        assert published(one.emitted) == published(other.emitted)

    def test_writes_nothing_for_an_aggregate_that_it_leaves_as_it_is(self) -> None:
        left = Message("w-1", "", JobseekerWithdrawn(person_id=person(1), reason="x"), 1, TODAY, "w-1")
        folded = Stored(states={("count", person(1)): Count(visits=3), ("total", "all"): Total(1, 3)}).take(
            Input("|w-1", 1, message=left)
        )
        assert (folded.changed, list(folded.dispositions)) == ({}, ["|w-1"])

    def test_asks_for_what_is_not_loaded_until_nothing_is_missing(self) -> None:
        stored = Stored(states={("total", "all"): Total(days=3)})
        stored.take(*visits(1, 2, 3))
        assert stored.states["total", "all"] == Total(days=3, visits=3)
        assert stored.asked == 1


class TestRepetition:
    def test_a_redelivery_says_nothing_at_all(self) -> None:
        stored = Stored()
        stored.take(*visits(1))
        again = stored.take(*visits(1))
        assert (again.consumed, again.dispositions, again.changed, again.emitted) == (1, {}, {}, [])

    def test_a_second_publication_is_a_duplicate(self) -> None:
        stored = Stored()
        stored.take(arrived(1, "v-1", visit(1)))
        again = stored.take(arrived(2, "v-1", visit(1)))
        assert outcomes(again) == {"v-1#2": "duplicate"}
        assert again.changed == {}

    def test_the_redelivery_of_a_duplicate_says_nothing_either(self) -> None:
        stored = Stored()
        for _ in range(2):
            stored.take(arrived(1, "v-1", visit(1)))
            said = stored.take(arrived(2, "v-1", visit(1)))
        assert said.dispositions == {}

    def test_three_deliveries_in_one_batch_count_once(self) -> None:
        stored = Stored()
        said = stored.take(*(arrived(n, "v-1", visit(1)) for n in (1, 2, 3)))
        assert outcomes(said) == {"v-1": "applied", "v-1#2": "duplicate", "v-1#3": "duplicate"}
        assert stored.states["count", person(1)].visits == 1

    def test_the_same_id_with_other_content_is_refused_and_the_first_stays(self) -> None:
        stored = Stored()
        stored.take(arrived(1, "v-1", visit(1), "aaaa"))
        again = stored.take(arrived(2, "v-1", visit(2), "bbbb"))
        ((_, said),) = again.dispositions.values()
        assert (said.outcome, said.code, said.path) == ("rejected", "exists_with_different_content", "id")
        assert set(stored.states) == {("count", person(1)), ("total", "all")}

    def test_a_duplicate_of_what_was_refused_is_a_duplicate(self) -> None:
        stored = Stored()
        stored.take(*visits(1, by="stranger"))
        assert outcomes(stored.take(arrived(9, "v-1", visit(1, "stranger")))) == {"v-1#9": "duplicate"}


class TestWhatLeavesNoTrace:
    def test_a_refused_message_changes_nothing(self) -> None:
        folded = Stored().take(*visits(1, by="stranger"))
        assert (folded.changed, folded.emitted, outcomes(folded)) == ({}, [], {"v-1": "rejected"})

    def test_a_message_that_could_not_be_read_is_refused_and_the_next_goes_on(self) -> None:
        bad = Input("EVENTS#1", 1, refusal=Refuse("not_json"))
        folded = Stored().take(bad, *visits(1))
        assert [said.code or said.outcome for _, said in folded.dispositions.values()] == ["not_json", "applied"]

    def test_a_handler_that_fails_fails_its_own_message_only(self) -> None:
        stored = Stored()
        batch = [arrived(n, f"v-{n}", visit(n, "broken" if n == 250 else "twice")) for n in range(1, 501)]
        folded = stored.take(*batch)
        assert folded.consumed == 500
        assert [said.code for _, said in folded.dispositions.values() if said.code] == ["handler_failed"]
        assert [(item.fact_id, type(error)) for item, error in folded.failures] == [("v-250", RuntimeError)]
        assert ("count", person(250)) not in stored.states
        assert stored.states["total", "all"].visits == 499
        assert len(folded.emitted) == 998

    def test_what_a_failing_message_needed_is_asked_for_once_more_only(self) -> None:
        stored = Stored(states={("count", person(1)): Count(5)})
        stored.take(*visits(1, by="broken"))
        assert stored.states["count", person(1)] == Count(5)


class TestTheOutputLimit:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fold, "OUTPUT_LIMIT", 10)

    def test_cuts_a_batch_between_messages_and_the_rest_comes_next(self) -> None:
        stored, left, cuts = Stored(), visits(*range(40), by="twice"), []
        emitted: list[bytes] = []
        while left:
            folded = stored.take(*left)
            cuts.append(folded.consumed)
            emitted += published(folded.emitted)
            left = left[folded.consumed :]
        assert cuts == [5] * 8
        whole = Stored()
        assert emitted == [
            body for each in visits(*range(40), by="twice") for body in published(whole.take(each).emitted)
        ]
        assert stored.states == whole.states

    def test_never_cuts_a_message_in_two(self) -> None:
        stored = Stored()
        stored.take(*visits(*range(30)))
        closed = stored.take(arrived(99, "d-1", DayClosed(date=date(2018, 3, 2))))
        assert len(closed.emitted) == 31


class TestAWalk:
    def closing(self, day: date = date(2018, 3, 2)) -> Input:
        return arrived(1_000, "d-1", DayClosed(date=day))

    def test_touches_what_is_due_in_the_order_of_ids_and_closes_once(self) -> None:
        stored = Stored()
        stored.take(*visits(3, 1, 2))
        emitted = [m.event for m in stored.take(self.closing()).emitted]
        assert [getattr(event, "person_id", "close") for event in emitted] == [person(1), person(2), person(3), "close"]

    def test_touches_nothing_that_is_due_later_or_not_at_all(self) -> None:
        stored = Stored(states={("count", person(9)): Count(1)})
        stored.take(arrived(1, "v-1", visit(1, day=date(2018, 3, 5))))
        assert [type(m.event) for m in stored.take(self.closing()).emitted] == [DaySettled]

    def test_sees_what_the_same_batch_decided_before_it(self) -> None:
        stored = Stored(states={("count", person(5)): Count(1, date(2018, 3, 1))})
        folded = stored.take(*visits(1, 2), self.closing(), arrived(1_001, "d-2", DayClosed(date=date(2018, 3, 3))))
        walked = [m.event.person_id for m in folded.emitted if isinstance(m.event, ConsentChanged)]
        assert walked == [person(1), person(2), person(5)]
        assert stored.states["total", "all"].days == 2

    def test_by_tag_touches_what_carries_it(self) -> None:
        stored = Stored()
        stored.take(*(arrived(n, f"v-{n}", visit(n % 3)) for n in range(5)))
        emitted = [m.event for m in stored.take(arrived(99, "e-1", WORKSHOP)).emitted]
        walked = [getattr(event, "person_id", "close") for event in emitted]
        assert walked == [person(2), person(0), person(1), "close"]  # the seldom ones first, then the often ones

    @pytest.mark.parametrize("page", [1, 2, 7, 29, 30])
    @pytest.mark.parametrize("event", [DayClosed(date=date(2018, 3, 2)), WORKSHOP], ids=["by day", "by tag"])
    def test_by_pages_emits_and_leaves_the_same_as_in_one_batch(self, page: int, event: Event) -> None:
        twice = [*visits(*range(30)), *(arrived(100 + n, f"w-{n}", visit(n)) for n in range(30))]
        whole, paged = Stored(), Stored(page=page)
        bodies = []
        for stored in (whole, paged):
            stored.take(*twice)
            bodies.append(published(stored.take(arrived(1_000, "x-1", event)).emitted))
        assert bodies[0] == bodies[1]
        assert len(bodies[0]) == 31
        assert len(set(bodies[0])) == 31
        assert whole.states == paged.states

    @pytest.mark.parametrize("page", [2, 10_000], ids=["by pages", "in one batch"])
    def test_goes_on_past_an_aggregate_whose_decision_fails_and_leaves_it_due(self, page: int) -> None:
        def decide_one(message: Message, kind: str, id_: str, peek: Peek) -> list[Event]:
            if id_ == person(2):
                raise ZeroDivisionError
            return TOY.decide_one(message, kind, id_, peek)

        stored = Stored(replace(TOY, decide_one=decide_one), page=page)
        stored.take(*visits(1, 2, 3))
        folded = stored.take(self.closing())
        walked = [getattr(m.event, "person_id", "close") for m in folded.emitted]
        assert walked == [person(1), person(3), "close"]
        assert outcomes(folded) == {"d-1": "applied"}
        assert stored.states["count", person(2)].due_on == date(2018, 3, 2)
        assert [type(error) for _, error in folded.failures] == [ZeroDivisionError]

    def test_that_is_too_long_for_its_batch_waits_for_the_next_one(self) -> None:
        stored = Stored(page=5, states={("count", person(n)): Count(1, TODAY) for n in range(9)})
        first = stored.take(*visits(20, 21), self.closing())
        assert (first.consumed, outcomes(first)) == (2, {"v-20": "applied", "v-21": "applied"})
        assert len(stored.take(self.closing()).emitted) == 12

    def test_of_a_message_that_is_already_done_is_not_done_again(self) -> None:
        stored = Stored(page=5, states={("count", person(n)): Count(1, TODAY) for n in range(9)})
        stored.take(self.closing())
        assert stored.take(self.closing()).emitted == []


def test_the_states_of_a_batch_can_be_looked_through_while_it_is_folded() -> None:
    states = Stored(states={("total", "b"): Total(1), ("total", "a"): Total(2)})
    workspace = Workspace(TOY, states, {("total", "c"): Total(3), ("total", "b"): None})
    assert list(workspace.every(TOTAL)) == [("a", Total(2)), ("c", Total(3))]


def test_an_input_without_a_message_is_never_folded() -> None:
    folded = fold_batch(TOY, [Input("EVENTS#1", 1, refusal=Refuse("bad_event", "data.date"))], Stored(), {})
    assert isinstance(folded, Folded)
    assert [(d.code, d.path) for _, d in folded.dispositions.values()] == [("bad_event", "data.date")]


def test_what_the_inbox_remembers_is_not_changed_by_a_fold() -> None:
    seen = {"/bangfu/registry|v-1": Seen("", 1)}
    fold_batch(TOY, visits(2), Stored(), seen)
    assert list(seen) == ["/bangfu/registry|v-1"]
