"""What is written in a message, and how many parts it is billed as.

Never a name, a number of a person or a status. Provider rules: the signature stands in 【】 in front and nowhere else;
no emoji. Length: 3GPP TS 23.040, 140 octets of UCS-2 a part, six of them for the header of a message in parts.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.sms.templates import shipped_templates
from shared.sms.words import without_status

SINGLE_UNITS: Final = 70
PART_UNITS: Final = 67
TITLE_CHARACTERS_MAX: Final = 20
UNTITLED: Final = "岗位"

_BASIC_PLANE_END: Final = 0xFFFF
# Symbols such as emoji, and what joins or colours them.
_UNSENDABLE: Final = frozenset({"So", "Sk", "Cf", "Cc", "Co", "Cn", "Mn", "Me"})
_BRACKETS: Final = str.maketrans("【】", "（）")


@dataclass(frozen=True, slots=True)
class OfferWords:
    """What an offer tells a person.

    Args:
        place: County and township in words; may be empty.
        answer_by: The last day of an answer.
        wage_min_fen, wage_max_fen: A month's wage, as far as the employer says.
    """

    title: str
    place: str
    answer_by: date
    wage_min_fen: int | None = None
    wage_max_fen: int | None = None


def offer_text(words: OfferWords, signature: str) -> str:
    """Return the message of an offer, with the ways to answer and to refuse all messages."""
    return filled("offer", words, signature)


def filled(template: str, words: OfferWords, signature: str) -> str:
    """Return the message of a template.

    Args:
        template: `offer`, `reminder`, `taken`, `started` or `stopped`; ``KeyError`` for another.
        words: The post; `started` and `stopped` name none.
        signature: Stands in 【】 in front.
    """
    title = _plain(words.title)
    facts = (words.place, title, wage_words(words.wage_min_fen, words.wage_max_fen))
    values = {
        "title": title,
        "post": "，".join(fact for fact in facts if fact),
        "until": f"{words.answer_by.month}月{words.answer_by.day}日",
    }
    return signed(shipped_templates().named(template).format_map(values), signature)


def signed(body: str, signature: str) -> str:
    """Return a text behind its signature; brackets of the body become round, as providers refuse a second pair."""
    return f"【{signature.translate(_BRACKETS).strip('（）')}】{body.translate(_BRACKETS)}"


def wage_words(lowest_fen: int | None, highest_fen: int | None) -> str:
    """Return a month's wage in whole yuan (rounded down: a text promises no fen); empty where none is known."""
    lowest, highest = (None if fen is None else fen // 100 for fen in (lowest_fen, highest_fen))
    if lowest is None:
        return "" if highest is None else f"月工资最高{highest}元"
    if highest is None:
        return f"月工资{lowest}元起"
    return f"月工资{lowest}元" if lowest == highest else f"月工资{lowest}-{highest}元"


def units(text: str) -> int:
    """Return the length of a text in UTF-16 units: an emoji is two, a pair of surrogates."""
    return sum(_widths(text))


def segments(text: str) -> int:
    """Return how many parts a text is sent as: one of 70 UTF-16 units, or several of 67 that split no character."""
    widths = _widths(text)
    if sum(widths) <= SINGLE_UNITS:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > PART_UNITS:
            parts, used = parts + 1, 0
        used += width
    return parts


def _widths(text: str) -> list[int]:
    return [1 if ord(character) <= _BASIC_PLANE_END else 2 for character in text]


def _plain(title: str) -> str:
    sendable = "".join(character for character in title if unicodedata.category(character) not in _UNSENDABLE)
    kept = without_status(sendable).strip() or UNTITLED
    return kept if len(kept) <= TITLE_CHARACTERS_MAX else f"{kept[: TITLE_CHARACTERS_MAX - 1]}…"
