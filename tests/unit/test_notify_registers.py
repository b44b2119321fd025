"""Registers: one row a thing, the same in every interleaving; sums are what a count of the events gives."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.notify.domain.register_row import Row, area_of
from services.notify.domain.registers import EVENTS, REGISTER_ROW, touches
from services.notify.subscribers import REGISTERS
from shared.catalog import CATALOG
from shared.events.alerts import FactRejected
from shared.events.contract import Event
from shared.events.employment import EmploymentConfirmed, EmploymentCorrected, EmploymentEnded, EmploymentVoided
from shared.events.identity import PersonMerged, PersonSplit
from shared.events.people import (
    ExitConfirmed,
    JobseekerRegistered,
    JobseekerUpdated,
    JobseekerWithdrawn,
    RosterEntry,
)
from shared.events.subsidy import BudgetBooked, LinePosted, Posting
from shared.events.targets import PlatformRated
from shared.ops.running import find_services
from shared.runner.core import Message, Service
from shared.runner.memory import Memory
from tests.support.facts import KEYS
from tests.support.story import story

PERSON, OTHER, USCC = "p" + "a" * 25, "p" + "b" * 25, "91350622MA2Y1A2B7G"
VILLAGE, DAY = "350622103007", date(2018, 3, 5)
HIRED = EmploymentConfirmed(
    employment_id="J1", person_id=PERSON, uscc=USCC, starts_on=date(2018, 3, 1), post_kind="workshop", county="350622"
)
LISTED = RosterEntry(
    person_id=PERSON, household_id="H1", status="listed", status_from=date(2014, 6, 30), county="350622",
    township="350622103", village=VILLAGE,
)  # fmt: skip
SEEKS = JobseekerRegistered(
    person_id=PERSON, county="350622", education="61", skills=[], occupations=[], sms_consent=True,
    township="350622104", phone_id="h" + "a" * 25, phone_kind="landline",
)  # fmt: skip


def kept(*events: Event) -> dict[str, Row]:
    """Return the rows after some events, in the order given."""
    rows: dict[str, Row] = {}
    for number, event in enumerate(events, 1):
        message = Message(f"m{number}", "", event, number, DAY, "c")
        for id_ in REGISTER_ROW.concerns(message):
            row = REGISTER_ROW.evolve(rows.get(id_) or REGISTER_ROW.initial(id_), message)
            if REGISTER_ROW.keep(row):
                rows[id_] = row
    return rows


def only(*events: Event) -> Row:
    """Return the one row that some events leave."""
    (row,) = kept(*events).values()
    return row


class TestAPlacement:
    def test_stands_in_the_county_under_its_kind_and_names_what_caused_it(self) -> None:
        row = only(HIRED)
        assert (row.id, row.area, row.series, row.stage, row.count) == (
            "placements/J1",
            "350622",
            "workshop",
            "confirmed",
            1,
        )
        assert (row.cause, row.sequence, row.known_on) == ("m1", 1, DAY)

    def test_keeps_its_last_day_when_it_ends_and_what_was_corrected(self) -> None:
        ended = EmploymentEnded(
            employment_id="J1", last_day=date(2018, 9, 1), reason="moved", person_id=PERSON, uscc=USCC
        )
        righted = EmploymentCorrected(employment_id="J1", reason="slip", post_kind="ordinary", person_id=PERSON)
        row = only(HIRED, ended, righted)
        assert (row.stage, row.until, row.series, row.cause) == ("ended", date(2018, 9, 1), "ordinary", "m3")

    @pytest.mark.parametrize(
        ("since", "stage", "until", "count"),
        [(date(2018, 3, 1), "voided", None, 0), (date(2018, 4, 1), "ended", date(2018, 3, 31), 1)],
    )
    def test_that_was_not_true_counts_for_nothing_or_until_it_was_no_longer(
        self, since: date, stage: str, until: date | None, count: int
    ) -> None:
        row = only(
            HIRED, EmploymentVoided(employment_id="J1", effective_from=since, reason="x", person_id=PERSON, uscc=USCC)
        )
        assert (row.stage, row.until, row.count) == (stage, until, count)

    def test_of_which_nobody_confirmed_anything_is_no_row(self) -> None:
        assert not kept(EmploymentEnded(employment_id="J1", last_day=DAY, reason="x", person_id=PERSON, uscc=USCC))

    def test_is_one_row_though_its_person_turns_out_to_be_another(self) -> None:
        merged = PersonMerged(person_id=PERSON, into_person_id=OTHER, date=DAY, doc_no="x", reason="x")
        ended = EmploymentEnded(employment_id="J1", last_day=DAY, reason="x", person_id=OTHER, uscc=USCC)
        rows = kept(LISTED, HIRED, merged, ended)
        assert (rows["placements/J1"].stage, rows[f"people/{PERSON}"].stage) == ("ended", "merged")
        assert rows[f"people/{PERSON}"].count == 0


class TestAPerson:
    def test_lives_where_the_roster_says_whatever_a_form_says(self) -> None:
        for events in ((LISTED, SEEKS), (SEEKS, LISTED)):
            row = only(*events)
            assert (row.area, row.details["place"], row.stage, row.series) == (
                VILLAGE,
                "village",
                "on_roster",
                "listed",
            )
            assert row.details["phone"] == "landline"

    def test_whom_no_roster_names_stands_where_the_form_says(self) -> None:
        row = only(SEEKS)
        assert (row.area, row.details["place"], row.stage, row.series) == ("350622104", "township", "seeker", "none")

    def test_is_what_the_entry_with_the_latest_first_day_says(self) -> None:
        later = LISTED.model_copy(update={"status": "exited", "status_from": date(2018, 1, 1)})
        assert only(later, LISTED).series == only(LISTED, later).series == "exited"
        assert only(LISTED, ExitConfirmed(person_id=PERSON, date=DAY, by="office")).series == "exited"

    def test_stands_under_the_code_that_the_county_has_now(self) -> None:
        place = {"county": "350681", "township": "350681100", "village": "350681100201"}
        rated = PlatformRated(village="350681100201", county="350681", year=2018, rates="e1", kind="visit.recorded")
        refused = FactRejected(source="village-350681100201", fact="x.y", code="bad_date")
        rows = (
            only(LISTED.model_copy(update=place)), only(SEEKS.model_copy(update=place)),
            only(HIRED.model_copy(update={"county": "350681"})), only(rated), only(refused),
        )  # fmt: skip
        home = "350604100201"
        assert [(row.county, row.area) for row in rows] == [
            ("350604", home), ("350604", home), ("350604", "350604"), ("350604", home), ("350604", home),
        ]  # fmt: skip

    def test_does_not_exit_on_a_day_before_what_is_known_now_began(self) -> None:
        late = ExitConfirmed(person_id=PERSON, date=date(2013, 1, 1), by="office")
        assert (only(LISTED, late).series, only(LISTED, late).on) == ("listed", LISTED.status_from)

    def test_stays_where_a_form_said_while_the_next_one_does_not_say_otherwise(self) -> None:
        home = SEEKS.model_copy(update={"village": VILLAGE, "township": "350622103"})
        for said in ({"county": "350622"}, {"township": "350622103"}, {}):
            row = only(home, JobseekerUpdated(person_id=PERSON, **said))
            assert (row.area, row.details["place"]) == (VILLAGE, "village")
        moved = only(home, JobseekerUpdated(person_id=PERSON, township="350622104"))
        assert (moved.area, moved.county, moved.details["place"]) == ("350622104", "350622", "township")

    def test_who_looks_no_more_and_is_on_no_roster_is_counted_no_more(self) -> None:
        gone = JobseekerWithdrawn(person_id=PERSON, reason="x")
        assert (only(SEEKS, gone).stage, only(SEEKS, gone).count) == ("left", 0)
        assert only(LISTED, SEEKS, gone).count == 1

    def test_who_was_taken_for_another_is_counted_again(self) -> None:
        merged = PersonMerged(person_id=PERSON, into_person_id=OTHER, date=DAY, doc_no="x", reason="x")
        split = PersonSplit(person_id=PERSON, from_person_id=OTHER, date=DAY, doc_no="x", reason="x")
        assert only(LISTED, merged, split).stage == "on_roster"


def test_a_budget_row_is_one_movement_of_one_year_as_the_accounts_name_it() -> None:
    postings = [
        Posting(debit="available:p-a:350622:2018", credit="available:p-a:350622:2019", amount_fen=700),
        Posting(debit="authority:p-a:350622:2018", credit="payable:x", amount_fen=5),
    ]
    carried = BudgetBooked(
        county="350622",
        fiscal_year=2018,
        kind="carried",
        booked_on=DAY,
        postings=postings,
        content="c",
        programme="p-a",
    )
    found = {(row.year, row.stage, row.amount_fen) for row in kept(carried).values()}
    assert found == {("2018", "carried_out", -700), ("2019", "carried_in", 700)}


def test_what_a_village_reported_stands_in_the_village_and_a_refusal_where_its_source_is_named_after() -> None:
    rated = PlatformRated(village=VILLAGE, county="350622", year=2018, rates="e1", kind="visit.recorded", late_days=3)
    refused = FactRejected(source=f"vp-{VILLAGE}", fact="visit.recorded", code="bad_date")
    nowhere = FactRejected(source="some-office", fact="visit.recorded", code="bad_date")
    rows = [only(rated), only(refused), only(nowhere)]
    assert [(r.register, r.stage, r.area) for r in rows] == [
        ("reports", "late", VILLAGE), ("refusals", "bad_date", VILLAGE), ("refusals", "bad_date", ""),
    ]  # fmt: skip


def test_a_city_stands_as_the_four_digits_that_scopes_begin_with() -> None:
    assert [area_of(code) for code in ("350622", "350600", "350000", "350620")] == ["350622", "3506", "35", "350620"]


def test_the_catalogue_lists_notify_for_every_event_of_the_registers() -> None:
    assert set(EVENTS) <= {entry.event for entry in CATALOG if "notify" in entry.consumers}


@pytest.fixture(scope="module")
def told() -> list[Message]:
    """What the other services say in a story of a county."""
    memory = Memory([each for each in find_services() if each.name != "notify"], KEYS)
    for each in story(5):
        memory.publish(each.subject, each.body)
    return memory.emitted


def folded(messages: Iterable[Message]) -> dict[str, Row]:
    memory = Memory([Service("notify", "", (REGISTERS,))], KEYS)
    for message in messages:
        memory.recall(message)
    return memory.states(REGISTER_ROW.kind)


def interleaved(messages: list[Message], luck: random.Random) -> Iterator[Message]:
    """Yield the messages so that those of one partition keep their order, and nothing else does."""
    queues: dict[int, list[Message]] = defaultdict(list)
    for message in reversed(messages):
        queues[message.partition].append(message)
    while queues:
        place = luck.choice(sorted(queues))
        yield queues[place].pop()
        if not queues[place]:
            del queues[place]


def test_rows_are_the_same_in_any_interleaving_of_the_partitions(told: list[Message]) -> None:
    wanted = folded(told)
    for seed in range(5):
        assert folded(interleaved(told, random.Random(seed))) == wanted  # noqa: S311 - a test's own luck


def test_a_message_that_comes_again_changes_nothing(told: list[Message]) -> None:
    assert folded(twice for message in told for twice in (message, message)) == folded(told)


def test_sums_are_what_a_count_of_the_events_themselves_gives(told: list[Message]) -> None:
    rows = list(folded(told).values())

    def sums(register: str, field: str) -> Counter[Any]:
        found: Counter[Any] = Counter()
        for row in rows:
            if row.register == register:
                found[row.series] += getattr(row, field)
        return +found

    lines = [m.event for m in told if isinstance(m.event, LinePosted)]
    posted: Counter[str] = Counter()
    for line in lines:
        posted[line.claim.programme] += line.amount_fen
    assert lines
    assert sums("subsidies", "amount_fen") == +posted
    hires = Counter(m.event.post_kind for m in told if isinstance(m.event, EmploymentConfirmed))
    voided = {m.event.employment_id for m in told if isinstance(m.event, EmploymentVoided)}
    assert sum(hires.values()) - len(voided) <= sums("placements", "count").total() <= sum(hires.values())
    people = {m.event.person_id for m in told if isinstance(m.event, RosterEntry | JobseekerRegistered)}
    assert len([row for row in rows if row.register == "people"]) == len(people)


def test_every_row_names_an_event_that_touches_it(told: list[Message]) -> None:
    by_id = {message.id: message for message in told}
    for row in folded(told).values():
        assert row.id in {touch.id for touch in touches(by_id[row.cause])}
        assert replace(row, register="") != row
