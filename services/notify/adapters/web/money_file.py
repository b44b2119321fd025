"""The file that tells the bank to pay an approved run, made from payee cards; who took it is noted, not its content."""

import hashlib
from collections.abc import Mapping
from typing import Final, Literal

from pymongo import DESCENDING

from services.notify.adapters.web.desk import Desk, card_of
from services.notify.adapters.web.endpoint import (
    Action,
    Answer,
    Asked,
    Download,
    Endpoint,
    NotFound,
    Principal,
    Role,
    Said,
    See,
)
from services.notify.adapters.web.money_read import EMPLOYERS, SIGNERS, content_of, run_of
from services.notify.domain.money_book import RunRow
from services.notify.shipped import titled
from shared.events.payments import RunItem
from shared.payment_file import ACCOUNT_MAX, NOT_PROVIDED, Credit, Order, csv_file, pain001
from shared.store import Row

DOWNLOADS: Final = "desk_downloads"
_MOST_SHOWN: Final = 200
_NAMED: Final = 5  # payees without an account that a sentence names
_FORMS: Final = {"csv": ("csv", "text/csv"), "pain001": ("pain.001.xml", "application/xml")}
Card = Mapping[str, str]


class File(Action):
    """Which file."""

    kind: Literal["csv", "pain001"]


async def download(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Return the payment file of an approved run, once it is noted who takes it."""
    run_id, form = asked.path["run_id"], asked.form
    run = await run_of(desk, principal, run_id)
    if run.status != "approved":
        raise NotFound
    items = (await content_of(desk, run_id, run.last)).items
    cards = await _cards(desk, items)
    if missing := sorted({item.payee for item in items if not _is_complete(cards.get(item.payee))}):
        more = "" if len(missing) <= _NAMED else f" (+{len(missing) - _NAMED})"
        values = {"payees": "、".join(missing[:_NAMED]) + more, "count": str(len(missing))}
        return See(f"/money/runs/{run_id}", Said("money.file.missing", values, "bad"))
    order = await _order(desk, run_id, run, items, cards)
    ending, media_type = _FORMS[form.kind]
    body = csv_file(order) if form.kind == "csv" else pain001(order, desk.now())
    await _log(desk, principal, order, form.kind, body)
    return Download(f"{run_id}.{ending}", media_type, body)


async def _cards(desk: Desk, items: tuple[RunItem, ...]) -> dict[str, Card]:
    found = {payee: await card_of(desk.payees, payee) for payee in sorted({item.payee for item in items})}
    return {payee: card for payee, card in found.items() if card is not None}


def _is_complete(card: Card | None) -> bool:
    return card is not None and bool(card.get("bank")) and 0 < len(_number(card)) <= ACCOUNT_MAX


def _number(card: Card) -> str:
    return card.get("account_no", "").replace(" ", "")


async def _order(desk: Desk, run_id: str, run: RunRow, items: tuple[RunItem, ...], cards: Mapping[str, Card]) -> Order:
    employers = await EMPLOYERS.of(desk.db, cards)
    names = {payee: card.get("name") or (employers[payee].name if payee in employers else payee)
             for payee, card in cards.items()}  # fmt: skip
    settings = desk.settings
    return Order(
        run_id=run_id,
        content_hash=run.last.content_hash,
        title=f"{titled(run.programme, 'zh')} {run.month}",
        executes_on=run.approved_on or run.last.proposed_on,
        credits=tuple(
            Credit(
                item.instruction_id,
                item.payee,
                names[item.payee],
                cards[item.payee]["bank"],
                _number(cards[item.payee]),
                item.amount_fen,
            )
            for item in items
        ),
        payer=settings.payer or NOT_PROVIDED,
        payer_account=settings.payer_account or NOT_PROVIDED,
        payer_bank=settings.payer_bank or NOT_PROVIDED,
    )


async def _log(desk: Desk, principal: Principal, order: Order, kind: str, body: bytes) -> None:
    """Note who takes which file; before they have it, so that none leaves unnoted."""
    row = {
        "run_id": order.run_id,
        "kind": kind,
        "by": principal.user_id,
        "at": desk.now(),
        "content_hash": order.content_hash,
        "file_hash": hashlib.sha256(body).hexdigest(),
        "payments": len(order.credits),
        "total_fen": order.total_fen,
    }
    await desk.db[DOWNLOADS].insert_one(row)


async def taken(desk: Desk, principal: Principal, run_id: str) -> list[Row]:
    """Return who took which file of a run that the caller has found in scope, the latest first; to auditors."""
    if principal.role is not Role.AUDITOR:
        return []
    found = desk.db[DOWNLOADS].find({"run_id": run_id}, {"_id": 0}).sort("_id", DESCENDING)
    return [row async for row in found.limit(_MOST_SHOWN)]


ENDPOINTS = (
    Endpoint(
        "POST", "/money/runs/{run_id}/file", "money_file", SIGNERS, download, form=File,
        summary="The payment file of an approved run",
    ),
)  # fmt: skip
