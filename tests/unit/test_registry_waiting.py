"""Facts that come before their cause wait in registry, run again in order, and nothing else waits for them."""

from datetime import date, timedelta

from shared.events.alerts import FactOverdue, FactParked
from shared.events.clock import DayClosed
from shared.events.employers import VacancyChanged
from shared.events.employment import EmploymentConfirmed, EmploymentEnded
from shared.events.people import JobseekerWithdrawn
from shared.events.premiums import PremiumPaid
from tests.support.facts import FIRST_CLOSED, OTHER_USCC, closing, id_number, offer
from tests.support.world import Registry, published

EMPLOYER, PERSON = offer("employer.registered", "e-1"), offer("roster.entry", "r-1")
CONFIRMED, ENDED = offer("employment.confirmed", "c-1"), offer("employment.ended", "x-1")


class TestAFactBeforeItsCause:
    def test_waits_for_the_employment_that_it_ends(self) -> None:
        registry = Registry()
        registry.tell(EMPLOYER, PERSON)
        (said,) = registry.tell(ENDED)
        assert (said.outcome, said.waiting_for) == ("parked", "employment/J1")
        registry.tell(CONFIRMED)
        (ended,) = registry.events(EmploymentEnded)
        (confirmed,) = registry.events(EmploymentConfirmed)
        assert (ended.person_id, ended.uscc) == (confirmed.person_id, confirmed.uscc)

    def test_is_told_twice_what_became_of_it(self) -> None:
        registry = Registry()
        registry.tell(EMPLOYER, PERSON, ENDED, CONFIRMED)
        said = [d.outcome for item, d in registry.memory.outcomes if item.fact_id == "x-1"]
        assert said == ["parked", "applied"]

    def test_waits_for_the_employer_then_for_the_person(self) -> None:
        registry = Registry()
        (said,) = registry.tell(offer("premium.paid", "m-1"))
        assert said.waiting_for == "employer/91350622MA2XN0K4TC"
        registry.tell(EMPLOYER)
        _, second = registry.events(FactParked)
        assert second.waiting_for.startswith("person/p")
        assert registry.events(PremiumPaid) == []
        registry.tell(PERSON)
        assert len(registry.events(PremiumPaid)) == 1
        assert registry.memory.states("waiting") == {}

    def test_says_so_under_an_id_of_its_own_each_time_it_waits(self) -> None:
        registry = Registry()
        registry.tell(offer("premium.paid", "m-1"), EMPLOYER, PERSON)
        ids = [message.id for message in registry.memory.emitted]
        assert len(ids) == len(set(ids))

    def test_runs_again_in_the_order_of_arrival(self) -> None:
        registry = Registry()
        registry.tell(*(offer("premium.paid", f"m-{n}", pension_fen=n) for n in (3, 1, 2)), PERSON)
        registry.tell(EMPLOYER)
        assert [paid.pension_fen for paid in registry.events(PremiumPaid)] == [3, 1, 2]

    def test_waits_for_its_vacancy_also_when_it_does_not_name_the_employer(self) -> None:
        registry = Registry()
        registry.tell(EMPLOYER)
        (said,) = registry.tell(offer("vacancy.changed", "v-2"))
        assert said.waiting_for == "vacancy/V1"
        (opened,) = registry.tell(offer("vacancy.opened", "v-1"))
        assert opened.outcome == "applied"
        (changed,) = registry.events(VacancyChanged)
        assert changed.uscc == "91350622MA2XN0K4TC"

    def test_holds_up_nothing_else(self) -> None:
        registry = Registry()
        registry.tell(EMPLOYER, PERSON, ENDED)
        (said,) = registry.tell(offer("visit.recorded", "w-1"))
        assert said.outcome == "applied"

    def test_is_a_duplicate_when_it_is_sent_again_while_it_waits_and_after_it_ran(self) -> None:
        registry = Registry()
        registry.tell(EMPLOYER, PERSON, ENDED)
        assert [d.outcome for d in registry.tell(ENDED)] == ["duplicate"]
        registry.tell(CONFIRMED)
        assert [d.outcome for d in registry.tell(ENDED)] == ["duplicate"]
        assert len(registry.events(EmploymentEnded)) == 1

    def test_is_refused_when_its_turn_comes_and_it_contradicts(self) -> None:
        registry = Registry()
        other = offer("employment.confirmed", "c-2", starts_on="2018-04-01")
        registry.tell(offer("employer.registered", "e-2", uscc=OTHER_USCC), PERSON, CONFIRMED, other)
        registry.tell(EMPLOYER)
        said = {item.fact_id: d.code for item, d in registry.memory.outcomes if d.outcome == "rejected"}
        assert said == {"c-2": "already_exists"}

    def test_keeps_what_it_said_of_people_in_the_vault_at_once(self) -> None:
        registry = Registry()
        (said,) = registry.tell(offer("jobseeker.updated", "u-1"))
        assert said.outcome == "parked"


class TestBeforeTheFirstClosedDay:
    def test_every_fact_waits_for_the_calendar(self) -> None:
        registry = Registry(opened=False)
        said = registry.tell(EMPLOYER, PERSON, CONFIRMED)
        assert {d.waiting_for for d in said} == {"calendar/open"}

    def test_and_all_run_in_order_once_it_is_there(self) -> None:
        early = Registry(opened=False)
        early.tell(ENDED, CONFIRMED, PERSON, EMPLOYER, closing(FIRST_CLOSED))
        assert [type(event) for event in early.events(EmploymentConfirmed)] == [EmploymentConfirmed]
        assert len(early.events(EmploymentEnded)) == 1
        assert early.memory.states("waiting") == {}

    def test_what_waited_is_known_on_the_open_day_and_numbered_in_order_of_acceptance(self) -> None:
        early = Registry(opened=False)
        early.tell(EMPLOYER, PERSON, closing(FIRST_CLOSED))
        said = [(m.event.topic, m.sequence, m.known_on) for m in early.memory.emitted if m.event.topic[:4] != "fact"]
        assert [one for one in said if one[0] not in {"calendar.day_closed", "task.opened"}] == [
            ("employer.registered", 2, date(2018, 3, 2)),
            ("roster.entry", 3, date(2018, 3, 2)),
        ]


class TestManyFactsForOneThing:
    def registry(self) -> Registry:
        """Return a registry without a calendar to which 250 facts and their causes were told."""
        registry = Registry(opened=False)
        registry.tell(EMPLOYER, PERSON, *(offer("premium.paid", f"m-{n}", pension_fen=n) for n in range(250)))
        return registry

    def test_are_stored_a_hundred_to_a_document(self) -> None:
        rooms = self.registry().memory.states("waiting")
        assert {id_: len(room.facts) for id_, room in rooms.items()} == {
            "calendar/open": 100,
            "calendar/open#1": 100,
            "calendar/open#2": 52,
        }

    def test_are_told_to_wait_for_it_under_its_own_name(self) -> None:
        registry = self.registry()
        assert {fact.waiting_for for fact in registry.events(FactParked)} == {"calendar/open"}
        assert {d.waiting_for for _, d in registry.memory.outcomes} == {"calendar/open"}

    def test_run_again_in_the_order_of_arrival_and_leave_nothing_behind(self) -> None:
        registry = self.registry()
        registry.tell(closing(FIRST_CLOSED))
        assert [paid.pension_fen for paid in registry.events(PremiumPaid)] == list(range(250))
        assert registry.memory.states("waiting") == {}

    def test_are_one_matter_when_they_wait_too_long(self) -> None:
        registry = Registry()
        registry.tell(PERSON, *(offer("premium.paid", f"m-{n}", pension_fen=n) for n in range(101)))
        registry.tell(*(closing(FIRST_CLOSED + timedelta(days=number)) for number in range(1, 17)))
        (said,) = registry.events(FactOverdue)
        assert (said.waiting_for, said.facts) == ("employer/91350622MA2XN0K4TC", 101)


class TestOneCauseAtATime:
    def test_the_same_id_of_two_sources_names_two_facts(self) -> None:
        registry = Registry()
        registry.tell(PERSON)
        withdrawn = [offer("jobseeker.withdrawn", "7", by_source=source) for source in ("yunxiao-hr", "zhaoan-hr")]
        assert [d.outcome for d in registry.tell(*withdrawn)] == ["applied", "applied"]
        assert len(registry.events(JobseekerWithdrawn)) == 2
        ids = [message.id for message in registry.memory.emitted]
        assert len(ids) == len(set(ids))

    def test_the_same_facts_give_the_same_bytes(self) -> None:
        story = [offer("premium.paid", "m-1"), ENDED, EMPLOYER, CONFIRMED, PERSON, closing(date(2018, 3, 2))]
        one, other = Registry(), Registry()
        one.tell(*story)
        other.tell(*story)
        assert published(one.memory.emitted) == published(other.memory.emitted)

    def test_every_partition_gets_a_copy_of_the_closed_day(self) -> None:
        registry = Registry()
        assert len(registry.events(DayClosed)) == 16

    def test_a_person_unknown_waits_by_pseudonym(self) -> None:
        registry = Registry()
        (said,) = registry.tell(offer("exit.confirmed", "g-1"))
        assert id_number() not in said.waiting_for


class TestAFactThatWaitsTooLong:
    def days(self, registry: Registry, first: int, last: int) -> None:
        registry.tell(*(closing(FIRST_CLOSED + timedelta(days=number)) for number in range(first, last + 1)))

    def test_is_told_once_when_a_fortnight_is_closed(self) -> None:
        registry = Registry()
        registry.tell(EMPLOYER, PERSON, ENDED, offer("employment.corrected", "k-1"))
        self.days(registry, 1, 14)
        assert registry.events(FactOverdue) == []
        self.days(registry, 15, 20)
        (said,) = registry.events(FactOverdue)
        assert (said.waiting_for, said.facts, said.since) == ("employment/J1", 2, date(2018, 3, 2))

    def test_runs_all_the_same_when_its_cause_comes(self) -> None:
        registry = Registry()
        registry.tell(EMPLOYER, PERSON, ENDED)
        self.days(registry, 1, 16)
        registry.tell(CONFIRMED)
        assert len(registry.events(EmploymentEnded)) == 1
        assert registry.memory.states("waiting") == {}

    def test_before_the_first_closed_day_waits_for_nobodys_neglect(self) -> None:
        early = Registry(opened=False)
        early.tell(EMPLOYER, closing(FIRST_CLOSED))
        assert early.events(FactOverdue) == []
