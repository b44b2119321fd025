"""What a signer is shown of a run: what changed against what they know, and nobody's name on a public notice."""

from datetime import date
from typing import Final, Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.adapters.web.words import load_words
from services.notify.domain.money_acts import Act
from services.notify.domain.money_book import Content, Revision, RunRow
from services.notify.domain.money_moves import Payment
from services.notify.domain.money_sheet import compared_with, diff_of, notice_rows, why_not
from services.notify.shipped import titled
from services.subsidy import payment_views
from services.subsidy.adapters.programme_files import shipped_rulebook
from services.subsidy.domain.runs import Run
from shared.events.payments import Outcome, RunItem, RunProposed
from shared.events.subsidy import Claim
from shared.money import yuan

DAY = date(2018, 3, 31)
PERSON, EMPLOYER = "p" + "a" * 25, "91350622MA2XN0K4TC"
RUN_ID = "R-350622-social-insurance-2018-03-L0"
PROGRAMMES = shipped_rulebook().programmes
LANGUAGES: Final[tuple[Literal["zh", "en"], ...]] = ("zh", "en")


def item(number: int, fen: int, payee: str = EMPLOYER) -> RunItem:
    return RunItem(instruction_id=f"L{number:09d}", payee=payee, amount_fen=fen)


contents = st.dictionaries(st.integers(1, 9), st.integers(1, 300)).map(
    lambda found: Content(items=tuple(item(number, fen) for number, fen in sorted(found.items())))
)


@given(before=contents, now=contents)
def test_a_difference_turns_one_content_into_the_other(before: Content, now: Content) -> None:
    diff = diff_of(before, now)
    kept = {each.instruction_id: each for each in before.items}
    for each in diff.gone:
        del kept[each.instruction_id]
    kept |= {each.instruction_id: each for each in diff.added}
    kept |= {each.item.instruction_id: each.item for each in diff.changed}
    assert tuple(kept[id_] for id_ in sorted(kept)) == now.items
    assert diff.total_fen == sum(i.amount_fen for i in now.items) - sum(i.amount_fen for i in before.items)
    assert diff.is_none == (before == now)


def row(*signed: str, **said: str) -> RunRow:
    """Return a run with a revision for each name: who signed it first, empty for nobody."""
    revisions = tuple(Revision(n, f"hash-{n}", DAY, 1, 1, None, by) for n, by in enumerate(signed, 1))
    return RunRow("350622", revisions=revisions, **said)  # type: ignore[arg-type]  # a status


def approval(number: int, by: str) -> Act:
    return Act(f"r{number}", "approval.given", by=by, content_hash=f"hash-{number}")


class TestASignerComparesWith:
    def test_what_their_form_showed(self) -> None:
        found = compared_with(row("one", "two", ""), [approval(2, "two")], "two", "hash-1")
        assert found is not None
        assert (found[0], found[1].number) == ("seen", 1)

    def test_else_what_they_approved_last(self) -> None:
        found = compared_with(row("one", "two", ""), [approval(1, "one"), approval(2, "two")], "one", "")
        assert found is not None
        assert (found[0], found[1].number) == ("mine", 1)

    def test_else_what_somebody_approved_first(self) -> None:
        found = compared_with(row("one", "two", ""), [approval(1, "one")], "three", "unknown")
        assert found is not None
        assert (found[0], found[1].number) == ("first", 2)

    def test_else_the_one_before(self) -> None:
        found = compared_with(row("", ""), [], "three", "")
        assert found is not None
        assert (found[0], found[1].number) == ("before", 1)

    def test_nothing_where_there_is_nothing_earlier(self) -> None:
        assert compared_with(row(""), [], "one", "") is None


@pytest.mark.parametrize(
    ("run", "by", "second", "word"),
    [
        (row("", status="proposed"), "one", False, ""),
        (row("one", status="prepared", prepared_by="one"), "one", True, "same_person"),
        (row("one", status="prepared", prepared_by="one"), "two", False, "second_is_approver"),
        (row("one", status="prepared", prepared_by="one"), "two", True, ""),
        (row("one", status="approved"), "two", True, "not_open"),
    ],
)
def test_a_signature_is_offered_to_whom_the_ledger_may_take_it_from(
    run: RunRow, by: str, second: bool, word: str
) -> None:
    assert why_not(run, by, DAY, may_be_second=second) == word


def test_a_notice_names_people_as_the_command_does_and_sums_by_payee() -> None:
    items = [item(1, 500, PERSON), item(2, 700), item(3, 20, PERSON)]
    clause = PROGRAMMES["social-insurance"].cites
    claim = Claim(programme="social-insurance", payee=EMPLOYER, period="2018-03")
    payments = {i.instruction_id: Payment("350622", claim, clause) for i in items[:2]}
    proposed = RunProposed(
        run_id=RUN_ID, county="350622", programme="social-insurance", month="2018-03", revision=1, proposed_on=DAY,
        items=items, left_out=[], total_fen=1_220, content_hash="0" * 64,
    )  # fmt: skip
    told = payment_views.notice_rows(Run(RUN_ID, proposed=proposed), PROGRAMMES["social-insurance"])
    rows = notice_rows(Content(items=tuple(items)), payments)
    assert [(r["payee"], yuan(r["amount_fen"]), r["clause"]) for r in rows] == [tuple(r.values()) for r in told]
    assert PERSON not in repr(rows)


def test_the_desk_calls_every_programme_as_its_file_does() -> None:
    for name, programme in PROGRAMMES.items():
        told = {lang: titled(name, lang) for lang in LANGUAGES}
        assert told == {lang: programme.title[lang] for lang in told}


@pytest.mark.parametrize("outcome", get_args(Outcome))
def test_every_answer_of_the_ledger_is_a_sentence_at_the_desk(outcome: str) -> None:
    assert load_words().known(f"money.answer.{outcome}")
