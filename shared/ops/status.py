"""`bangfu status`: services, processes, streams, lag, parked and rejected facts."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from shared.access.connection import connect
from shared.access.principals import OPS
from shared.ops.running import Running
from shared.runner.core import Service
from shared.runner.replicas import REPLICAS
from shared.runner.topology import STREAMS, places
from shared.settings import Settings
from shared.store import Store

Row = dict[str, Any]


@dataclass
class Status:
    """What runs, how far it is, and what needs a look."""

    services: list[Row]
    processes: list[Row]
    streams: list[Row]
    consumers: list[Row]
    messages: list[Row]


async def look(settings: Settings, running: Running, services: list[Service]) -> Status:
    """Ask every part how it is; a part that does not answer is shown as such."""
    client = await connect(running.bus(OPS, settings), connect_timeout=5, allow_reconnect=False)
    stores = {s.name: Store(running.mongo_url, settings.database(s.name)) for s in services}
    try:
        js = client.jetstream()
        return Status(
            [_service(name, url) for name, url in sorted(running.services.items())],
            [row for service in services for row in await _processes(stores[service.name], service)],
            [await _stream(js, str(stream.name)) for stream in STREAMS],
            [row for service in services for row in await _consumers(js, service)],
            [row for service in services for row in await _messages(stores[service.name], service)],
        )
    finally:
        await client.close()
        for store in stores.values():
            store.close()


def _service(name: str, url: str) -> Row:
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=3) as answer:  # noqa: S310 - our own address
            return {"service": name, "ready": bool(json.load(answer)["ready"]), "url": url, "failing": ""}
    except urllib.error.HTTPError as error:
        checks = json.load(error)["checks"]
        failing = ", ".join(name for name, fine in checks.items() if not fine)
        return {"service": name, "ready": False, "url": url, "failing": failing}
    except OSError:
        return {"service": name, "ready": False, "url": url, "failing": "does not answer"}


async def _processes(store: Store, service: Service) -> list[Row]:
    """Return every process that beats in a service's database, also those on other machines, oldest first."""
    now = await store.now()
    rows: list[Row] = []
    async for row in store.db[REPLICAS].find().sort("_id", 1):
        age = (now - row["seen"].replace(tzinfo=UTC)).total_seconds() if "seen" in row else 0.0
        rows.append({
            "service": service.name,
            "process": f"{row['host']}:{row['pid']}",
            "ticket": row["_id"],
            "lanes": row["holds"],
            "leads": not rows,
            "seen": f"{age:.0f} s",
        })  # fmt: skip
    return rows


async def _stream(js: JetStreamContext, name: str) -> Row:
    try:
        state = (await js.stream_info(name)).state
    except NotFoundError:
        return {"stream": name, "messages": "missing", "last": "", "megabytes": ""}
    return {
        "stream": name,
        "messages": state.messages,
        "last": state.last_seq,
        "megabytes": round(state.bytes / 1e6, 1),
    }


async def _consumers(js: JetStreamContext, service: Service) -> list[Row]:
    rows = []
    for subscription in service.subscriptions:
        lag = in_hand = missing = 0
        for place in places(subscription):
            try:
                info = await js.consumer_info(place.stream, place.durable)
            except NotFoundError:
                missing += 1
                continue
            lag += info.num_pending or 0
            in_hand += info.num_ack_pending or 0
        row = {"consumer": subscription.name, "partitions": len(places(subscription)), "lag": lag, "in_hand": in_hand}
        rows.append(row | {"missing": missing})
    return rows


async def _messages(store: Store, service: Service) -> list[Row]:
    rows = []
    for subscription in service.subscriptions:
        group: Row = {"$group": {"_id": {"outcome": "$outcome", "code": "$code"}, "count": {"$sum": 1}}}
        found = [row async for row in store.db[f"inbox_{subscription.name}"].aggregate([group])]
        for row in sorted(found, key=lambda r: (r["_id"].get("outcome", ""), r["_id"].get("code") or "")):
            said = row["_id"]
            rows.append({
                "consumer": subscription.name,
                "outcome": said.get("outcome", ""),
                "code": said.get("code") or "",
                "count": row["count"],
            })  # fmt: skip
    return rows
