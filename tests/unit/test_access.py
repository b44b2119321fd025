"""Who may do what on the bus, as it is made of the catalogue: nobody without a name, nothing said of anybody."""

import json

import pytest

from shared.access.connection import refused
from shared.access.facts import UPSTREAM_FACTS, given
from shared.access.nats_conf import inbox_of, users_conf
from shared.access.principals import (
    OWN_SOURCES,
    UPSTREAM,
    Principal,
    principals,
    publisher_of,
    service,
    source,
    standard,
)
from shared.catalog import FACTS
from shared.errors import ConfigurationError
from shared.ops.running import find_services
from shared.runner.core import Service

SERVICES = find_services()


@pytest.mark.parametrize("each", SERVICES, ids=lambda each: each.name)
def test_a_service_may_publish_whatever_it_can_decide_and_nothing_wider(each: Service) -> None:
    allowed = service(each).publish
    for event in {event for subscription in each.subscriptions for event in subscription.emits}:
        assert f"bangfu.{event.topic}.*.*" in allowed
    assert [subject for subject in allowed if subject in {">", "bangfu.>", "intake.>", "$JS.>", "$JS.API.>"}] == []
    assert [subject for subject in allowed if ".DELETE" in subject or ".PURGE" in subject or "CREATE" in subject] == []


def test_only_a_laptop_has_somebody_who_publishes_for_all() -> None:
    assert set(standard(SERVICES, laptop=True)) - set(standard(SERVICES, laptop=False)) == {"clerk", "repair"}


@pytest.mark.parametrize("name", ["", "Yunxiao", "a.b", "a>", "*", "desk", "bangfu-clock", "x" * 41])
def test_no_source_has_a_name_that_reaches_further_or_is_our_own(name: str) -> None:
    with pytest.raises(ConfigurationError):
        source(name)


def test_a_source_may_publish_the_facts_of_its_list_and_nothing_else() -> None:
    who = principals(SERVICES, ["source-bank", "source-school"], {"source-bank": ("payment.failed", "payment.settled")})
    assert stated(who["source-bank"]) == ["payment.failed", "payment.settled"]
    assert stated(who["source-school"]) == list(UPSTREAM_FACTS)


def test_without_a_list_it_may_publish_whatever_is_upstreams_to_say_and_nothing_that_is_ours() -> None:
    ours = {fact.topic for fact in FACTS} - set(stated(source("school")))
    assert {topic.partition(".")[0] for topic in ours} == {"alert", "calendar", "ops"}
    assert "calendar.day_closed" in ours
    assert not any(each.startswith(("alert.", "ops.")) for each in stated(source("school")))


def test_a_day_is_closed_by_a_source_whose_list_names_it() -> None:
    assert stated(source("city", given(["calendar.day_closed"]))) == ["calendar.day_closed"]


def test_a_list_is_given_with_commas_or_again_and_each_fact_counts_once() -> None:
    assert given(["payment.settled, payment.failed", "payment.settled"]) == ("payment.failed", "payment.settled")


def test_everything_that_is_wrong_in_a_list_is_said_at_once_with_the_closest_name() -> None:
    with pytest.raises(ConfigurationError) as caught:
        given(["payment.setled", "visit.recorded", "alert.done,zzz"])
    assert str(caught.value) == (
        "alert.done: stated by desk only; payment.setled: there is no such fact (closest: 'payment.settled'); "
        "zzz: there is no such fact, see docs/event-flow.md"
    )


def test_an_empty_list_is_an_error_and_not_every_fact() -> None:
    with pytest.raises(ConfigurationError, match="no fact is named"):
        given([" , "])


def stated(who: Principal) -> list[str]:
    return [each.split(".", 2)[2] for each in who.publish if each.startswith("intake.")]


@pytest.mark.parametrize("name", [*(own for each in OWN_SOURCES.values() for own in each), "yunxiao-hr"])
def test_every_source_has_one_key_that_publishes_for_it(name: str) -> None:
    whose = publisher_of(name)
    publish = principals(SERVICES, [whose])[whose].publish
    assert any(each.startswith(f"intake.{name}.") for each in publish)


def test_nobody_else_has_a_key() -> None:
    with pytest.raises(ConfigurationError, match="nobody is called so"):
        principals(SERVICES, ["registry", "everybody"])


def test_each_key_has_an_inbox_of_its_own_and_a_source_no_account_but_its_own() -> None:
    names = ("notify", "provisioner", "source-yunxiao-hr")
    keys = {"notify": ["UOLD", "UNEW"], "provisioner": ["UP"], "source-yunxiao-hr": ["US"]}
    said = users_conf(principals(SERVICES, names), keys)
    accounts = json.loads(said.partition("accounts: ")[2].partition("\nsystem_account")[0])
    users = {user["nkey"]: user["permissions"] for account in accounts.values() for user in account["users"]}
    assert [user["nkey"] for user in accounts[UPSTREAM]["users"]] == ["US"]
    for key, rights in users.items():
        inboxes = [subject for subject in rights["subscribe"]["allow"] if subject.startswith("_INBOX")]
        assert inboxes == [f"{inbox_of(key)}.>"]
    answers = [subject for subject in users["UP"]["publish"]["allow"] if subject.startswith("_INBOX")]
    assert answers == ["_INBOX_UOLD.>", "_INBOX_UNEW.>"]


_NO = "nats: permissions violation for"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (f'{_NO} publish to "$js.api.stream.delete.events"', "for publish to $js.api.stream.delete"),
        (f'{_NO} publish to "bangfu.visit.recorded.3.p-secret"', "for publish to bangfu.visit.recorded.3"),
        (f'{_NO} subscription to "intake.>"', "for subscription to intake.>"),
        ("nats: authorization violation", ""),
    ],
)
def test_a_refusal_says_what_was_tried_and_not_about_whom(error: str, said: str) -> None:
    assert refused(Exception(error)) == said
