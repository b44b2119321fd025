"""What queries show of cases and households: what is there, what is missing, as of a day."""

from datetime import date, timedelta
from typing import Any

import pytest
import typer
from typer.main import get_command

from services.registry.casework_subscription import CASEWORK
from services.registry.casework_views import Row, Scene, case_row, counts, household_rows
from services.registry.domain.cadence import THE_CADENCES, Cadences
from services.registry.domain.cases import Case
from services.registry.domain.certificates import Certificate
from services.registry.service import SERVICE
from shared.events.casework import PairEnded
from tests.support.facts import FIRST_CLOSED, NAME, Offer, closing, id_number, offer
from tests.support.toy import message, person
from tests.support.world import Registry, accepted

OFFICER, WORKPLACE = offer("coordinator.registered", "o-1"), offer("employer.registered", "e-1")
HIRED = offer("employment.confirmed", "c-1")
TODAY = date(2018, 3, 2)


def entry(number: int = 1, version: int = 1, **said: Any) -> Offer:
    return offer("roster.entry", f"r-{number}-{version}", id_number=id_number(number), **said)


def visited(day: str, kind: str = "follow_up") -> Offer:
    return offer("visit.recorded", f"w-{kind}-{day}", date=day, kind=kind)


def cadence(days: int, valid_from: str = "2018-01-01", **said: Any) -> Offer:
    stated = {"parameter": "casework.follow_up_days", "value": days, "valid_from": valid_from} | said
    return offer("parameter.published", f"n-{valid_from}-{len(said)}", **stated)


def rows(registry: Registry, as_of: date | None = None) -> list[Row]:
    states = registry.memory.states
    cases, papers = states(CASEWORK.case.kind), states(CASEWORK.certificate.kind)
    published = states(CASEWORK.cadence.kind).get(THE_CADENCES, Cadences())
    scene = Scene(CASEWORK.policy, published, as_of or TODAY, as_of)
    return [case_row(id_, case, papers.get(id_, Certificate()), scene) for id_, case in cases.items()]


def homes(registry: Registry, as_of: date | None = None) -> list[Row]:
    states = registry.memory.states
    return household_rows(states(CASEWORK.household.kind), states(CASEWORK.case.kind), CASEWORK.watch, as_of)


class TestACase:
    def test_says_what_is_missing(self) -> None:
        (alone,) = rows(accepted([entry(), offer("certificate.requested", "q-1")]))
        (planless,) = rows(accepted([OFFICER, entry()]))
        (complete,) = rows(accepted([OFFICER, entry(), offer("plan.agreed", "p-1")]))
        assert [row["missing"] for row in (alone, planless, complete)] == [
            ["pair", "plan", "certificate"],
            ["plan"],
            [],
        ]

    def test_of_who_is_owed_nothing_lacks_nothing(self) -> None:
        found = rows(accepted([WORKPLACE, entry(), HIRED, entry(2, status="low_income")]))
        assert [(row["owed"], row["missing"]) for row in found] == [(False, []), (False, [])]

    def test_names_the_person_by_id_only(self) -> None:
        assert NAME not in repr(rows(accepted([OFFICER, entry(), offer("jobseeker.registered", "j-1")])))

    def test_as_of_a_day_shows_nothing_later(self) -> None:
        told = [WORKPLACE, OFFICER, entry(), visited("2018-03-05"), visited("2018-04-05"), HIRED]
        told += [offer("plan.agreed", "p-1"), offer("exit.confirmed", "g-1", date="2018-06-01")]
        registry = accepted(told)
        (before,), (then,) = rows(registry, date(2018, 3, 10)), rows(registry, date(2018, 3, 20))
        (last,) = rows(registry)
        assert (before["visited_on"], before["plan_on"], before["owed"]) == (date(2018, 3, 5), None, True)
        assert (then["plan_on"], then["owed"], then["status"]) == (date(2018, 3, 20), False, "listed")
        assert (last["visited_on"], last["status"]) == (date(2018, 4, 5), "exited")

    def test_stays_where_the_roster_last_said_when_an_earlier_day_is_told_late(self) -> None:
        home = {"township": "350622101", "village": "350622101201"}
        registry = accepted([OFFICER, entry(status_from="2018-02-01")])
        (before,) = rows(registry)
        registry.tell(entry(version=2, status_from="2017-01-01", status="low_income", **home))
        (after,) = rows(registry)
        assert after == before
        assert after["village"] != home["village"]

    def test_as_of_a_day_before_a_hand_over_shows_who_was_the_coordinator_then(self) -> None:
        registry = accepted([OFFICER, offer("coordinator.registered", "o-2", coordinator_id="c-002"), entry()])
        (first,) = rows(registry)
        registry.tell(*(closing(FIRST_CLOSED + timedelta(days=n)) for n in range(1, 10)))
        registry.tell(offer("coordinator.relieved", "v-1", coordinator_id=first["coordinator_id"]))
        (before,), (now,) = rows(registry, first["paired_on"]), rows(registry)
        assert (before["coordinator_id"], before["paired_on"]) == (first["coordinator_id"], first["paired_on"])
        assert now["coordinator_id"] not in ("", first["coordinator_id"])
        (never,) = rows(registry, first["paired_on"] - timedelta(days=1))
        assert never["coordinator_id"] == ""

    def test_of_before_pairs_were_kept_knows_the_one_of_now_and_keeps_it_when_it_ends(self) -> None:
        stored = Case(coordinator_id="c-001", paired_on=TODAY)
        assert stored.pair_on(TODAY - timedelta(days=1)) == ("", None)
        assert stored.pair_on(TODAY) == ("c-001", TODAY)
        ending = PairEnded(person_id=person(1), coordinator_id="c-001", county="350622", load=0, reason="out_of_reach")
        ended = CASEWORK.case.evolve(stored, message("m-1", ending, known_on=TODAY + timedelta(days=3)))
        assert ended.pair_on(TODAY) == ("c-001", TODAY)
        assert ended.pair_on(TODAY + timedelta(days=3)) == ("", None)

    def test_counts_how_far_help_went(self) -> None:
        told = [OFFICER, entry(), entry(2), entry(3, status="exited"), offer("plan.agreed", "p-1")]
        found = counts(rows(accepted([*told, visited("2018-03-20"), offer("certificate.requested", "q-1")])))
        assert {name: number for name, number in found.items() if number} == {
            "people": 3,
            "owed": 2,
            "paired": 2,
            "planned": 1,
            "visited": 1,
            "requested": 1,
            "lacks_plan": 1,
            "lacks_certificate": 1,
        }


class TestTheNextVisit:
    told = (OFFICER, entry(), offer("plan.agreed", "p-1"), visited("2018-03-20"))

    def test_is_due_on_no_day_while_no_document_gives_a_cadence(self) -> None:
        (row,) = rows(accepted(self.told))
        assert (row["next_visit"], row["missing"]) == (None, [])

    def test_is_due_so_many_days_after_the_last_one_as_a_document_says(self) -> None:
        registry = accepted([*self.told, cadence(30)])
        (then,), (late,) = rows(registry, date(2018, 4, 19)), rows(registry, date(2018, 4, 20))
        assert (then["next_visit"], then["missing"]) == (date(2018, 4, 19), [])
        assert late["missing"] == ["visit"]

    def test_is_counted_from_the_pair_where_there_was_none(self) -> None:
        (row,) = rows(accepted([OFFICER, entry(), cadence(30)]))
        assert row["next_visit"] == date(2018, 4, 1)

    def test_is_due_as_the_county_says_where_it_says_something(self) -> None:
        (row,) = rows(accepted([*self.told, cadence(30), cadence(10, county="350622")]))
        assert row["next_visit"] == date(2018, 3, 30)

    def test_is_due_on_no_day_again_once_the_cadence_is_abolished(self) -> None:
        said = {"parameter": "casework.follow_up_days", "value": None, "valid_from": "2018-05-01"}
        abolished = cadence(30, "2018-05-01").but(data=said | {"known_on": "2018-04-20", "doc_no": "云扶〔2018〕9号"})
        registry = accepted([*self.told, cadence(30), abolished])
        (then,), (after,) = rows(registry, date(2018, 4, 30)), rows(registry, date(2018, 5, 1))
        assert (then["next_visit"], after["next_visit"]) == (date(2018, 4, 19), None)


class TestAHousehold:
    RISK = offer("household.risk_raised", "h-1")

    def test_at_risk_shows_its_members_and_how_they_were_helped_since(self) -> None:
        told = [WORKPLACE, OFFICER, entry(), entry(2, head=False), entry(3, household_id="H-2"), self.RISK]
        told += [visited("2018-03-01"), visited("2018-03-25", "solicitude"), offer("plan.agreed", "p-1"), HIRED]
        (row,) = homes(accepted(told))
        assert (row["household_id"], row["risk"], row["since"]) == ("H-1", "大病", date(2018, 3, 20))
        assert len(row["members"]) == 2
        assert (row["visits"], row["planned"], row["working"]) == (1, 1, 1)
        assert len(row["missing"]) == len(CASEWORK.watch.items)

    def test_says_whether_the_roster_certifies_it(self) -> None:
        later = entry(1, 2, status="instant_help", status_from="2018-04-01")
        registry = accepted([entry(), self.RISK, later])
        assert [row["certified"] for row in homes(registry, date(2018, 3, 31))] == [[]]
        assert [row["certified"] for row in homes(registry)] == [["instant_help"]]

    def test_is_watched_without_a_risk_while_the_roster_certifies_it(self) -> None:
        registry = accepted([entry(status="monitored"), entry(2, household_id="H-2")])
        assert [(row["household_id"], row["risk"], row["certified"]) for row in homes(registry)] == [
            ("H-1", "", ["monitored"])
        ]

    def test_counts_who_lives_there_now(self) -> None:
        (row,) = homes(accepted([entry(), entry(2), entry(2, 2, household_id="H-2"), self.RISK]))
        assert len(row["members"]) == 1

    def test_was_not_at_risk_before(self) -> None:
        assert homes(accepted([entry(), self.RISK]), date(2018, 3, 19)) == []


@pytest.mark.parametrize("query", ["casework", "households"])
def test_every_query_takes_both_clocks(query: str) -> None:
    app = typer.Typer()
    SERVICE.extras["commands"](app)
    command: Any = get_command(app)
    options = {name for param in command.commands[query].params for name in param.opts}
    assert {"--as-of", "--known-at", "--json", "--county"} <= options
