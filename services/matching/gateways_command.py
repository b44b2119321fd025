"""`bangfu sms gateways`: how the gateways stand."""

import asyncio
from dataclasses import asdict
from typing import Any

from shared.calendar import today_in_shanghai
from shared.ops.output import AsJson, show
from shared.ops.running import find_running
from shared.ops.words import say
from shared.settings import Settings
from shared.sms.heard_stores import FATES_COLLECTION, PARTS_COLLECTION, MongoHeardLog
from shared.sms.inbox import UNKNOWN_FOR
from shared.sms.standing import STANDING_COLLECTION, StandingLog
from shared.sms.usage import USAGE_COLLECTION, MongoUsageLog
from shared.store import Store

_HEADINGS = (
    ("place", say("次序", "place")),
    ("name", say("网关", "gateway")),
    ("kind", say("类型", "kind")),
    ("circuit", say("熔断器", "circuit")),
    ("bound", say("已连接", "bound")),
    ("segments", say("今日条数", "segments today")),
    ("cap", say("每日上限", "daily cap")),
    ("capped", say("已达上限", "capped")),
    ("since", say("自", "since")),
    ("unknown", say("未知回执", "unknown receipts")),
)


def gateways(as_json: AsJson = False) -> None:
    """Show the gateways in their order: circuit, session, segments of today, cap."""
    show(asyncio.run(_gateways()), _HEADINGS, title=say("短信网关", "SMS gateways"), as_json=as_json)


async def _gateways() -> list[dict[str, Any]]:
    settings = Settings()
    store = Store(find_running(settings).mongo_url, settings.database("matching"))
    try:
        found = await StandingLog(store.db[STANDING_COLLECTION]).all()
        now = await store.now()
        used = await MongoUsageLog(store.db[USAGE_COLLECTION]).of(today_in_shanghai(now))
        log = MongoHeardLog(store.db[PARTS_COLLECTION], store.db[FATES_COLLECTION])
        unknown = await log.unknown(now - UNKNOWN_FOR)
    finally:
        store.close()
    return [_row(asdict(each), used, unknown) for each in found]


def _row(standing: dict[str, Any], used: dict[str, int], unknown: int) -> dict[str, Any]:
    counted = standing["kind"] != "outbox"
    shown = {name: "-" if value is None else value for name, value in standing.items()}
    return shown | {
        "segments": used.get(standing["name"], 0) if counted else "-",
        "unknown": unknown if counted else "-",
    }
