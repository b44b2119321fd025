"""`bangfu sms preview`: what a message says and what it costs, before it goes out."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.matching.domain.message import MESSAGES
from services.matching.domain.refs import message_id_of
from services.matching.domain.vacancy import VACANCIES, Vacancy
from services.matching.views import outgoing
from shared.errors import BangfuError
from shared.ops.reading import states
from shared.ops.words import say
from shared.settings import Settings
from shared.sms.templates import Templates
from shared.sms.text import OfferWords, filled, segments, units
from shared.sms.words import sensitive_word

HEADINGS: Final = (
    ("text", say("内容", "text")),
    ("units", say("长度", "UTF-16 units")),
    ("segments", say("条数", "parts")),
    ("cost_segments", say("计费条数", "parts billed")),
    ("sensitive", say("敏感词", "sensitive word")),
)
_EXAMPLE: Final = OfferWords("缝纫工", "云霄县云陵镇", date(2018, 3, 8), 260_000, 310_000)


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as it would go out.

    Args:
        units: Length in UTF-16 units, the signature included. segments: parts of 70 units, or of 67 if several.
        cost_segments: Parts that a provider bills.
        sensitive: The word that keeps it from going out; empty: none.
    """

    text: str
    units: int
    segments: int
    cost_segments: int
    sensitive: str


def preview_of(text: str) -> Preview:
    """Return the preview of a whole text."""
    parts = segments(text)
    return Preview(text, units(text), parts, parts, sensitive_word(text) or "")


def of_template(name: str) -> Preview:
    """Return what a template looks like with an ordinary post in it.

    Raises:
        BangfuError: There is no such template.
    """
    if name not in Templates.model_fields:
        raise BangfuError(f"there is no template {name!r}; there are {', '.join(Templates.model_fields)}")
    return preview_of(filled(name, _EXAMPLE, Settings().sms_signature))


def of_offer(offer_id: str) -> Preview:
    """Return what is sent for an offer of the system that runs here.

    Raises:
        BangfuError: Nobody was made that offer. ConfigurationError: nothing runs here.
    """
    message_id = message_id_of(offer_id)
    sms = states("matching", MESSAGES, {"_id": message_id}).get(message_id)
    if sms is None:
        raise BangfuError(
            f"there is no offer {offer_id!r}; `bangfu sms tail --json` shows messages, m- for the offer's o-"
        )
    vacancy = states("matching", VACANCIES, {"_id": sms.vacancy_id}).get(sms.vacancy_id, Vacancy())
    return preview_of(outgoing(message_id, sms, vacancy, Settings().sms_signature).text)
