"""What a batch has loaded: a walk goes page by page where it covers more than one transaction may hold."""

from datetime import date

import pytest

from services.subsidy.domain.posting_day import PostingDay
from services.subsidy.domain.programme import Rulebook
from services.subsidy.domain.runs import RUN
from shared.events.subsidy import DayCompleted
from shared.runner.core import Message, Walk
from shared.runner.loaded import Codec, Loaded
from shared.store import Row
from tests.support import toy

OFTEN = Walk("count", tag="often")


def loaded(walk: Walk, rows: int, page: int) -> list[str] | None:
    codec, taken = Codec(toy.TOY), Loaded(Codec(toy.TOY), {})
    documents: list[Row] = [codec.document("count", f"p{number}", toy.Count(), 0) for number in range(rows)]
    taken.add_tagged(walk, documents, page)
    return taken.walk(walk)


def walks(day: date) -> tuple[Walk, ...]:
    posting = PostingDay(Rulebook({}, {}))
    return posting.walks(Message("m", "", DayCompleted(date=day), 1, day, ""))


@pytest.mark.parametrize(("rows", "found"), [(2, ["p0", "p1"]), (3, None)])
def test_a_walk_by_a_tag_is_taken_whole_while_it_fits_a_page(rows: int, found: list[str] | None) -> None:
    assert loaded(OFTEN, rows, page=2) == found


def test_the_drafts_of_a_month_go_a_few_at_a_time_because_each_brings_a_thousand_instructions_along() -> None:
    (drafts,) = (walk for walk in walks(date(2018, 3, 31)) if walk.tag == "draft:2018-03")
    assert (drafts.kind, drafts.most) == (RUN.kind, 10)


def test_what_is_walked_by_its_day_goes_by_the_page_of_the_deployment() -> None:
    assert {walk.most for walk in walks(date(2018, 3, 30))} == {None}
