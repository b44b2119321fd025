"""What the door refuses: one reason code, the field's path, what would be right, never the value."""

from typing import Any

import orjson
import pytest

from services.registry.domain.door import IntakeDoor
from shared.catalog import FACTS
from shared.events.contract import Fact, offered_form
from shared.runner.core import Refuse
from tests.support.facts import EXAMPLES, KEYS, PHONE, SOURCE, Offer, id_number, offer

DOOR = IntakeDoor(KEYS)
WRONG_CHECK = id_number()[:17] + ("1" if id_number()[17] != "1" else "2")


def refused(each: Offer) -> Refuse:
    admitted = DOOR.admit(each.subject, None, each.body)
    assert admitted.refusal is not None, admitted.event
    return admitted.refusal


def verdict(fact: str, /, **changed: Any) -> tuple[str, str]:
    """Return code and path of the refusal of an example with other fields."""
    said = refused(offer(fact, "f-1", **changed))
    return said.code, said.path


class TestOneCodeAndOnePath:
    @pytest.mark.parametrize(
        ("fact", "changed", "expected"),
        [
            ("exit.confirmed", {"id_number": WRONG_CHECK}, ("bad_check_digit", "data.id_number")),
            ("exit.confirmed", {"id_number": "350622198502301219"}, ("bad_date", "data.id_number")),
            ("exit.confirmed", {"id_number": "350622850230121"}, ("bad_date", "data.id_number")),
            ("exit.confirmed", {"id_number": "3506221985"}, ("bad_length", "data.id_number")),
            ("exit.confirmed", {"id_number": "35062219850203121O"}, ("bad_characters", "data.id_number")),
            ("exit.confirmed", {"id_number": 350622198502031219}, ("wrong_type", "data.id_number")),
            ("exit.confirmed", {"id_number": {"$gt": ""}}, ("operator_in_key", "data.id_number")),
            ("exit.confirmed", {"id_number": [id_number()]}, ("wrong_type", "data.id_number")),
            ("exit.confirmed", {"id_number": ""}, ("too_short", "data.id_number")),
            ("exit.confirmed", {"id_number": None}, ("missing_field", "data.id_number")),
            ("exit.confirmed", {"person_id": "p" + "a" * 25}, ("unknown_field", "data.person_id")),
            ("exit.confirmed", {"date": "2018-02-30"}, ("bad_date", "data.date")),
            ("exit.confirmed", {"date": "20180301"}, ("bad_date", "data.date")),
            ("exit.confirmed", {"date": "2018-03-01T00:00:00Z"}, ("bad_date", "data.date")),
            ("exit.confirmed", {"date": 20180301}, ("bad_date", "data.date")),
            ("exit.confirmed", {"by": {"$ne": None}}, ("operator_in_key", "data.by")),
            ("exit.confirmed", {"by": "a.b"}, ("bad_format", "data.by")),
            ("exit.confirmed", {"by": "x" * 65}, ("bad_format", "data.by")),
            ("exit.confirmed", {"reason": "x" * 201}, ("too_long", "data.reason")),
            ("exit.confirmed", {"reason": "电话 " + PHONE}, ("personal_data_in_text", "data.reason")),
            ("exit.confirmed", {"reason": id_number()}, ("personal_data_in_text", "data.reason")),
            ("exit.confirmed", {"reason": "a\x07b"}, ("bad_text", "data.reason")),
            ("exit.confirmed", {"a.b": 1}, ("operator_in_key", "data")),
            ("exit.confirmed", {"a\x00b": 1}, ("operator_in_key", "data")),
            ("exit.confirmed", {"": 1}, ("operator_in_key", "data")),
            ("exit.confirmed", {"$where": "1"}, ("operator_in_key", "data")),
            ("exit.confirmed", {"surprise": 1}, ("unknown_field", "data.surprise")),
            ("roster.entry", {"status": "rich"}, ("not_in_list", "data.status")),
            ("roster.entry", {"head": "true"}, ("wrong_type", "data.head")),
            ("roster.entry", {"county": "35062"}, ("bad_format", "data.county")),
            ("roster.snapshot", {"entries": [EXAMPLES["roster.entry"] | {"id_number": WRONG_CHECK}]},
             ("bad_check_digit", "data.entries.0.id_number")),
            ("roster.snapshot", {"entries": [EXAMPLES["roster.entry"] | {"village": {"$gt": ""}}]},
             ("operator_in_key", "data.entries.0.village")),
            ("roster.snapshot", {"part": 0}, ("out_of_range", "data.part")),
            ("jobseeker.registered", {"phone": "12333"}, ("bad_phone", "data.phone")),
            ("coordinator.registered", {"phone": "0596-8512345"}, ("bad_phone", "data.phone")),
            ("sms.replied", {"from": "0596-8512345"}, ("bad_phone", "data.from")),
            ("jobseeker.registered", {"location": {"lat": 91.0, "lon": 0.0}}, ("out_of_range", "data.location.lat")),
            ("jobseeker.registered", {"skills": "缝纫"}, ("wrong_type", "data.skills")),
            ("jobseeker.registered", {"skills": ["$where"]}, ("bad_format", "data.skills.0")),
            ("employer.registered", {"uscc": "91350622MA2XN0K4T0"}, ("bad_check_digit", "data.uscc")),
            ("employer.registered", {"uscc": "91350622MA2XN0K4TI"}, ("bad_format", "data.uscc")),
            ("premium.paid", {"pension_fen": 504.0}, ("wrong_type", "data.pension_fen")),
            ("premium.paid", {"pension_fen": "50400"}, ("wrong_type", "data.pension_fen")),
            ("premium.paid", {"pension_fen": -1}, ("out_of_range", "data.pension_fen")),
            ("premium.paid", {"pension_fen": 10**11 + 1}, ("out_of_range", "data.pension_fen")),
            ("premium.paid", {"pension_fen": True}, ("wrong_type", "data.pension_fen")),
            ("premium.paid", {"period": "2018-13"}, ("bad_format", "data.period")),
            ("premium.paid", {"period": "2012-12"}, ("bad_period", "data.period")),
            ("premium.paid", {"period": "2101-01"}, ("bad_period", "data.period")),
            ("premium.paid", {"period": "２０１８-03"}, ("bad_format", "data.period")),
            ("premium.paid", {"period": "2018-０３"}, ("bad_format", "data.period")),
            ("premium.paid", {"paid_on": "２０１８-03-28"}, ("bad_date", "data.paid_on")),
            ("premium.paid", {"pension_fen": 0.5}, ("wrong_type", "data.pension_fen")),
            ("premium.paid", {"pension_fen": "５０４００"}, ("wrong_type", "data.pension_fen")),
            ("premium.paid", {"pension_fen": "五百"}, ("wrong_type", "data.pension_fen")),
            ("headcount.reported", {"year": 2012}, ("out_of_range", "data.year")),
            ("headcount.reported", {"year": 2101}, ("out_of_range", "data.year")),
            ("attendance.recorded", {"period": "2012-Q4"}, ("bad_period", "data.period")),
            ("employment.confirmed", {"starts_on": "2101-01-01"}, ("bad_date", "data.starts_on")),
            ("budget.granted", {"amount_fen": -1}, ("out_of_range", "data.amount_fen")),
            ("budget.granted", {"amount_fen": 10**11 + 1}, ("out_of_range", "data.amount_fen")),
            ("budget.granted", {"county": "３５０６２２"}, ("bad_format", "data.county")),
            ("roster.entry", {"village": "35062210020１"}, ("bad_format", "data.village")),
            ("parameter.published", {"value": -1}, ("out_of_range", "data.value")),
            ("parameter.published", {"value": "８０"}, ("bad_format", "data.value")),
            ("sms.replied", {"received_at": "2018-03-02 08:10"}, ("bad_instant", "data.received_at")),
            ("sms.replied", {"received_at": "2018-03-02T25:10:00Z"}, ("bad_instant", "data.received_at")),
            ("employment.checked", {"employed": "maybe"}, ("wrong_type", "data.employed")),
            ("grant.claimed", {"id_number": None}, ("missing_field", "data.id_number")),
            ("payee.paused", {"uscc": None}, ("missing_field", "data.uscc")),
            ("agreement.signed", {"employment_id": None}, ("missing_field", "data.employment_id")),
            ("duty.done", {"employment_id": None}, ("missing_field", "data.employment_id")),
            ("parameter.published", {"value": 1.5}, ("wrong_type", "data.value")),
        ],
    )  # fmt: skip
    def test_say_what_is_wrong_and_where(self, fact: str, changed: dict[str, Any], expected: tuple[str, str]) -> None:
        assert verdict(fact, **changed) == expected

    @pytest.mark.parametrize(
        ("number", "expected"),
        [
            ("NaN", ("not_json", "")),
            ("Infinity", ("not_json", "")),
            ("1e400", ("not_json", "")),
            ("1e3", ("wrong_type", "data.pension_fen")),
            ("50400.0", ("wrong_type", "data.pension_fen")),
            ("1" + "0" * 30, ("wrong_type", "data.pension_fen")),
        ],
    )
    def test_say_of_an_amount_what_is_wrong_with_how_it_is_written(
        self, number: str, expected: tuple[str, str]
    ) -> None:
        each = offer("premium.paid", "f-1", pension_fen=424_242)
        said = refused(Offer(each.subject, each.body.replace(b"424242", number.encode()), each.id))
        assert (said.code, said.path) == expected

    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            ({"type": "cn.bangfu.exit.confirmed.v0"}, ("unknown_version", "type")),
            ({"type": "cn.bangfu.exit.confirmed"}, ("unknown_type", "type")),
            ({"type": "cn.bangfu.exit.denied.v1"}, ("unknown_type", "type")),
            ({"type": "cn.bangfu.ledger.line_posted.v1"}, ("unknown_type", "type")),
            ({"type": "cn.bangfu.exit.refused.v1"}, ("type_differs_from_subject", "type")),
            ({"source": "zhaoan-hr"}, ("source_differs_from_subject", "source")),
            ({"time": "yesterday"}, ("bad_attribute", "time")),
            ({"time": "2018-03-02T08:10:00"}, ("bad_attribute", "time")),
            ({"id": f"x-{id_number()}"}, ("personal_data_in_id", "id")),
            ({"id": f"x-{id_number(7)}"}, ("personal_data_in_id", "id")),
            ({"id": f"x-{id_number()[:6]}{id_number()[8:17]}"}, ("personal_data_in_id", "id")),
        ],
    )
    def test_say_what_is_wrong_about_the_envelope(self, changed: dict[str, Any], expected: tuple[str, str]) -> None:
        said = refused(offer("exit.confirmed", "f-1").but(**changed))
        assert (said.code, said.path) == expected

    def test_a_source_that_is_no_plain_word_is_refused(self) -> None:
        assert refused(offer("exit.confirmed", "f-1", by_source="Yunxiao")).code == "source_differs_from_subject"

    @pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.topic)
    def test_every_required_field_of_every_fact_is_missed(self, fact: type[Fact]) -> None:
        for name, info in offered_form(fact).model_fields.items():
            if info.is_required():
                key = info.alias or name
                assert verdict(fact.topic, **{key: None}) == ("missing_field", f"data.{key}")

    @pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.topic)
    @pytest.mark.parametrize("operator", [{"$gt": ""}, {"$ne": None}, {"$regex": "^.*"}, {"a.b": 1}])
    def test_an_operator_in_any_field_of_any_fact_is_refused(self, fact: type[Fact], operator: dict[str, Any]) -> None:
        for name, info in offered_form(fact).model_fields.items():
            key = info.alias or name
            assert verdict(fact.topic, **{key: operator}) == ("operator_in_key", f"data.{key}")
            assert verdict(fact.topic, **{key: [operator]}) == ("operator_in_key", f"data.{key}.0")


class TestARefusalIsSilentAboutTheValue:
    SECRETS = (WRONG_CHECK, "13812345678", "林秀英", "6217001850001234567", "350622850203121", id_number(7))

    @pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.topic)
    def test_in_whatever_field_it_stands(self, fact: type[Fact]) -> None:
        for key in (info.alias or name for name, info in offered_form(fact).model_fields.items()):
            for secret in self.SECRETS:
                for value in (secret + "\x07", [secret], {secret: secret}, {"$gt": secret}):
                    self._is_kept(offer(fact.topic, "f-1", EXAMPLES[fact.topic] | {key: value}))

    @pytest.mark.parametrize("secret", SECRETS)
    def test_in_the_name_of_a_field(self, secret: str) -> None:
        self._is_kept(offer("exit.confirmed", "f-1", EXAMPLES["exit.confirmed"] | {secret: 1}))

    @pytest.mark.parametrize("secret", SECRETS)
    def test_in_the_envelope(self, secret: str) -> None:
        for name in ("source", "type", "time", "specversion"):
            self._is_kept(offer("exit.confirmed", "f-1").but(**{name: secret}))

    @pytest.mark.parametrize("number", [id_number(), PHONE, id_number()[:6] + id_number()[8:17]])
    def test_and_the_message_is_then_named_by_its_place_not_by_its_id(self, number: str) -> None:
        each = offer("jobseeker.registered", f"x-{number}")
        admitted = DOOR.admit(each.subject, None, each.body)
        assert (admitted.key, admitted.fact_id) == ("", "")

    def test_also_when_it_stands_where_a_code_is_expected(self) -> None:
        for field in ("by", "coordinator_id"):
            fact = "exit.confirmed" if field == "by" else "visit.recorded"
            assert verdict(fact, **{field: id_number(7)}) == ("personal_data_in_field", f"data.{field}")

    def _is_kept(self, each: Offer) -> None:
        admitted = DOOR.admit(each.subject, None, each.body)
        said = orjson.dumps([admitted.refusal, admitted.key, admitted.fact_id, admitted.correlation_id]).decode()
        assert admitted.refusal is None or [s for s in self.SECRETS if s in said] == []


class TestARefusalIsShortEnoughToBeTold:
    def test_however_deep_the_mistake_lies(self) -> None:
        deep: Any = {"$gt": ""}
        for level in range(20):
            deep = {f"{'abcdefghij' * 3}{level}": deep}
        assert len(refused(offer("exit.confirmed", "f-1", reason=deep)).path) <= 120

    def test_however_long_the_subject_is(self) -> None:
        each = offer("exit.confirmed", "f-1")
        admitted = DOOR.admit(f"intake.{'s' * 300}.{'f' * 300}", None, each.body)
        assert admitted.refusal is not None

    def test_the_source_of_the_subject_is_told_not_that_of_the_event(self) -> None:
        each = offer("exit.confirmed", "f-1").but(source="zhaoan-hr")
        assert DOOR.admit(each.subject, None, each.body).source == SOURCE
