"""The door of the intake: every fact is taken in and freed of personal identifiers."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.door import IntakeDoor
from shared.catalog import FACT_BY_TYPE, FACTS
from shared.events.contract import Fact
from shared.events.envelope import MAX_BYTES
from shared.runner.core import Admitted
from tests.support.facts import ACCOUNT, EXAMPLES, KEYS, NAME, PHONE, RECORDED_AT, SOURCE, USCC, Offer, id_number, offer
from tests.support.generating import facts

DOOR = IntakeDoor(KEYS)
FULL_WIDTH = str.maketrans("0123456789X", "".join(chr(ord(sign) + 0xFEE0) for sign in "0123456789X"))
steady = settings(deadline=None, derandomize=True, max_examples=12, database=None)


def admit(each: Offer, headers: dict[str, str] | None = None) -> Admitted:
    return DOOR.admit(each.subject, headers, each.body)


def event_of(each: Offer) -> Any:
    admitted = admit(each)
    assert admitted.refusal is None, admitted.refusal
    return admitted.event


def recorded(each: Offer) -> str:
    """Return everything that is recorded of a fact, as text."""
    admitted = admit(each)
    assert admitted.event is not None, admitted.refusal
    kept = [admitted.key, admitted.fact_id, admitted.correlation_id, admitted.event.payload()]
    return orjson.dumps(kept).decode()


def private_values(value: Any, name: str = "") -> list[str]:
    """Return the personal values in the data of a fact, wherever they stand."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in private_values(inner, key)]
    if isinstance(value, list):
        return [found for inner in value for found in private_values(inner, name)]
    personal = {"id_number", "into_id_number", "from_id_number", "participants", "phone", "from", "contact_phone"}
    # A payee is blocked `from` a day.
    is_private = name in personal | {"parties", "account_no", "bank", "text"} and not str(value).startswith("20")
    return [value] if is_private else []


class TestEveryFactOfTheCatalogue:
    @pytest.mark.parametrize("fact", sorted(EXAMPLES))
    def test_has_an_example_that_is_accepted(self, fact: str) -> None:
        event = event_of(offer(fact, "f-1"))
        assert type(event) is FACT_BY_TYPE[f"cn.bangfu.{fact}.v1"]

    def test_none_is_left_out(self) -> None:
        assert set(EXAMPLES) == {fact.topic for fact in FACTS}

    @pytest.mark.parametrize("fact", sorted(EXAMPLES))
    def test_records_neither_number_nor_phone_nor_account_nor_name(self, fact: str) -> None:
        text = recorded(offer(fact, "f-1"))
        for value in (*private_values(EXAMPLES[fact]), PHONE, ACCOUNT, NAME, id_number()):
            assert value not in text

    @pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.topic)
    def test_is_freed_of_personal_values_whatever_upstream_sends(self, fact: type[Fact]) -> None:
        @given(facts(fact))
        @steady
        def holds(data: dict[str, Any]) -> None:
            text = recorded(offer(fact.topic, "f-1", data))
            assert [value for value in private_values(data) if value in text] == []
            if "name" in fact.Personal.model_fields:
                assert data.get("name", NAME) not in text

        holds()

    @pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.topic)
    def test_is_the_same_in_binary_and_structured_mode(self, fact: type[Fact]) -> None:
        structured = offer(fact.topic, "f-1")
        event = orjson.loads(structured.body)
        headers = {f"ce-{name}": event[name] for name in ("specversion", "id", "source", "type", "time")}
        binary = DOOR.admit(structured.subject, headers, orjson.dumps(event["data"]))
        assert binary == admit(structured)


class TestOnePersonHasOneName:
    @pytest.mark.parametrize(
        "spelling",
        [
            lambda number: number,
            lambda number: number.lower(),
            lambda number: number.translate(FULL_WIDTH),
            lambda number: f" {number[:6]} {number[6:]} ",
            lambda number: number[:6] + number[8:17],
        ],
        ids=["18 characters", "small x", "full width", "with blanks", "15 digits of before 1999"],
    )
    def test_however_the_number_is_spelled(self, spelling: Callable[[str], str]) -> None:
        number = "35062419600520002X"
        plain = event_of(offer("graduation.recorded", "f-1", id_number=number))
        assert event_of(offer("graduation.recorded", "f-1", id_number=spelling(number))) == plain
        assert plain.person_id.startswith("p")

    def test_and_two_people_have_two(self) -> None:
        one, other = (event_of(offer("exit.confirmed", "f-1", id_number=id_number(n))) for n in (1, 2))
        assert one.person_id != other.person_id

    def test_the_name_depends_on_the_key_of_the_deployment(self) -> None:
        fact = offer("exit.confirmed", "f-1")
        foreign = IntakeDoor(type(KEYS)(person=bytes(32), content=KEYS.content)).admit(fact.subject, None, fact.body)
        assert foreign.event is not None
        assert foreign.event != event_of(fact)

    def test_a_phone_has_one_name_however_it_is_written(self) -> None:
        phones = {
            event_of(offer("sms.replied", "f-1", EXAMPLES["sms.replied"] | {"from": p})).phone_id
            for p in (PHONE, "+86 138-1234-5678")
        }
        assert len(phones) == 1

    def test_birth_and_sex_follow_from_the_number(self) -> None:
        event = event_of(offer("roster.entry", "f-1"))
        assert (str(event.born_on), event.sex) == ("1985-02-03", "male")


class TestTheVault:
    def test_gets_what_is_not_recorded(self) -> None:
        fields = {p.subject_id: p.fields for p in admit(offer("jobseeker.registered", "f-1")).personal}
        person = event_of(offer("jobseeker.registered", "f-1")).person_id
        assert fields == {person: {"name": NAME, "phone": "+8613812345678", "id_number": id_number()}}

    def test_gets_every_person_of_a_snapshot(self) -> None:
        entries = [EXAMPLES["roster.entry"] | {"id_number": id_number(n), "name": f"居民{n}号"} for n in (1, 2)]
        admitted = admit(offer("roster.snapshot", "f-1", entries=entries))
        assert [personal.fields["id_number"] for personal in admitted.personal] == [id_number(1), id_number(2)]

    def test_gets_nothing_of_a_refused_fact(self) -> None:
        assert admit(offer("jobseeker.registered", "f-1", phone="12")).personal == ()


class TestWhatIsRecorded:
    def test_a_place_is_kept_to_about_a_kilometre(self) -> None:
        assert event_of(offer("vacancy.opened", "f-1")).location.model_dump() == {"lat": 23.96, "lon": 117.34}

    def test_the_words_of_a_reply_become_their_meaning(self) -> None:
        assert event_of(offer("sms.replied", "f-1", text="同意")).answer == "accept"

    def test_of_those_who_took_part_only_their_number(self) -> None:
        assert event_of(offer("activity.held", "f-1")).headcount == 2

    def test_a_field_that_is_null_says_nothing(self) -> None:
        data = EXAMPLES["vacancy.opened"]
        named = Offer("intake.yunxiao-hr.vacancy.opened", b"", "f-1")
        event = orjson.loads(offer("vacancy.opened", "f-1").body) | {"data": data | {"township": None}}
        assert admit(Offer(named.subject, orjson.dumps(event), "f-1")).event == event_of(offer("vacancy.opened", "f-1"))

    def test_a_changed_vacancy_need_not_name_its_employer(self) -> None:
        assert event_of(offer("vacancy.changed", "f-1", uscc=USCC)).uscc == USCC
        assert event_of(offer("vacancy.changed", "f-1")).uscc == ""

    def test_a_parameter_can_be_abolished_with_null(self) -> None:
        event = orjson.loads(offer("parameter.published", "f-1").body)
        event["data"]["value"] = None
        assert event_of(Offer(f"intake.{SOURCE}.parameter.published", orjson.dumps(event), "f-1")).value is None

    def test_the_correlation_of_upstream_is_kept_unless_it_is_a_number_of_a_person(self) -> None:
        assert admit(offer("exit.confirmed", "f-1").but(correlationid="walk-7")).correlation_id == "walk-7"
        assert admit(offer("exit.confirmed", "f-1")).correlation_id == "f-1"
        assert admit(offer("exit.confirmed", "f-1").but(correlationid=id_number())).correlation_id == "f-1"

    def test_the_same_content_has_the_same_hash_whatever_the_order_of_its_fields(self) -> None:
        data = EXAMPLES["exit.confirmed"]
        one, turned = (offer("exit.confirmed", "f-1", d) for d in (data, dict(reversed(data.items()))))
        assert admit(one).content_hash == admit(turned).content_hash
        assert admit(offer("exit.confirmed", "f-1", by="other")).content_hash != admit(one).content_hash


class TestNothingBreaksTheDoor:
    JSON = st.recursive(
        st.none() | st.booleans() | st.integers(-(10**25), 10**25) | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    )

    @given(st.sampled_from(sorted(EXAMPLES)), st.data())
    @settings(deadline=None, derandomize=True, max_examples=300, database=None)
    def test_any_json_in_any_field_is_recorded_or_refused(self, fact: str, draw: st.DataObject) -> None:
        event = orjson.loads(offer(fact, "f-1").body)
        place = draw.draw(st.sampled_from([event, event["data"]]))
        place[draw.draw(st.sampled_from(sorted(place)))] = draw.draw(self.JSON)
        try:
            body = orjson.dumps(event)
        except TypeError:
            return  # what JSON cannot carry does not arrive
        admitted = DOOR.admit(f"intake.{SOURCE}.{fact}", None, body)
        assert (admitted.event is None) == (admitted.refusal is not None)

    @given(st.binary(max_size=300), st.text(st.characters(codec="ascii"), max_size=30))
    @settings(deadline=None, derandomize=True, max_examples=100, database=None)
    def test_any_bytes_on_any_subject_are_refused(self, body: bytes, subject: str) -> None:
        assert DOOR.admit(subject, None, body).refusal is not None

    def test_a_fact_of_64_kib_is_read(self) -> None:
        each = offer("exit.confirmed", "f-1")
        assert admit(Offer(each.subject, each.body.ljust(MAX_BYTES), "f-1")).event is not None

    def test_the_instant_of_recording_bounds_the_birth(self) -> None:
        born_in_1985 = offer("exit.confirmed", "f-1").but(time="1984-12-31T23:59:59+08:00")
        assert admit(born_in_1985).refusal is not None
        assert event_of(born_in_1985.but(time=RECORDED_AT))
