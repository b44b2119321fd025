"""CloudEvents in both modes, and everything that is not one."""

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import Refused
from shared.events.envelope import MAX_BYTES, MAX_DEPTH, Envelope, decode, derived_id

EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "2018-0042",
    "source": "yunxiao-hr",
    "type": "cn.bangfu.employment.ended.v1",
    "subject": "J1",
    "time": "2018-10-01T08:00:00+08:00",
    "datacontenttype": "application/json",
    "correlationid": "2018-0041",
    "data": {"employment_id": "J1"},
}
STRUCTURED = {"Content-Type": "application/cloudevents+json; charset=UTF-8"}
BINARY = {
    "Content-Type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": "2018-0042",
    "ce-source": "yunxiao-hr",
    "ce-type": "cn.bangfu.employment.ended.v1",
    "ce-subject": "J1",
    "ce-time": "2018-10-01T08:00:00+08:00",
    "ce-correlationid": "2018-0041",
}
steady = settings(deadline=None, derandomize=True, max_examples=60)


def but(**changed: Any) -> bytes:
    """Return the event with other attributes; `...` takes one away."""
    return orjson.dumps({name: value for name, value in (EVENT | changed).items() if value is not ...})


def code_of(body: bytes, headers: dict[str, str] | None = None) -> str:
    with pytest.raises(Refused) as refused:
        decode(headers, body, unique_keys=True)
    return refused.value.code


class TestBothModesOfTheNatsBinding:
    def test_the_structured_mode_is_read_with_and_without_its_content_type(self) -> None:
        assert decode(STRUCTURED, but()) == decode(None, but())

    def test_the_binary_mode_says_the_same_as_the_structured_one(self) -> None:
        assert decode(BINARY, orjson.dumps(EVENT["data"])) == decode(STRUCTURED, but())

    def test_names_of_headers_are_read_whatever_their_case(self) -> None:
        shouted = {name.upper(): value for name, value in BINARY.items()}
        assert decode(shouted, orjson.dumps(EVENT["data"])).id == "2018-0042"

    def test_header_values_are_percent_decoded(self) -> None:
        headers = BINARY | {"ce-subject": "%E4%BA%91%E9%9C%84 1"}
        assert decode(headers, orjson.dumps(EVENT["data"])).subject == "云霄 1"

    def test_the_content_type_decides_when_both_modes_are_there(self) -> None:
        assert decode(BINARY | STRUCTURED | {"ce-id": "other"}, but()).id == "2018-0042"

    def test_a_batch_is_refused(self) -> None:
        assert code_of(b"[]", {"content-type": "application/cloudevents-batch+json"}) == "not_a_cloudevent"

    def test_what_is_encoded_is_decoded_again(self) -> None:
        envelope = Envelope("1", "/bangfu/registry", "cn.bangfu.x.v1", {"b": 1, "a": [1]}, "s", None, {"sequence": 7})
        assert decode(STRUCTURED, envelope.structured()) == envelope

    def test_the_same_event_always_gives_the_same_bytes(self) -> None:
        one = Envelope("1", "s", "t", {"b": 1, "a": 2}, extensions={"y": 1, "x": 2})
        other = Envelope("1", "s", "t", {"a": 2, "b": 1}, extensions={"x": 2, "y": 1})
        assert one.structured() == other.structured()
        assert one.structured() == (
            b'{"data":{"a":2,"b":1},"datacontenttype":"application/json","id":"1","source":"s",'
            b'"specversion":"1.0","type":"t","x":2,"y":1}'
        )


class TestWhatIsNoCloudEvent:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"not json",
            b"{",
            b"\xef\xbb\xbf" + but(),
            "{'id': 1}".encode("utf-16"),
            but()[:-1],
            but(data={"name": "林"}).replace("林".encode(), "林".encode()[:2]),
            but().replace(b'"J1"', b"NaN", 1),
            but().replace(b'"J1"', b"Infinity", 1),
            but().replace(b'"J1"', b"1e999", 1),
            but().replace(b'"J1"', b"1" * 5_000, 1),
            but().replace(b'"J1"', b'"\\ud800"', 1),
            but() + b"{}",
        ],
        ids=[
            "empty", "text", "open", "bom", "utf-16", "cut", "cut in a character", "nan", "infinity", "too big",
            "five thousand digits", "half a surrogate", "twice",
        ],
    )  # fmt: skip
    def test_what_is_not_strict_json_is_refused(self, body: bytes) -> None:
        assert code_of(body) == "not_json"

    @pytest.mark.parametrize("body", [b"[]", b"null", b'"event"', b"1", b"true"])
    def test_json_that_is_no_object_is_refused(self, body: bytes) -> None:
        assert code_of(body) == "not_a_cloudevent"

    @pytest.mark.parametrize("body", [b"[" * 10_000, b'{"a":' * 10_000, b"[" * 10_000 + b"]" * 10_000])
    def test_ten_thousand_levels_are_refused_before_they_are_parsed(self, body: bytes) -> None:
        assert code_of(body) == "too_deep"

    def test_the_deepest_event_that_is_read_has_exactly_the_limit(self) -> None:
        deep: Any = {}
        for _ in range(MAX_DEPTH - 2):
            deep = {"a": deep}
        assert decode(None, but(data=deep)).data == deep
        assert code_of(but(data={"a": deep})) == "too_deep"

    def test_64_kib_are_read_and_one_byte_more_is_refused(self) -> None:
        room = MAX_BYTES - len(but(data={"a": ""}))
        assert decode(None, but(data={"a": "x" * room})).id == "2018-0042"
        assert code_of(but(data={"a": "x" * (room + 1)})) == "too_large"

    @pytest.mark.parametrize(
        "body",
        [
            b'{"id":"1","id":"2"}',
            but().replace(b'"employment_id"', b'"a":1,"a":2,"employment_id"'),
            b'{"a":1,"\\u0061":2}',
        ],
    )
    def test_a_key_that_stands_twice_is_refused(self, body: bytes) -> None:
        assert code_of(body) == "duplicate_key"

    def test_bytes_that_nobody_meant_never_break_the_reader(self) -> None:
        assert code_of(bytes(range(256))) == "not_json"


class TestAttributes:
    @pytest.mark.parametrize("name", ["specversion", "id", "source", "type"])
    @pytest.mark.parametrize(
        ("value", "code"),
        [
            (..., "missing_attribute"),
            (None, "bad_attribute"),
            ("", "bad_attribute"),
            (7, "bad_attribute"),
            ("x" * 201, "bad_attribute"),
            (["x"], "bad_attribute"),
            ({"$gt": ""}, "bad_attribute"),
            ("a\nb", "bad_attribute"),
            ("a\x00b", "bad_attribute"),
        ],
    )
    def test_a_required_attribute_is_text_of_1_to_200_characters(self, name: str, value: Any, code: str) -> None:
        assert code_of(but(**{name: value})) == code

    @pytest.mark.parametrize("name", ["subject", "time"])
    def test_an_optional_attribute_may_be_absent_or_null_but_not_anything_else(self, name: str) -> None:
        assert getattr(decode(None, but(**{name: ...})), name) is None
        assert getattr(decode(None, but(**{name: None})), name) is None
        assert code_of(but(**{name: 7})) == "bad_attribute"

    @pytest.mark.parametrize("version", ["0.3", "1.1", "2.0"])
    def test_another_version_of_cloudevents_is_refused(self, version: str) -> None:
        assert code_of(but(specversion=version)) == "unknown_specversion"

    @pytest.mark.parametrize("data", [..., None, [], "text", 7])
    def test_data_is_an_object(self, data: Any) -> None:
        assert code_of(but(data=data)) == "bad_attribute"

    def test_a_binary_event_without_an_id_lacks_an_attribute(self) -> None:
        headers = {name: value for name, value in BINARY.items() if name != "ce-id"}
        assert code_of(b"{}", headers) == "missing_attribute"

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists), st.sampled_from(list(EVENT)))
    @steady
    def test_whatever_stands_in_an_attribute_is_read_or_refused(self, value: Any, name: str) -> None:
        try:
            body = orjson.dumps(EVENT | {name: value})
        except TypeError:
            return  # what JSON cannot carry does not arrive
        with suppress(Refused):
            assert decode(None, body, unique_keys=True).id

    @given(st.binary(max_size=200), st.dictionaries(st.sampled_from(list(BINARY)), st.text(max_size=30)))
    @steady
    def test_whatever_bytes_and_headers_arrive_are_read_or_refused(self, body: bytes, headers: dict[str, str]) -> None:
        with suppress(Refused):
            assert decode(headers, body, unique_keys=True).id


class TestDerivedIds:
    def test_an_id_is_a_function_of_its_cause(self) -> None:
        assert derived_id("f-1", "/J1@3", "cn.bangfu.employment.confirmed.v1", 0) == GOLDEN[0]
        assert derived_id("f-1", "/J1@3", "cn.bangfu.employment.confirmed.v1", 1) == GOLDEN[1]
        assert derived_id("f-2", "/J1@3", "cn.bangfu.employment.confirmed.v1", 0) == GOLDEN[2]


GOLDEN = (
    "4c6ee408-78ff-5aff-9ee3-d44aaab5d458",
    "b21d28c5-3498-5343-895a-7d3d15884fd5",
    "fc9805a3-cfc4-590c-b0df-a66058a6c55e",
)


@pytest.mark.parametrize(
    "data",
    ['{"a":1,"a":1}', '{"a" :1,"a":1}', '{"a":{"b":1,"b":2}}', '{"a":[{"b":1, "b"\n: 2}]}', '{"x":"\\":","a":1,"a":2}'],
)
def test_a_key_that_stands_twice_is_found_however_it_is_written(data: str) -> None:
    body = f'{{"specversion":"1.0","id":"1","source":"s","type":"t","data":{data}}}'.encode()

    with pytest.raises(Refused, match="duplicate_key"):
        decode(None, body, unique_keys=True)


@pytest.mark.parametrize("data", ['{"a":"\\":\\":"}', '{"a" : {"b":[{"a":1},{"a":2}]}}', "{}"])
def test_quotes_and_colons_in_texts_are_no_keys(data: str) -> None:
    body = f'{{"specversion":"1.0","id":"1","source":"s","type":"t","data":{data}}}'.encode()

    assert decode(None, body, unique_keys=True).id == "1"
