"""What events mean to the registers of subsidies, of budgets and of what waits for a budget. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from services.notify.domain.register_row import Touch, follows, states, told
from shared.events.contract import Event
from shared.events.subsidy import BudgetBooked, Claim, DeferralLifted, LineDeferred, LinePosted, Posting
from shared.events.types import is_person_id
from shared.runner.core import Message

SUBSIDIES, BUDGETS, WAITING = "subsidies", "budgets", "waiting"
_AVAILABLE: Final = "available"


def _posted(line: LinePosted, message: Message) -> list[Touch]:
    row = states(
        SUBSIDIES,
        line.line_id,
        line.county,
        series=line.claim.programme,
        stage=line.kind,
        on=line.posted_on,
        year=str(line.fiscal_year),
        amount_fen=line.amount_fen,
        count=1,
        person_id=_person(line.claim),
        party=line.claim.payee,
        details=told(month=line.posted, period=line.claim.period, clause=line.clause),
    )
    moves = _moves(line.postings)
    return [row, *(_moved(message, key, fen, "charged" if fen < 0 else "restored", line) for key, fen in moves.items())]


def _booked(event: BudgetBooked, message: Message) -> list[Touch]:
    touches = []
    for key, fen in _moves(event.postings).items():
        stage = {"carried": "carried_out" if fen < 0 else "carried_in"}.get(event.kind, event.kind)
        touches.append(_moved(message, key, fen, stage, event))
    return touches


def _moves(postings: Iterable[Posting]) -> dict[tuple[str, str, str], int]:
    """Return by how much budgets change, in fen, by programme, county and year, as the ledger's accounts name them."""
    moves: dict[tuple[str, str, str], int] = {}
    for posting in postings:
        for account, fen in ((posting.credit, posting.amount_fen), (posting.debit, -posting.amount_fen)):
            match account.split(":"):
                case [kind, programme, county, year] if kind == _AVAILABLE:
                    key = (programme, county, year)
                    moves[key] = moves.get(key, 0) + fen
    return {key: fen for key, fen in moves.items() if fen}


def _moved(
    message: Message, key: tuple[str, str, str], fen: int, stage: str, event: BudgetBooked | LinePosted
) -> Touch:
    programme, county, year = key
    line = event if isinstance(event, LinePosted) else None
    day = event.posted_on if isinstance(event, LinePosted) else event.booked_on
    return states(
        BUDGETS,
        f"{message.id}/{county}/{year}",
        county,
        series=programme,
        stage=stage,
        on=day,
        year=year,
        amount_fen=fen,
        count=1,
        person_id=_person(line.claim) if line else None,
        party=line.claim.payee if line else None,
        details=told(month=f"{day:%Y-%m}", line_id=line.line_id if line else None),
    )


def _deferred(event: LineDeferred, message: Message) -> list[Touch]:
    return [
        states(
            WAITING,
            event.place,
            event.change.county,
            series=event.claim.programme,
            stage="waits",
            on=message.known_on,
            amount_fen=event.change.change_fen,
            count=1,
            person_id=_person(event.claim),
            party=event.payee,
            details=told(period=event.claim.period, reason=event.reason),
        )
    ]


def _lifted(event: DeferralLifted, message: Message) -> list[Touch]:
    return [follows(WAITING, event.place, stage=event.outcome, until=message.known_on)]


def _person(claim: Claim) -> str | None:
    return claim.person_id or (claim.payee if is_person_id(claim.payee) else None)


MEANINGS: Final[Mapping[type[Event], Callable[[Any, Message], Iterable[Touch]]]] = {
    LinePosted: _posted,
    BudgetBooked: _booked,
    LineDeferred: _deferred,
    DeferralLifted: _lifted,
}
