"""What a programme file says about amounts acts: another sentence, another amount; an empty claim stops the start."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from services.subsidy.adapters.programme_files import read_rulebook, shipped_rulebook, shipped_texts
from services.subsidy.domain.splicing import spliced
from services.subsidy.subscribers import under
from shared.errors import ConfigurationError
from shared.ops.cases.model import Case, read_cases
from shared.ops.cases.run import KEYS, Run
from shared.ops.running import find_services
from shared.runner.core import Service
from shared.runner.memory import Memory

CASES = Path(__file__).parents[1] / "cases"
TEXTS = shipped_texts()
YIELDS = "programme: public-welfare-post"


@cache
def services(file: str, was: str, becomes: str) -> tuple[Service, ...]:
    """Return all services, with subsidy under the shipped files but for one sentence of one of them."""
    assert was in TEXTS[file]
    rulebook = read_rulebook(TEXTS | {file: TEXTS[file].replace(was, becomes, 1)})
    return tuple(
        Service(s.name, s.title, under(rulebook), s.extras) if s.name == "subsidy" else s for s in find_services()
    )


def shipped(stem: str, begins: str) -> Case:
    (case,) = (case for case in read_cases(CASES / f"{stem}.yaml") if case.case.startswith(begins))
    return case


def came_of(case: Case, file: str, was: str = "", becomes: str = "") -> list[tuple[str, str, str]]:
    """Return payee, period and yuan of every line of a file's programme in a case, under a changed file."""
    run = Run(case, Memory(services(file, was, becomes), KEYS))
    run.play()
    programme = file.removesuffix(".yaml")
    lines = [line.posted for line in run.memory.states("line").values()]
    return [(line.payee, line.claim.period, f"{line.amount_fen / 100:.2f}") for line in lines
            if line.claim.programme == programme]  # fmt: skip


def amounts(case: Case, file: str, was: str = "", becomes: str = "") -> list[str]:
    return [amount for _, _, amount in came_of(case, file, was, becomes)]


BOTH_POSTS = "nothing is paid for a village post"
TWO_PAY = "two employers in one month share no month"


class TestAnExclusionOfAnotherProgramme:
    case = shipped("exclusions_and_floors", BOTH_POSTS)

    def test_takes_back_what_the_other_one_makes_double(self) -> None:
        assert amounts(self.case, "village-post.yaml") == ["600.00", "600.00", "-600.00"]

    def test_does_nothing_where_the_file_does_not_say_so(self) -> None:
        assert amounts(self.case, "village-post.yaml", YIELDS, "by_kind: true") == ["600.00", "600.00", "600.00"]

    def test_is_looked_at_by_whatif_too(self) -> None:
        shipped_, day = shipped_rulebook(), date(2019, 4, 1)
        more = TEXTS["public-welfare-post.yaml"].replace("value: null", "value: 100")
        joined = spliced(shipped_, read_rulebook(TEXTS | {"public-welfare-post.yaml": more}), day)
        without = TEXTS["village-post.yaml"].replace(YIELDS, "by_kind: true")
        other = spliced(shipped_, read_rulebook(TEXTS | {"village-post.yaml": without}), day)

        assert joined.touched == other.touched == {"public-welfare-post", "village-post"}


def test_the_insurances_that_count_are_those_that_the_file_names() -> None:
    case = shipped("social_insurance", "a workshop that pays every month")
    whole, less = (
        amounts(case, "social-insurance.yaml", *change)
        for change in ((), ("[pension, medical, unemployment]", "[pension]"))
    )

    assert whole
    assert [float(part) < float(all_) for part, all_ in zip(less, whole, strict=True)] == [True] * len(whole)


def test_a_month_is_refunded_to_one_employer_only_where_the_file_says_so() -> None:
    case = shipped("social_insurance", TWO_PAY)
    one = came_of(case, "social-insurance.yaml")
    two = came_of(case, "social-insurance.yaml", "reason: duplicate_month", "by_kind: true")

    assert [(period, amount) for _, period, amount in one] == [("2018-05", "742.00"), ("2018-06", "795.00")]
    assert [(period, amount) for _, period, amount in two] == [
        ("2018-05", "742.00"), ("2018-05", "795.00"), ("2018-06", "795.00")
    ]  # fmt: skip


def test_a_grant_is_had_once_only_where_the_file_says_so() -> None:
    case = shipped("training_and_grants", "a graduate is paid once for life")
    once, ever = (
        amounts(case, "graduate-grant.yaml", *change) for change in ((), ("reason: already_granted", "by_kind: true"))
    )

    assert (once, len(ever) > 1) == (["2000.00"], True)


@pytest.mark.parametrize(
    ("stem", "begins", "file", "was", "amounts_"),
    [
        ("exclusions_and_floors", "an allowance below the floor", "internship.yaml",
         "least: internship.least_percent", (["1380.00"], ["690.00"])),
        ("exclusions_and_floors", "a pension share below the floor", "resident-pension.yaml",
         "least: resident_pension.least_percent", (["50.00"], ["20.00"])),
    ],
)  # fmt: skip
def test_a_floor_lifts_what_a_local_document_sets_below_it(
    stem: str, begins: str, file: str, was: str, amounts_: tuple[list[str], list[str]]
) -> None:
    case = shipped(stem, begins)
    texts = TEXTS[file]
    cap = next(line for line in texts.splitlines() if "uses: [least]" in line)
    without = texts.replace(f"  {was}\n", "").replace(f"caps:\n{cap}\n", "")

    assert (amounts(case, file), amounts(case, file, texts, without)) == amounts_


@pytest.mark.parametrize(
    ("file", "was", "becomes", "said"),
    [
        ("village-post.yaml", f", {YIELDS}}}", "}", "an exclusion names what makes it so, one of"),
        ("village-post.yaml", YIELDS, f"{YIELDS}, by_kind: true", "an exclusion names what makes it so, one of"),
        ("village-post.yaml", YIELDS, "programme: employer-honour", "unless both name a person"),
        ("public-welfare-post.yaml", "by_kind: true", "programme: village-post", "which itself yields to another"),
        ("graduate-grant.yaml", "already_granted", "duplicate_month", "refuses 'duplicate_month'"),
        ("training-base.yaml", "uses: [least, most]", "uses: [least, top]", "no figure plays the role 'top'"),
        ("work-relief.yaml", "proration: attended_days", "proration: calendar_days", "by 'attended_days'"),
        ("work-relief.yaml", "posted: when_the_fact_arrives", "posted: when_the_day_closes", "the posted of"),
        ("work-relief.yaml", "period: month", "period: quarter", "the period of 'attended_days' is month"),
        ("social-insurance.yaml", "payee: employer", "payee: person", "the payee of 'premium_refund' is employer"),
        ("work-relief.yaml", "notice_days: notice.working_days", "notice_days: work_relief.day_fen", "no parameter"),
    ],
)
def test_a_file_claims_nothing_that_the_engine_does_not_do(file: str, was: str, becomes: str, said: str) -> None:
    assert was in TEXTS[file]
    with pytest.raises(ConfigurationError) as error:
        read_rulebook(TEXTS | {file: TEXTS[file].replace(was, becomes, 1)})
    assert said in str(error.value)
    assert str(error.value).startswith(file) or "village-post.yaml" in str(error.value)


def test_every_sentence_about_what_is_not_paid_names_what_makes_it_so() -> None:
    for programme in shipped_rulebook().programmes.values():
        for exclusion in programme.charter.exclusions:
            assert sum(map(bool, (exclusion.programme, exclusion.reason, exclusion.uses, exclusion.by_kind))) == 1
        for cap in programme.charter.caps:
            assert set(cap.uses) <= programme.uses.keys()
