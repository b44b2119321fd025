"""Several processes of each service under faults: what happens to them, how soon they share again, in which order."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from pymongo import MongoClient

from shared.ops.supervisor import Supervisor
from shared.runner.replicas import REPLICAS

Row = dict[str, Any]
PATIENCE_S = 60.0


@dataclass
class Fleet:
    """A supervised system as seen from its databases.

    Args:
        took: Seconds that each change took, by what it was.
    """

    supervisor: Supervisor
    mongo: MongoClient[Row]
    took: dict[str, float] = field(default_factory=dict)

    def rows(self, service: str) -> list[Row]:
        """Return the processes that beat for a service, oldest first."""
        return list(self.mongo[f"bangfu_{service}"][REPLICAS].find().sort("_id", 1))

    def shares(self, service: str) -> list[int]:
        """Return how many lanes each process holds, oldest first."""
        return [row["holds"] for row in self.rows(service)]

    def leader(self, service: str) -> str:
        """Return the name of the oldest process."""
        pid = self.rows(service)[0]["pid"]
        return next(name for name in self.supervisor.pids if self.supervisor.pids[name] == pid)

    @contextmanager
    def timed(self, what: str, done: Callable[[], bool]) -> Iterator[None]:
        """Do something, and note how long it takes until a condition holds."""
        began = time.monotonic()
        yield
        while not done():
            assert time.monotonic() - began < PATIENCE_S, f"{what}: not within {PATIENCE_S:.0f} s"
            time.sleep(0.1)
        self.took[what] = round(time.monotonic() - began, 1)


def person_in(data: Any) -> str | None:
    """Return the first person that an event's data names, at whatever depth."""
    if not isinstance(data, dict):
        return None
    found = data.get("person_id")
    return found if isinstance(found, str) else next(filter(None, map(person_in, data.values())), None)


def out_of_order(mongo: MongoClient[Row], service: str, subscription: str) -> tuple[int, set[str]]:
    """Return how many people a consumer's journals speak of, and those of whom an older fact was handled later.

    A journal chain holds what was emitted in the order of handling; the inbox says where each cause stood in the
    stream. Within a partition's chain no person's causes may go back.
    """
    database = mongo[f"bangfu_{service}"]
    positions = {row["_id"].rpartition("|")[2]: row["position"] for row in database[f"inbox_{subscription}"].find()}
    last: dict[tuple[str, str], int] = {}
    wrong: set[str] = set()
    for journal in database[f"journal_{subscription}"].find().sort([("chain", 1), ("number", 1)]):
        for entry in journal["entries"]:
            body = orjson.loads(bytes(entry["body"]))
            person, position = person_in(body["data"]), positions.get(body.get("causationid"))
            if entry["stream"] != "EVENTS" or person is None or position is None:
                continue
            if position < last.get((journal["chain"], person), 0):
                wrong.add(person)
            last[journal["chain"], person] = position
    return len({person for _, person in last}), wrong
