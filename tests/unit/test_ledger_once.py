"""A fact has one effect under its id, whatever comes under that id later; what became of it never changes."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.alerts import AlertRaised, FactRejected
from shared.events.clock import DayClosed
from shared.events.contract import TYPE_PREFIX
from shared.ops.cases.facts import Dated
from shared.ops.cases.model import read_cases
from shared.ops.cases.run import KEYS, Run
from shared.ops.running import find_services
from shared.runner.memory import Memory

CASES = Path(__file__).parents[1] / "cases"
JSON = {"content-type": "application/cloudevents+json"}
FILES = ("social_insurance.yaml", "budget_and_clawback.yaml", "training_and_grants.yaml")


@cache
def played(name: str) -> Run:
    run = Run(next(iter(read_cases(CASES / name))), Memory(find_services(), KEYS))
    run.play()
    return run


def books(memory: Memory) -> list[Any]:
    return [memory.states(kind) for kind in ("account", "line", "claim", "budget", "person", "employer")]


def changed(fact: Dated, noise: str) -> bytes:
    event = orjson.loads(fact.body)
    return orjson.dumps(event | {"data": event["data"] | {"note": noise, "date": "2018-03-09"}})


@given(name=st.sampled_from(FILES), pick=st.integers(0, 10**6), noise=st.text(max_size=5))
@settings(max_examples=40, deadline=None)
def test_an_id_that_comes_with_another_content_is_refused_and_changes_nothing(name: str, pick: int, noise: str) -> None:
    run = played(name)
    fact, before, said = run.told[pick % len(run.told)], books(run.memory), len(run.memory.emitted)

    disposition = run.memory.publish(fact.subject, changed(fact, noise), JSON)

    assert (disposition.outcome, disposition.code) == ("rejected", "exists_with_different_content")
    assert books(run.memory) == before
    assert {type(message.event) for message in run.memory.emitted[said:]} <= {FactRejected, AlertRaised}


@given(name=st.sampled_from(FILES), pick=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_a_fact_that_comes_again_is_a_duplicate_and_changes_nothing(name: str, pick: int) -> None:
    run = played(name)
    fact, before, said = run.told[pick % len(run.told)], books(run.memory), len(run.memory.emitted)

    disposition = run.memory.publish(fact.subject, fact.body, JSON)

    assert disposition.outcome == "duplicate"
    assert (books(run.memory), len(run.memory.emitted)) == (before, said)


def test_a_fact_that_was_refused_stays_refused_although_it_would_be_right_now() -> None:
    memory = Memory(find_services(), KEYS)
    event = {"specversion": "1.0", "id": "f-1", "source": "cases", "type": f"{TYPE_PREFIX}{DayClosed.topic}.v1"}
    subject = f"intake.cases.{DayClosed.topic}"

    first = memory.publish(subject, orjson.dumps(event | {"data": {"date": "soon"}}), JSON)
    second = memory.publish(subject, orjson.dumps(event | {"data": {"date": "2018-03-01"}}), JSON)

    assert (first.outcome, second.outcome) == ("rejected", "rejected")
    assert second.code == "exists_with_different_content"
    assert DayClosed not in {type(message.event) for message in memory.emitted}
