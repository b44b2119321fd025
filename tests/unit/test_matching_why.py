"""Why somebody was offered a vacancy: the worked example of docs/matching.md, run for real."""

from pathlib import Path

import pytest

from services.matching.domain.offer import Offer
from services.matching.explaining import explained, lines_of, rules_passed
from services.matching.weights import load_weights
from shared.events.offers import OfferAccepted, OfferClosed, OfferProposed, SmsQueued
from tests.support.market import OPEN_DAY, Market, listed, offers, opened, person, registered, reply

DOCUMENT = Path(__file__).parents[2] / "docs" / "matching.md"
SKILLS = ["平车缝纫", "锁边"]


def example() -> tuple[Market, list[OfferProposed]]:
    """Return the market of the example and the offers that its vacancy led to, weakest first."""
    market = Market()
    market.tell(listed("anna"), listed("bela", status="none"))
    market.tell(registered("bela", skills=SKILLS[:1], township="350622101"))
    market.tell(registered("cora", skills=["制鞋"], occupations=["制鞋工"], wanted_wage_fen=240_000))
    market.tell(registered("dora", skills=[], occupations=[], wanted_wage_fen=300_000))
    market.close_days(60)
    market.tell(registered("anna", skills=SKILLS))
    return market, offers(market.tell(opened("V1", skills=SKILLS)))


def told(market: Market, offer_id: str) -> list[str]:
    """Return what `bangfu why` says of an offer."""
    return list(lines_of(explained(offer_id, market.memory.states("offer")[offer_id], load_weights())))


class TestTheExample:
    def test_stands_in_the_document_as_it_runs(self) -> None:
        market, made = example()
        lines = told(market, made[-1].offer_id)
        document = DOCUMENT.read_text(encoding="utf-8")

        missing = [line for line in lines if line not in document]

        assert missing == []

    def test_offers_the_vacancy_to_three_and_names_who_came_next(self) -> None:
        _, made = example()

        assert [(offer.person_id, offer.score_bp) for offer in made] == [
            (person("cora"), 2_933),
            (person("bela"), 5_480),
            (person("anna"), 8_930),
        ]
        for offer in made:
            assert offer.runners_up is not None
            assert [(each.id, each.score_bp) for each in offer.runners_up] == [(person("dora"), 2_416)]

    def test_places_one_and_tells_the_other_at_once(self) -> None:
        market, _ = example()

        (first,) = market.tell(reply("anna", "accept"))
        second, told = market.tell(reply("bela", "accept"))

        assert isinstance(first, OfferAccepted)
        assert isinstance(second, OfferClosed)
        assert second.too_late
        assert isinstance(told, SmsQueued)

    def test_told_again_gives_the_same_offers_to_the_byte(self) -> None:
        first, again = example()[1], example()[1]

        assert [offer.payload() for offer in first] == [offer.payload() for offer in again]


class TestAnExplanation:
    def test_names_every_term_with_its_weight_and_adds_up(self) -> None:
        market, made = example()
        found = explained(made[0].offer_id, market.memory.states("offer")[made[0].offer_id], load_weights())

        assert sum(term["score_bp"] for term in found["terms"]) == found["score_bp"]
        assert all(term["score_bp"] <= term["most_bp"] and term["because"] for term in found["terms"])
        assert found["weights_from"] == "2013-01-01"
        assert found["sought_for"] == "vacancy"

    def test_lists_the_persons_next_best_vacancies_where_the_person_came_last(self) -> None:
        market = Market()
        market.tell(*(opened(f"V{number:02}") for number in range(12)))

        made = offers(market.tell(registered("anna")))

        assert {offer.sought_for for offer in made} == {"person"}
        assert [each.id for each in made[0].runners_up or ()] == ["V03", "V04", "V05", "V06", "V07"]

    def test_of_an_offer_that_kept_less_says_what_it_kept(self) -> None:
        old = Offer(
            stage="closed", reason="expired", person_id="p", vacancy_id="V1", title="缝纫工", terms={"skills": 9}
        )
        lines = list(lines_of(explained("o-1", old, load_weights())))

        assert "  技能 9/-" in lines
        assert not [line for line in lines if "硬性条件" in line or "其后" in line]

    def test_speaks_english_where_that_is_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BANGFU_LANG", "en")
        market, made = example()

        lines = told(market, made[-1].offer_id)

        assert f"made on {OPEN_DAY.replace(month=4, day=30)}, from the market up to fact 67" in lines
        assert "  skills 3000/3000  has 3 of 3, each skill by its rarity" in lines

    def test_says_no_status_and_no_sex(self) -> None:
        market, made = example()
        text = "\n".join(told(market, made[-1].offer_id))

        assert not [word for word in ("listed", "female") if word in text.replace("listed_first", "")]
        assert len(rules_passed()) == 24
