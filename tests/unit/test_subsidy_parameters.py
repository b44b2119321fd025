from dataclasses import replace
from datetime import date

import pytest

from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.domain.parameters import Parameters, Values, evolve
from shared.events.finance import ParameterPublished
from shared.runner.core import Message

RATIO, STATUSES, MONTHS = "social_insurance.ratio_percent", "social_insurance.statuses", "social_insurance.max_months"
YUNXIAO, PINGHE = "350622", "350628"
DAY = date(2018, 6, 1)


def values(*facts: ParameterPublished) -> Values:
    state = Parameters()
    for number, fact in enumerate(facts, 1):
        state = evolve(state, Message(str(number), "", fact, number, DAY, ""))
    return Values(shipped_rulebook(), state)


def published(name: str, value: object, valid_from: date = DAY, county: str | None = None) -> ParameterPublished:
    return ParameterPublished.model_validate(
        {
            "parameter": name,
            "value": value,
            "valid_from": valid_from,
            "known_on": DAY,
            "doc_no": "1号",
            "county": county,
        }
    )


def test_the_shipped_value_counts_from_its_first_day() -> None:
    assert values().in_force(RATIO, YUNXIAO, date(2017, 1, 1)) == 100
    assert values().in_force(RATIO, YUNXIAO, date(2016, 12, 31)) is None


def test_a_published_value_goes_before_the_shipped_one_even_if_it_begins_earlier() -> None:
    assert values(published(RATIO, 80, date(2013, 1, 1))).in_force(RATIO, YUNXIAO, DAY) == 80


def test_the_shipped_value_counts_until_the_published_one_begins() -> None:
    assert values(published(RATIO, 80)).in_force(RATIO, YUNXIAO, date(2018, 5, 31)) == 100


def test_the_value_with_the_latest_first_day_counts_whatever_arrived_last() -> None:
    found = values(published(RATIO, 80, date(2018, 3, 1)), published(RATIO, 70, date(2018, 1, 1)))

    assert found.in_force(RATIO, YUNXIAO, DAY) == 80


def test_a_countys_own_value_goes_before_a_later_general_one() -> None:
    found = values(published(RATIO, 80, date(2018, 1, 1), YUNXIAO), published(RATIO, 70, date(2018, 5, 1)))

    assert found.in_force(RATIO, YUNXIAO, DAY) == 80
    assert found.in_force(RATIO, PINGHE, DAY) == 70


def test_a_countys_own_value_that_has_not_begun_leaves_the_general_one() -> None:
    assert values(published(RATIO, 80, date(2018, 6, 2), YUNXIAO)).in_force(RATIO, YUNXIAO, DAY) == 100


def test_an_abolished_general_value_is_unset_and_does_not_fall_back_to_the_shipped_one() -> None:
    assert values(published(RATIO, None)).in_force(RATIO, YUNXIAO, DAY) is None


def test_of_two_documents_for_one_first_day_the_later_document_counts_whatever_arrived_last() -> None:
    late = published(RATIO, 80).model_copy(update={"known_on": date(2018, 7, 1)})

    assert values(late, published(RATIO, 70)).in_force(RATIO, YUNXIAO, DAY) == 80


def test_a_repeat_of_a_value_that_was_replaced_does_not_bring_it_back() -> None:
    first, second = published(RATIO, 80), published(RATIO, 70)

    assert values(first, second, first).in_force(RATIO, YUNXIAO, DAY) == 70


@pytest.mark.parametrize(
    "newer",
    [{"doc_no": "2号"}, {"known_on": date(2018, 7, 1)}, {"clause": "第3条"}],
    ids=lambda change: next(iter(change)),
)
def test_a_value_that_another_document_sets_again_counts_again(newer: dict[str, object]) -> None:
    first, second = published(RATIO, 80), published(RATIO, 70)

    assert values(first, second, first.model_copy(update=newer)).in_force(RATIO, YUNXIAO, DAY) == 80


def test_a_value_that_an_older_document_sets_again_does_not_count_again() -> None:
    first, second = published(RATIO, 80), published(RATIO, 70)
    older = first.model_copy(update={"known_on": date(2018, 5, 1), "doc_no": "0号"})

    assert values(first, second, older).in_force(RATIO, YUNXIAO, DAY) == 70


@pytest.mark.parametrize("value", [["listed", "exited"], "listed, exited"])
def test_a_list_may_be_written_as_text(value: object) -> None:
    assert values(published(STATUSES, value)).in_force(STATUSES, YUNXIAO, DAY) == ("listed", "exited")


@pytest.mark.parametrize("value", ["many", 10**12, ["36"]])
def test_a_value_that_cannot_be_meant_counts_as_unset(value: object) -> None:
    assert values(published(MONTHS, value)).in_force(MONTHS, YUNXIAO, DAY) is None


def test_a_parameter_that_no_file_declares_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        values().in_force("social_insurance.ratio", YUNXIAO, DAY)


def test_every_figure_that_is_or_will_be_is_known_in_order_of_size() -> None:
    found = values(published("stable_employment.months", 24), published("stable_employment.months", 6, county=YUNXIAO))

    assert found.ever("stable_employment.months", YUNXIAO) == [6, 12, 24]
    assert found.ever("stable_employment.months", PINGHE) == [12, 24]


def test_a_condition_on_a_limit_that_is_unset_holds() -> None:
    rulebook = shipped_rulebook()
    programme = rulebook.programmes["social-insurance"]
    condition = replace(programme.conditions[0], parameters=(MONTHS,), holds=lambda *_: False)
    programme = replace(programme, conditions=(condition,))

    assert values().failed(programme, {"employer.kind": "workshop"}, YUNXIAO, DAY) is None
