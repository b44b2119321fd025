"""Why a person was offered a vacancy: what the offer itself has kept, in words. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from services.matching.domain.dated import Dated
from services.matching.domain.fitting import PAIR_RULES, PERSON_RULES
from services.matching.domain.fitting import RULES as PASSED
from services.matching.domain.offer import Offer
from services.matching.domain.weights import Weights
from services.matching.words import RULES, TERMS, reason_of
from shared.ops.words import say

_STAGES: Final = {
    "proposed": ("已推荐", "proposed"),
    "sent": ("短信已发", "sent"),
    "undelivered": ("短信未送达", "not delivered"),
    "accepted": ("本人已接受，占额待录用", "accepted, holds a place"),
    "closed": ("已结束", "closed"),
    "settled": ("接受后已了结", "settled"),
}


def explained(offer_id: str, offer: Offer, table: Dated[Weights]) -> dict[str, Any]:
    """Return everything that led to an offer, in a form for JSON.

    Args:
        offer_id: The id of the offer.
        offer: An offer that was made.
        table: The weights, of which the entry that the offer names is read.
    """
    weights = table.on(offer.weights_from) if offer.weights_from else None
    most = weights.best if weights else {}
    terms = offer.terms or {}
    return {
        "offer_id": offer_id,
        "person_id": offer.person_id,
        "vacancy_id": offer.vacancy_id,
        "uscc": offer.uscc,
        "title": offer.title,
        "stage": offer.stage,
        "reason": offer.reason,
        "made_on": _iso(offer.made_on),
        "known_to": offer.market_sequence,
        "weights_from": _iso(offer.weights_from),
        "limits_from": _iso(offer.limits_from),
        "score_bp": offer.score_bp,
        "terms": [
            {
                "term": name,
                "score_bp": score,
                "most_bp": most.get(name),
                "because": reason_of(name, offer.measures or {}),
            }
            for name, score in terms.items()
        ],
        "measures": offer.measures,
        "rules": rules_passed() if offer.limits_from else [],
        "sought_for": offer.sought_for,
        "runners_up": [{"id": id_, "score_bp": score} for id_, score in offer.runners_up],
    }


def rules_passed() -> list[dict[str, str]]:
    """Return the hard rules that whoever is offered anything has passed, with their sources."""
    sources = PERSON_RULES | PAIR_RULES | {rule.name: rule.source for rule in PASSED}
    return [{"rule": name, "says": say(*RULES[name]), "source": source} for name, source in sources.items()]


def lines_of(found: dict[str, Any]) -> Iterator[str]:
    """Yield an explanation as lines for people, in the user's language."""
    person, vacancy, title = found["person_id"], found["vacancy_id"], found["title"]
    yield say(f"推荐 {found['offer_id']}", f"Offer {found['offer_id']}")
    yield say(f"人员 {person} ← 岗位 {vacancy}“{title}”", f'person {person} <- vacancy {vacancy} "{title}"')
    stage = say(*_STAGES.get(found["stage"], (found["stage"], found["stage"])))
    yield say(f"状态：{stage} {found['reason']}", f"stage: {stage} {found['reason']}").rstrip()
    made, known = found["made_on"] or "-", found["known_to"]
    yield say(f"推荐日 {made}，依据截至第 {known} 号事实的市场", f"made on {made}, from the market up to fact {known}")
    weights, limits = found["weights_from"] or "-", found["limits_from"] or "-"
    yield say(f"权重自 {weights}，规则数值自 {limits}", f"weights from {weights}, figures of the rules from {limits}")
    yield say(f"得分 {found['score_bp']}/10000：", f"score {found['score_bp']}/10000:")
    for term in found["terms"]:
        most = "-" if term["most_bp"] is None else term["most_bp"]
        name = say(*TERMS.get(term["term"], (term["term"], term["term"])))
        yield f"  {name} {term['score_bp']}/{most}  {term['because']}".rstrip()
    yield from _rules(found)
    yield from _runners_up(found)


def _rules(found: dict[str, Any]) -> Iterator[str]:
    if not found["rules"]:
        return
    yield say("通过的硬性条件：", "hard rules passed:")
    for rule in found["rules"]:
        yield f"  {rule['says']}  [{rule['rule']}; {rule['source']}]"


def _runners_up(found: dict[str, Any]) -> Iterator[str]:
    if not found["sought_for"]:
        return
    whom = say("岗位", "vacancies") if found["sought_for"] == "person" else say("人员", "people")
    yield say(
        f"其后的{whom}（{len(found['runners_up'])}）：", f"the {whom} that came next ({len(found['runners_up'])}):"
    )
    yield from (f"  {each['id']} {each['score_bp']}" for each in found["runners_up"])


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
