"""What the sender looks at before each message, for `bench.sms`: messages, offers and people, and who judges them."""

from collections.abc import Callable
from datetime import date, datetime

from services.matching.adapters.admission import Admission
from services.matching.domain.message import MESSAGES, QUEUED, Sms
from services.matching.domain.offer import OFFERS, Offer
from services.matching.domain.seeker import SEEKERS, Seeker
from services.matching.subscribers import MATCHING
from services.matching.weights import load_manners
from shared.privacy import phone_id
from shared.runner.loaded import Codec
from shared.sms.numbers import NUMBERS_COLLECTION, MongoNumberBook
from shared.sms.pacing import QuietHours
from shared.store import Store

_LAST_DAY = date(2099, 12, 31)


async def stored(store: Store, message_ids: dict[str, str]) -> None:
    """Store a queued message of an open offer for each person, and the people, as matching would have."""
    codec = Codec(MATCHING)
    people = {person: Seeker(looking=True, consented=True) for person in message_ids.values()}
    offers = {f"o-{id_}": Offer("proposed", person_id=person) for id_, person in message_ids.items()}
    messages = {
        id_: Sms(QUEUED, offer_id=f"o-{id_}", person_id=person, expires_on=_LAST_DAY)
        for id_, person in message_ids.items()
    }
    for kind, states in ((SEEKERS.kind, people), (OFFERS.kind, offers), (MESSAGES.kind, messages)):
        await store.db[kind].delete_many({})
        await store.db[kind].insert_many([codec.document(kind, id_, state, None) for id_, state in states.items()])


async def judge(store: Store, clock: Callable[[], datetime]) -> Admission:
    """Return who decides what may ring."""
    numbers = MongoNumberBook(store.db[NUMBERS_COLLECTION])
    await numbers.prepare()
    return Admission(
        store=store,
        numbers=numbers,
        manners=load_manners(),
        clock=clock,
        phone_id=lambda number: phone_id(bytes(32), number),
        quiet=QuietHours.read("off"),
        capped=False,  # counted all the same; a bench writes to one number more often than a person bears
    )


def number_of(person_id: str) -> str:
    """Return a number of their own for `p0` to `p99999`, as people have."""
    return f"+86199000{int(person_id[1:]):05}"
