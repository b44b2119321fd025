"""Record a golden stream: `python -m tests.golden.record v1`, once for each release that changes what is on the wire.

A recording is kept as it was made. What a later release must still make of it: the same ledger, under the same ids.
"""

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import orjson

from shared.ops.running import find_services
from shared.runner.core import Service
from shared.runner.memory import Memory
from shared.runner.wire import encode
from tests.support.facts import EXAMPLES, KEYS, Offer, id_number, offer
from tests.support.story import story

HERE = Path(__file__).parent
_LAST_DAY = date(2018, 3, 12)
_FIRST_OF_ALL = ("employer.registered", "roster.entry", "coordinator.registered", "vacancy.opened")


def facts() -> Iterator[Offer]:
    """Yield a county's days: everything in order and out of it, then one example of every fact there is."""
    yield from story(6)
    yield offer("jobseeker.registered", "g-seeker", id_number=id_number(7))
    yield offer("employment.confirmed", "g-job", employment_id="J90", id_number=id_number(7), starts_on="2018-03-01")
    yield offer("premium.paid", "g-paid", id_number=id_number(7), uscc=EXAMPLES["premium.paid"]["uscc"])
    rest = [name for name in EXAMPLES if name not in _FIRST_OF_ALL and name != "calendar.day_closed"]
    day = date(2018, 3, 3)
    for number, name in enumerate([*_FIRST_OF_ALL, *rest]):
        yield offer(name, f"g-{name}")
        if number % 8 == 0 and day <= _LAST_DAY:
            yield _closed(day)
            day += timedelta(days=1)
    while day <= _LAST_DAY:
        yield _closed(day)
        day += timedelta(days=1)


def _closed(day: date) -> Offer:
    """Return the closing of a day by the clock; the story has a closing of its own that is refused."""
    return offer("calendar.day_closed", f"close-{day}", {"date": day.isoformat()}, by_source="bangfu-clock")


def digest_of(services: list[Service], memory: Memory) -> str:
    """Return the digest of the ledger that was folded."""
    digest = next(service.extras["digest"] for service in services if "digest" in service.extras)
    return str(digest(memory.states("line").values()))


def main(release: str) -> None:
    """Write the recording of a release."""
    services = find_services()
    memory = Memory(services, KEYS)
    said, intake = [], []
    for each in facts():
        before = len(memory.outcomes)
        memory.publish(each.subject, each.body)
        said += [[item.fact_id, disposition.outcome] for item, disposition in memory.outcomes[before:]]
        intake.append(json.dumps({"subject": each.subject, "body": each.body.decode()}, ensure_ascii=False))
    producer = {event: s.name for s in services for sub in s.subscriptions for event in sub.emits}
    events = [encode(m, producer[type(m.event)]) for m in memory.emitted]
    directory = HERE / release
    directory.mkdir(exist_ok=True)
    _write(directory / "intake.jsonl.gz", "\n".join(intake).encode())
    _write(directory / "events.jsonl.gz", b"\n".join(events))
    figures = {
        "digest": digest_of(services, memory),
        "lines": len(memory.states("line")),
        "types": dict(sorted(Counter(orjson.loads(body)["type"] for body in events).items())),
        "outcomes": said,
    }
    (directory / "expected.json").write_text(json.dumps(figures, ensure_ascii=False) + "\n", encoding="utf-8")


def _write(path: Path, body: bytes) -> None:
    path.write_bytes(gzip.compress(body, 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
