"""What the bank is told of an approved run: each item with its payee's account, which only registry's vault knows."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import orjson
from nats.js.errors import NotFoundError

from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.domain.runs import Run, named
from shared.access.connection import Bus, connect
from shared.access.principals import OPS
from shared.catalog import partition_of
from shared.errors import BangfuError
from shared.events.employers import EmployerRegistered
from shared.events.finance import AccountRegistered
from shared.events.payments import RunItem
from shared.events.types import is_person_id
from shared.ops.running import find_running, find_services
from shared.ops.words import say
from shared.payment_file import ACCOUNT_MAX, Credit, Order
from shared.runner.reading import last_of
from shared.settings import Settings, laptop_secrets

Accounts = Callable[[Settings, str, bytes, Collection[str]], Awaitable[dict[str, dict[str, str]]]]


def order_of(run: Run, payer: tuple[str, str, str]) -> Order:
    """Return the payments of an approved run; `payer` is name, account and bank of who pays.

    Raises:
        BangfuError: The run is not approved, or payees have no account; the message names them.
    """
    if run.proposed is None or run.status != "approved" or run.approved_on is None:
        raise BangfuError(
            say(f"批次 {run.run_id} 尚未经两人审批，不能送银行", f"run {run.run_id} is not approved by two people yet")
        )
    payees = sorted({item.payee for item in run.proposed.items})
    known = asyncio.run(_known(payees))
    credits_ = tuple(_credit(item, known[item.payee]) for item in run.proposed.items)
    _, programme, month = named(run.run_id)
    titles = shipped_rulebook().programmes
    title = f"{titles[programme].title['zh'] if programme in titles else programme} {month}"
    return Order(run.run_id, run.proposed.content_hash, title, run.approved_on, credits_, *payer)


def _credit(item: RunItem, account: dict[str, str]) -> Credit:
    number = account["account_no"].replace(" ", "")
    if len(number) > ACCOUNT_MAX:
        raise BangfuError(
            say(
                f"{item.payee} 的账号超过 {ACCOUNT_MAX} 位，请更正后重新报送 {AccountRegistered.topic}，文件没有生成",
                f"the account of {item.payee} has more than {ACCOUNT_MAX} characters: register the right one with "
                f"{AccountRegistered.topic}; nothing was written",
            )
        )
    return Credit(
        item.instruction_id, item.payee, account["name"] or item.payee, account["bank"], number, item.amount_fen
    )


async def _known(payees: Collection[str]) -> dict[str, dict[str, str]]:
    """Return the account of every payee."""
    settings = Settings()
    running = find_running(settings)
    found = await _vault()(settings, running.mongo_url, _vault_key(settings), payees)
    missing = [payee for payee in payees if payee not in found]
    if missing:
        listed = ", ".join(missing)
        raise BangfuError(
            say(
                f"以下收款人没有账户：{listed}；请报送 {AccountRegistered.topic}（bank、account_no），文件没有生成",
                f"no account is known of {listed}: register one with {AccountRegistered.topic} (bank, account_no); "
                "nothing was written",
            )
        )
    names = await _employer_names(running.bus(OPS, settings), [payee for payee in payees if not is_person_id(payee)])
    return {payee: {"name": names.get(payee, ""), **account} for payee, account in found.items()}


def _vault() -> Accounts:
    found: Accounts | None = next((s.extras["accounts"] for s in find_services() if "accounts" in s.extras), None)
    if found is None:
        raise BangfuError(
            say("没有安装登记服务，查不到账户", "registry is not installed here: nobody knows the accounts")
        )
    return found


def _vault_key(settings: Settings) -> bytes:
    if settings.vault_key is None and (settings.data_dir / "secrets.json").exists():
        return bytes.fromhex(laptop_secrets(settings.data_dir)["BANGFU_VAULT_KEY"])
    return settings.key("vault_key")


async def _employer_names(bus: Bus, codes: Collection[str]) -> dict[str, str]:
    """Return under which name each employer was registered last; they are public."""
    client = await connect(bus, connect_timeout=5)
    names: dict[str, str] = {}
    try:
        for code in codes:
            subject = f"bangfu.{EmployerRegistered.topic}.{partition_of(code)}.{code}"
            try:
                last = await last_of(client.jetstream(), "EVENTS", subject)
            except NotFoundError:
                continue
            data: dict[str, Any] = orjson.loads(last.data)["data"]
            names[code] = data["name"]
    finally:
        await client.close()
    return names
