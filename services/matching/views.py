"""What is read out of matching: the messages to send."""

from collections.abc import Awaitable, Callable, Collection
from datetime import date

from pydantic import TypeAdapter

from services.matching.domain.message import MESSAGES, QUEUED, Sms
from services.matching.domain.vacancy import VACANCIES, Vacancy
from shared.places import place_words
from shared.sms.sender import Outgoing, Queue
from shared.sms.text import OfferWords, filled
from shared.store import Row, Store

QUEUE_PAGE = 1_000
Held = Callable[[], Awaitable[Collection[str]]]

_SMS, _VACANCY = TypeAdapter(Sms), TypeAdapter(Vacancy)
# The order in which offers were made; of several to one person the best comes last, as the latest.
_ORDER = [("state.sequence", 1), ("state.score_bp", 1), ("_id", 1)]


async def _nothing_held() -> Collection[str]:
    return ()


def queue_of(store: Store, signature: str, held: Held = _nothing_held) -> Queue:
    """Return the query of the messages to send: at most a page of them, in the order of their offers.

    Args:
        store: Matching's own database.
        signature: Stands in 【】 before each text.
        held: Returns messages that may not go out yet; they do not keep others from a page.
    """

    async def queued() -> list[Outgoing]:
        found = store.db[MESSAGES.kind].find({"tags": QUEUED, **_not(await held())}).sort(_ORDER).limit(QUEUE_PAGE)
        waiting = {row["_id"]: _SMS.validate_python(row["state"]) async for row in found}
        rows = await store.load(VACANCIES.kind, {sms.vacancy_id for sms in waiting.values()})
        vacancies = {id_: _VACANCY.validate_python(row["state"]) for id_, row in rows.items()}
        return [outgoing(id_, sms, vacancies.get(sms.vacancy_id, Vacancy()), signature) for id_, sms in waiting.items()]

    return queued


def _not(held: Collection[str]) -> Row:
    return {"_id": {"$nin": sorted(held)}} if held else {}


def outgoing(message_id: str, sms: Sms, vacancy: Vacancy, signature: str) -> Outgoing:
    """Return a message as the sender takes it; wage and township are the vacancy's at this moment."""
    words = OfferWords(
        title=sms.title,
        place=place_words(sms.county, vacancy.township),
        answer_by=sms.expires_on or date.max,
        wage_min_fen=vacancy.wage_min_fen,
        wage_max_fen=vacancy.wage_max_fen,
    )
    return Outgoing(message_id, sms.person_id, filled(sms.template, words, signature))
