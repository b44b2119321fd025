"""The figures of offers are those of the day: rules.yaml changes them, no code does."""

from dataclasses import replace
from datetime import date

import pytest

from services.matching.domain.fitting import obstacle, room
from services.matching.domain.limits import Limits
from services.matching.domain.proposing import to_person
from services.matching.domain.refs import OfferRef
from services.matching.domain.seeker import Seeker
from services.matching.domain.vacancy import Vacancy
from services.matching.weights import load_limits
from shared.events.offers import OfferProposed
from shared.runner.core import Message
from tests.support.market import USCC, registered, scene

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


@pytest.mark.parametrize(("days", "last"), [(7, date(2018, 3, 8)), (14, date(2018, 3, 15))])
def test_an_answer_is_waited_for_as_long_as_the_day_says(days: int, last: date) -> None:
    states = {("seeker", "P1"): SEEKER, ("vacancy", "V1"): replace(VACANCY, title="保洁员", county="350622", uscc=USCC)}
    today = scene(DAY, states, answer_days=days, listed_first=["none"])

    [offer] = to_person(Message("f1", "hr", registered("anna"), 1, DAY, "f1"), "P1", today)

    assert isinstance(offer, OfferProposed)
    assert offer.expires_on == last


def test_an_offer_outlives_the_week_of_its_reminder_and_alert() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 7"):
        limits(answer_days=6)
