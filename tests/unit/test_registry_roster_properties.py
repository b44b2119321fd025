"""What holds of every snapshot: order and repetition change nothing, and with its exits the roster is the snapshot."""

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.door import IntakeDoor
from services.registry.subscribers import REGISTRY
from shared.events.roster import ExitProposed
from shared.runner.wire import admitted
from tests.support.facts import FIRST_CLOSED, KEYS, Offer, closing, id_number, offer
from tests.support.properties import steady
from tests.support.rosters import Row, entry, listed, pseudonym, row, rows, snapshot
from tests.support.toy import Stored
from tests.support.world import DOOR, Registry, accepted

briefly = settings(steady, max_examples=30)
PEOPLE = st.sets(st.integers(1, 9), min_size=1)
STATUSES = st.sampled_from(["listed", "low_income", "monitored"])
VILLAGES = st.sampled_from(["350622100201", "350622100202"])


@st.composite
def rosters(draw: st.DrawFn) -> list[Row]:
    return [row(n, status=draw(STATUSES), village=draw(VILLAGES)) for n in sorted(draw(PEOPLE))]


@st.composite
def in_parts(draw: st.DrawFn) -> list[Offer]:
    whole = draw(rosters())
    cut = draw(st.integers(1, 3))
    return snapshot("S2", [whole[start::cut] for start in range(cut)])


def seen(registry: Registry) -> dict[str, Any]:
    """Return the roster as it counts: everybody's history of statuses, place, and the snapshot that names them."""
    return {id_: (p.told, p.entry, p.snapshot_id, p.status) for id_, p in listed(registry).items()}


class TestASnapshot:
    @given(in_parts(), st.randoms(use_true_random=False))
    @briefly
    def test_gives_the_same_roster_whatever_the_order_of_its_parts_and_of_earlier_entries(
        self, parts: list[Offer], chance: Any
    ) -> None:
        facts = [*parts, entry(1, status_from="2015-01-01"), entry(2, status_from="2014-01-01", status="low_income")]
        shuffled = list(facts)
        chance.shuffle(shuffled)
        one, other = accepted(facts), accepted(shuffled)
        assert seen(one) == seen(other)
        counts = [registry.memory.states("county_roster")["350622"].people for registry in (one, other)]
        assert counts[0] == counts[1] == sum(person.county is not None for person in listed(one).values())

    @given(in_parts())
    @briefly
    def test_told_twice_changes_nothing(self, parts: list[Offer]) -> None:
        registry = accepted(parts)
        before = listed(registry)
        assert registry.after(*[part.but(id=f"{part.id}-again") for part in parts]) == []
        assert listed(registry) == before

    @given(PEOPLE, in_parts())
    @briefly
    def test_is_the_roster_once_its_exits_are_confirmed(self, before: set[int], parts: list[Offer]) -> None:
        registry = accepted([*(entry(n) for n in sorted(before)), *parts])
        numbers = {pseudonym(n): n for n in range(1, 10)}
        for event in registry.events(ExitProposed):
            number = numbers[event.person_id]
            registry.tell(offer("exit.confirmed", f"x-{number}", id_number=id_number(number)))
        told = [sent for part in parts for sent in orjson.loads(part.body)["data"]["entries"]]
        named = {(sent["id_number"], sent["status"], sent["village"]) for sent in told}
        on = {id_: person for id_, person in listed(registry).items() if person.county}
        assert {(id_number(numbers[id_]), p.status, p.entry.village) for id_, p in on.items()} == named


class TestALongRoster:
    def test_is_taken_page_by_page_as_it_is_taken_at_once(self) -> None:
        facts = [
            closing(FIRST_CLOSED),
            offer("coordinator.registered", "o-1"),
            *(entry(n) for n in range(1, 8)),
            *snapshot("S2", [rows([1, 2]), rows([3, 8]), rows([9])]),
            *snapshot("S3", [rows([1, 2]), rows([3, 8]), rows([9]), rows([4, 5])], as_of="2018-03-02"),
        ]
        registry = Registry(opened=False, service=DOOR)
        registry.tell(*facts)
        assert paged(facts, 2) == [message.id for message in registry.memory.emitted]


def paged(facts: list[Offer], page: int) -> list[str]:
    """Return the ids of what registry emits where a transaction holds so few aggregates of a walk."""
    stored, door = Stored(REGISTRY, page), IntakeDoor(KEYS)
    emitted = []
    for position, fact in enumerate(facts, 1):
        folded = stored.take(admitted(door, fact.subject, None, fact.body, position))
        assert folded.failures == []
        emitted += [message.id for message in folded.emitted]
    return emitted
