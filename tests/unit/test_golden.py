"""Streams as releases recorded them: today's code makes the same ledger of them, under the same ids."""

import gzip
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.catalog import CATALOG, RECORDED
from shared.events.people import ExitConfirmed
from shared.ops.running import find_services
from shared.runner.core import Service
from shared.runner.memory import Memory
from shared.runner.wire import recorded
from tests.golden.record import digest_of
from tests.support.evolving import REGISTRY_OF_TOMORROW, TOMORROW, ReviewedExit
from tests.support.facts import KEYS

GOLDEN = Path(__file__).parents[1] / "golden"
RELEASES = sorted(path.name for path in GOLDEN.iterdir() if (path / "expected.json").exists())
SERVICES = find_services()
OTHERS = [service for service in SERVICES if service.name != "registry"]
TOMORROWS = [Service("registry", "", (REGISTRY_OF_TOMORROW,)), *OTHERS]


@cache
def lines(release: str, stream: str) -> list[bytes]:
    return gzip.decompress((GOLDEN / release / f"{stream}.jsonl.gz").read_bytes()).split(b"\n")


@cache
def expected(release: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / release / "expected.json").read_text(encoding="utf-8"))
    return found


def ids(release: str) -> dict[str, str]:
    """Return topic by id of every event that was recorded."""
    said = [orjson.loads(body) for body in lines(release, "events")]
    return {each["id"]: each["type"].rpartition(".v")[0] for each in said}


def digest_today(release: str) -> str:
    """Return the digest of the ledger that the same facts make today: another one only where a decision changed."""
    return str(expected(release).get("decided_otherwise_since", expected(release))["digest"])


def ids_today(release: str) -> dict[str, str]:
    """Return topic by id of what the same facts still cause; what a changed decision no longer says is listed."""
    gone = expected(release).get("decided_otherwise_since", {}).get("gone", [])
    return {id_: topic for id_, topic in ids(release).items() if id_ not in gone}


def told(services: list[Service], release: str) -> Memory:
    """Return the system that was offered the recorded intake."""
    memory = Memory(services, KEYS)
    for line in lines(release, "intake"):
        each = orjson.loads(line)
        memory.publish(each["subject"], each["body"].encode())
    return memory


def emitted(memory: Memory) -> Mapping[str, str]:
    return {m.id: m.event.event_type().rpartition(".v")[0] for m in memory.emitted}


@pytest.mark.parametrize("release", RELEASES)
class TestARecording:
    def test_of_the_intake_gives_the_same_ledger_and_every_id(self, release: str) -> None:
        memory = told(SERVICES, release)
        assert digest_of(SERVICES, memory) == digest_today(release)
        assert ids_today(release).items() <= emitted(memory).items()
        said = [[item.fact_id, disposition.outcome] for item, disposition in memory.outcomes]
        assert said == expected(release)["outcomes"]

    def test_of_the_events_gives_the_same_ledger_and_every_id(self, release: str) -> None:
        memory = Memory(OTHERS, KEYS)
        for position, body in enumerate(lines(release, "events"), 1):
            item = recorded(None, body, position)
            assert item.message is not None, item.refusal
            if item.source == "/bangfu/registry":
                memory.recall(item.message)
        assert digest_of(OTHERS, memory) == expected(release)["digest"]
        assert ids(release).items() <= emitted(memory).items()

    def test_gives_the_same_ledger_and_ids_where_a_fact_has_a_new_version(self, release: str) -> None:
        memory = told(TOMORROWS, release)
        assert digest_of(OTHERS, memory) == digest_today(release)
        assert ids_today(release).items() <= emitted(memory).items()
        (exit_,) = [message.event for message in memory.emitted if isinstance(message.event, ExitConfirmed)]
        assert (type(exit_), exit_.event_type()[-2:]) == (ReviewedExit, "v2")

    def test_can_be_read_after_a_new_version(self, release: str) -> None:
        read = [recorded(None, body, n, TOMORROW).message for n, body in enumerate(lines(release, "events"), 1)]
        (exit_,) = [m.event for m in read if m is not None and isinstance(m.event, ExitConfirmed)]
        assert isinstance(exit_, ReviewedExit)
        assert exit_.review_year == exit_.date.year

    def test_holds_only_what_can_be_read_for_ever(self, release: str) -> None:
        assert [type_ for type_ in expected(release)["types"] if not RECORDED.reads(type_)] == []
        assert len(expected(release)["types"]) > len(CATALOG) // 2
