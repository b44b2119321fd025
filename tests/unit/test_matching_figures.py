"""The figures of offers are those of the day: rules.yaml changes them, no code does."""

from dataclasses import replace
from datetime import date

import pytest

from services.matching.domain.dated import Dated
from services.matching.domain.fitting import obstacle, room
from services.matching.domain.limits import Limits
from services.matching.domain.refs import OfferRef
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy
from services.matching.subscribers import MATCHER
from services.matching.weights import load_limits, load_policy
from shared.events.offers import OfferProposed, VacancyWidened
from tests.support.market import Market, opened, registered, scene

DAY = date(2018, 3, 1)
SHIPPED = load_limits().at_latest(DAY)
SEEKER = Seeker(looking=True, consented=True, born_on=date(1985, 2, 3), county="350622")
VACANCY = Vacancy(opened=True, openings=4, post_kind="public_welfare", fresh_on=DAY)


def limits(**changed: int) -> Limits:
    return Limits.model_validate(SHIPPED.model_dump() | changed)


def test_shipped_figures_are_three_open_offers_seven_days_and_ten_candidates() -> None:
    found = (SHIPPED.open_offers, SHIPPED.answer_days, SHIPPED.candidates_per_opening, SHIPPED.listed_first_days)

    assert found == (3, 7, 10, 7)
    assert (SHIPPED.offers_per_place, SHIPPED.offers_at_once) == (3, 10)


def test_who_has_as_many_open_offers_as_the_day_allows_gets_no_more() -> None:
    seeker = replace(SEEKER, open=(OfferRef(1, 5_000, "O1", "P1", "V1"),))
    today = scene(DAY)

    assert (obstacle(seeker, today), room(seeker, today)) == (None, 2)
    strict = replace(today, limits=limits(open_offers=1))
    assert (obstacle(seeker, strict), room(seeker, strict)) == ("enough_offers", 0)


def test_a_vacancy_seeks_and_bears_as_many_candidates_as_the_day_allows() -> None:
    assert (VACANCY.sought(SHIPPED), VACANCY.room(SHIPPED)) == (10, 40)
    assert VACANCY.sought(limits(offers_at_once=100)) == 12
    assert VACANCY.sought(limits(offers_per_place=1)) == 4
    assert VACANCY.room(limits(candidates_per_opening=2)) == 8


def test_a_public_post_is_kept_for_as_long_as_the_day_says() -> None:
    assert VACANCY.first_until(SHIPPED) == date(2018, 3, 8)
    assert VACANCY.first_until(limits(listed_first_days=30)) == date(2018, 3, 31)


class TestOtherFiguresFromOneDayOn:
    @pytest.fixture
    def market(self, monkeypatch: pytest.MonkeyPatch) -> Market:
        later = Dated(((date(2013, 1, 1), SHIPPED), (date(2018, 3, 2), limits(answer_days=14, listed_first_days=3))))
        monkeypatch.setattr(MATCHER, "_policy", replace(load_policy(), limits=later))
        return Market()

    def test_hold_for_the_offers_of_that_day_and_not_for_earlier_ones(self, market: Market) -> None:
        market.tell(registered("anna"), registered("bela"))
        first, second = market.tell(opened("V1"))
        market.close_days(1)
        third, _ = market.tell(opened("V2"))

        lasts = [each.expires_on for each in (first, second, third) if isinstance(each, OfferProposed)]
        assert lasts == [date(2018, 3, 8), date(2018, 3, 8), date(2018, 3, 16)]

    def test_widen_a_public_post_on_the_day_that_they_name_and_once(self, market: Market) -> None:
        market.tell(opened("V1", post_kind="public_welfare"))

        widened = [[type(each) for each in market.close_days(1)].count(VacancyWidened) for _ in range(9)]
        assert widened == [0, 0, 0, 1, 0, 0, 0, 0, 0]


def test_an_offer_outlives_the_week_of_its_reminder_and_alert() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 7"):
        limits(answer_days=6)
