"""The console's pure parts: areas, words, forms, passwords, rates, addresses; every text of a template exists."""

import re
from typing import Annotated, Literal

import pytest
from pydantic import Field

from services.notify.adapters.web.endpoint import Form, Role
from services.notify.adapters.web.inbox_queries import InboxQuery
from services.notify.adapters.web.limits import Buckets, Rate
from services.notify.adapters.web.live import concerned
from services.notify.adapters.web.parsing import Invalid, Problem, filled
from services.notify.adapters.web.passwords import generated, problem_of
from services.notify.adapters.web.rendering import environment
from services.notify.adapters.web.routes import ENDPOINTS
from services.notify.adapters.web.scope import Scope, is_area
from services.notify.adapters.web.security import place_of
from services.notify.adapters.web.words import load_words, read_words
from services.notify.domain.rules import KINDS
from shared.errors import ConfigurationError
from shared.settings import Settings

SESSION_WORDS = re.compile(r"""\bt\(\s*["']([\w.]+)["']\s*[,)]""")
DYNAMIC = re.compile(r"""\bt\(\s*["']([\w.]+\.)["']\s*~""")


@pytest.mark.parametrize(
    ("areas", "area", "covered"),
    [
        (("350622",), "350622101200", True),
        (("350622",), "350622", True),
        (("350622",), "350624101200", False),
        (("350622101",), "350622", False),
        (("350622", "350624"), "350624101", True),
        (("3506",), "350624", True),
        ((), "350622", False),
        (("350622",), None, False),
        (("350622",), "", False),
    ],
)
def test_a_scope_covers_what_lies_in_its_areas_and_its_query_says_the_same(
    areas: tuple[str, ...], area: str | None, covered: bool
) -> None:
    scope = Scope(areas)
    assert scope.covers(area) is covered
    condition = scope.query()["state.area"]
    found = re.search(condition["$regex"], area or "") if "$regex" in condition else None
    assert bool(found) is covered


def test_a_scope_is_narrowed_to_an_area_and_never_widened() -> None:
    county = Scope(("350622",), "c-1")
    assert county.narrowed("350622101").areas == ("350622101",)
    assert county.narrowed("3506").areas == ("350622",)
    assert county.narrowed("350624").areas == ()
    assert county.narrowed(None) == county
    assert [is_area(each) for each in ("3506", "350622", "350622101", "350622101200", "35062", "35062x")] == [
        *[True] * 4, False, False
    ]  # fmt: skip


class Given(Form):
    number: int = 1
    kind: Literal["a", "b"] | None = None
    ids: Annotated[tuple[str, ...], Field(max_length=2)] = ()


@pytest.mark.parametrize(
    ("pairs", "problem"),
    [
        ([("number", "x")], Problem("number", "int_parsing")),
        ([("number", "1"), ("number", "2")], Problem("number", "repeated")),
        ([("other", "1")], Problem("", "extra_forbidden")),
        ([("13812345678", "1"), ("13812345678", "2")], Problem("", "repeated")),
        ([("kind", "c")], Problem("kind", "literal_error")),
        ([("ids", "1"), ("ids", "2"), ("ids", "3")], Problem("ids", "too_long")),
    ],
)
def test_what_does_not_fit_is_told_by_field_and_never_by_what_was_typed(
    pairs: list[tuple[str, str]], problem: Problem
) -> None:
    with pytest.raises(Invalid) as told:
        filled(Given, pairs)
    assert told.value.problems == (problem,)


def test_an_empty_field_is_not_there_and_a_list_takes_every_value() -> None:
    assert filled(Given, [("number", " "), ("kind", ""), ("csrf", "x")]) == Given()
    assert filled(Given, [("ids", "1"), ("ids", "2")]) == Given(ids=("1", "2"))
    assert filled(None, [("csrf", "x")]) is None
    with pytest.raises(Invalid):
        filled(None, [("x", "1")])


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "short"),
        ("x" * 129, "long"),
        ("wang at the desk", "own_name"),
        ("password123456", "common"),
        ("Qwertyuiop12", "common"),
        ("123456789012", "common"),
        ("aaaabbbbcccc", "common"),
        ("four green bottles", None),
        ("春眠不觉晓处处闻啼鸟夜来", None),
    ],
)
def test_a_password_is_long_and_none_that_everybody_tries(password: str, problem: str | None) -> None:
    assert problem_of(password, "wang") == problem


def test_a_generated_password_keeps_the_rules_and_is_never_the_same() -> None:
    made = {generated() for _ in range(50)}
    assert len(made) == 50
    assert {problem_of(each, "wang") for each in made} == {None}


def test_who_asks_too_often_waits_until_there_is_something_left_again() -> None:
    now = [100.0]
    buckets, rate = Buckets(lambda: now[0]), Rate(burst=2, per_s=0.5)
    assert [buckets.wait_s("a", rate) for _ in range(3)] == [0, 0, 2]
    assert buckets.wait_s("b", rate) == 0
    now[0] += 2
    assert [buckets.wait_s("a", rate) for _ in range(2)] == [0, 2]


@pytest.mark.parametrize(
    ("given", "host", "secure"),
    [
        ({}, "", False),
        ({"host": "0.0.0.0"}, "", True),  # noqa: S104 - a setting, nothing is bound
        ({"console_url": "https://desk.example.cn/"}, "desk.example.cn", True),
        ({"console_url": "http://127.0.0.1:8080"}, "127.0.0.1:8080", False),
        ({"console_url": "http://[::1]:8080"}, "[::1]:8080", False),
    ],
)
def test_only_on_this_machine_is_the_console_served_without_tls(given: dict[str, str], host: str, secure: bool) -> None:
    place = place_of(Settings(**given))  # type: ignore[arg-type]
    assert (place.host, place.is_secure) == (host, secure)
    assert place.cookie("x") == ("__Host-x" if secure else "x")


@pytest.mark.parametrize(
    "url", ["http://desk.example.cn", "desk.example.cn", "https://desk.example.cn/path", "ftp://x"]
)
def test_an_address_that_would_be_insecure_or_wrong_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigurationError):
        place_of(Settings(console_url=url))


def test_a_change_concerns_the_inboxes_that_an_alert_is_in_and_was_in() -> None:
    state = {
        "coordinator_id": "c-1", "handed_to": "to:c-2", "office": "office:350622101", "county": "350622",
        "escalated_to": ["office:350622"], "history": [{"to": "to:c-3"}, {"to": "2018-03-01"}],
    }  # fmt: skip
    assert concerned({"tags": ["office:350622", "case:p1"], "state": state}) == {
        "to:c-1", "to:c-2", "to:c-3", "office:350622101", "office:350622"
    }  # fmt: skip
    assert concerned({}) == {"office:city"}


def test_every_text_that_a_template_or_a_menu_names_is_there_in_both_languages() -> None:
    words, missing = load_words(), []
    loader = environment().loader
    assert loader is not None
    for name in loader.list_templates():
        source = loader.get_source(environment(), name)[0]
        missing += [(name, key) for key in SESSION_WORDS.findall(source) if not words.known(key)]
        starts = DYNAMIC.findall(source)
        missing += [(name, start) for start in starts if not any(key.startswith(start) for key in words.texts)]
    missing += [("menu", each.nav) for each in ENDPOINTS if each.nav and not words.known(each.nav)]
    missing += [("role", f"role.{role}") for role in Role if not words.known(f"role.{role}")]
    missing += [("kind", f"kind.{kind}") for kind in KINDS if not words.known(f"kind.{kind}")]
    states = InboxQuery.model_fields["state"].annotation.__args__  # type: ignore[union-attr]
    missing += [("state", state) for state in states if not words.known(f"state.{state}")]
    assert missing == []


def test_words_that_are_missing_or_stand_twice_or_differ_are_errors() -> None:
    words = read_words({"a.yaml": 'x: {zh: "一 {n}", en: "one {n}"}'})
    assert words.say("zh", "x", n=1) == "一 1"
    assert words.say("en", "x", n=1) == "one 1"
    for key, values in (("y", {}), ("x", {}), ("x", {"m": 1})):
        with pytest.raises(ConfigurationError):
            words.say("zh", key, **values)
    for wrong in (
        {"a.yaml": "x: {zh: 一, en: one}", "b.yaml": "x: {zh: 一, en: one}"},
        {"a.yaml": "x: {zh: 一}"},
        {"a.yaml": 'x: {zh: 一, en: "one {n}"}'},
    ):
        with pytest.raises(ConfigurationError):
            read_words(wrong)


def test_every_endpoint_has_roles_a_summary_and_a_name_of_its_own() -> None:
    assert [each.name for each in ENDPOINTS if not each.roles or not each.summary] == []
    assert len({each.name for each in ENDPOINTS}) == len(ENDPOINTS)
    assert [each.name for each in ENDPOINTS if each.method == "GET" and each.form] == []


def test_no_template_has_inline_code_or_style_and_every_post_form_carries_its_token() -> None:
    loader = environment().loader
    assert loader is not None
    for name in loader.list_templates():
        source = loader.get_source(environment(), name)[0]
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|hx-on|hx-vals=['\"]js:", source), name
        assert "<script>" not in source, name
        for form in re.findall(r"<form[^>]*method=.post.*?</form>", source, re.DOTALL):
            assert "csrf" in form, (name, form[:80])
