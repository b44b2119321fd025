"""What if the programme files were others: from a day on, in whole amounts, with winners, losers and budgets."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.subsidy.adapters.programme_files import shipped_rulebook, shipped_texts
from services.subsidy.domain.comparing import content_hash
from services.subsidy.domain.splicing import spliced
from services.subsidy.supposing import Recorded
from services.subsidy.whatif import Question, answered, question
from shared.errors import BangfuError, ConfigurationError
from shared.events.employment import EmploymentConfirmed
from shared.ops.main import app
from shared.runner.wire import encode
from tests.support.facts import closing, offer
from tests.unit.test_subsidy_world import E1, E2, E3, P1, P2, PINGHE, World, listed, workshop

SI = "social-insurance.yaml"
JANUARY_1, APRIL_1 = date(2018, 1, 1), date(2018, 4, 1)
HALF = {SI: shipped_texts()[SI].replace("value: 100,", "value: 50,")}


def half_a_year(world: World | None = None) -> World:
    """Return a world in which two employers pay 742.00 yuan a month for one person each, January to June."""
    found = world or workshop(JANUARY_1, people=(P1, P2))
    for id_, person, uscc in (("J1", P1, E1), ("J2", P2, E2)):
        found.employed(id_, person, uscc, JANUARY_1)
    for month in range(1, 7):
        for person, uscc in ((P1, E1), (P2, E2)):
            found.paid(person, uscc, f"2018-{month:02d}", date(2018, month, 15))
        found.close(date(2018, month, 20))
    return found


def facts(world: World) -> list[Recorded]:
    said = (message for message in world.memory.emitted if message.source == "test")
    return [Recorded(number, encode(message, "registry")) for number, message in enumerate(said, 1)]


def asked(world: World, files: dict[str, str] = HALF, since: date = APRIL_1, county: str = "") -> dict[str, Any]:
    return answered(Question(files, since, county), lambda: facts(world))


def amounts(found: dict[str, Any], payee: str = E1) -> dict[str, tuple[int, int]]:
    return {row["month"]: (row["before_fen"], row["after_fen"]) for row in found["rows"] if row["payee"] == payee}


def test_a_figure_holds_from_the_day_on_by_the_day_that_counts_for_it() -> None:
    found = asked(half_a_year())

    assert amounts(found) == {f"2018-{month:02d}": (74_200, 37_100) for month in (4, 5, 6)}
    assert (found["changed_figures"], found["changed_texts"]) == (["social_insurance.ratio_percent"], [])


def test_the_text_of_a_programme_goes_by_the_first_day_of_the_period() -> None:
    text = shipped_texts()[SI].replace(
        "require: person.status in", "require: person.status == 'none' && person.status in"
    )

    found = asked(half_a_year(), {SI: text}, date(2018, 4, 2))

    assert amounts(found) == {"2018-05": (74_200, 0), "2018-06": (74_200, 0)}
    assert found["changed_texts"] == ["social-insurance"]


def test_the_same_files_change_nothing() -> None:
    found = asked(half_a_year(), shipped_texts())

    assert (found["rows"], found["budgets"], found["winners"], found["losers"]) == ([], [], [], [])
    assert found["amounts"] == {"before": 0, "after": 0}


def test_programmes_that_are_not_touched_are_not_worked_out_again() -> None:
    world = half_a_year()
    world.parameter("stable_employment.reward_fen", 100_000)

    assert Question(HALF, APRIL_1).splice().touched == {"social-insurance"}
    assert asked(world)["amounts"] == {"before": 12, "after": 12}


def test_a_figure_that_is_asked_about_goes_before_what_was_published_for_everybody_or_a_county() -> None:
    world = workshop(JANUARY_1, people=(P1, P2))
    world.parameter("social_insurance.ratio_percent", 80)
    world.parameter("social_insurance.ratio_percent", 60, county="350622")
    world.parameter("social_insurance.ratio_percent", 90, valid_from=date(2018, 5, 1))

    found = asked(half_a_year(world))

    assert amounts(found) == {f"2018-{month:02d}": (44_520, 37_100) for month in (4, 5, 6)}


def test_a_figure_that_the_files_leave_alone_keeps_what_was_published() -> None:
    world = workshop(JANUARY_1, people=(P1, P2))
    world.parameter("social_insurance.max_months", 4)

    found = asked(half_a_year(world))

    assert amounts(found) == {"2018-04": (74_200, 37_100)}


def test_a_new_programme_accrues_from_the_day_on() -> None:
    text = shipped_texts()["talent-allowance.yaml"].replace("programme: talent-allowance", "programme: village-post")
    text = text.replace("talent_allowance.", "village_allowance.")
    world = workshop(JANUARY_1, people=(P1,))
    world.fact(EmploymentConfirmed(
        employment_id="J9", person_id=P1, uscc=E1, starts_on=JANUARY_1, post_kind="talent", **world.registrations[E1]
    ))  # fmt: skip
    for month, day in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31)):
        world.close(date(2018, month, day))

    found = asked(world, {"village-post.yaml": text})

    assert amounts(found, P1) == {"2018-04": (0, 200_000), "2018-05": (0, 200_000)}
    assert [winner["payee"] for winner in found["winners"]] == [P1]
    assert found["losers"] == []


def test_winners_and_losers_are_told_with_the_largest_first() -> None:
    found = asked(half_a_year(), {SI: shipped_texts()[SI].replace("value: 100,", "value: 150,")}, date(2018, 6, 1))

    assert [(w["payee"], w["difference_fen"]) for w in found["winners"]] == [(E1, 37_100), (E2, 37_100)]
    assert found["sum"] == {"before_fen": 148_400, "after_fen": 222_600, "difference_fen": 74_200}


def test_a_budget_that_would_no_longer_do_is_told_with_what_would_wait() -> None:
    world = workshop(JANUARY_1, people=(P1, P2))
    world.granted("social-insurance", 12 * 74_200)
    text = shipped_texts()[SI].replace("value: 100,", "value: 200,")

    (budget,) = asked(half_a_year(world), {SI: text}, date(2018, 6, 1))["budgets"]

    assert (budget["programme"], budget["county"], budget["fiscal_year"]) == ("social-insurance", "350622", 2018)
    assert (budget["left_before_fen"], budget["left_after_fen"]) == (0, 0)
    assert (budget["waiting_before_fen"], budget["waiting_after_fen"]) == (0, 2 * 74_200)


def test_one_county_can_be_asked_about_alone() -> None:
    world = workshop(JANUARY_1, people=(P1, P2))
    world.registered(E3, county=PINGHE)
    world.fact(listed(P1))
    world.employed("J3", P2, E3, JANUARY_1)
    world.paid(P2, E3, "2018-05", date(2018, 1, 2))

    found = asked(half_a_year(world), county=PINGHE)

    assert {row["payee"] for row in found["rows"]} == {E3}
    assert {row["county"] for row in found["rows"] + found["budgets"]} == {PINGHE}


def test_the_content_hash_names_the_files_and_all_that_they_do() -> None:
    world = half_a_year()
    found, again, later = asked(world), asked(world), asked(world, since=date(2018, 5, 1))

    assert found == again
    assert len({found["content_hash"], later["content_hash"], asked(world, county=PINGHE)["content_hash"]}) == 3
    assert (
        content_hash({name: value for name, value in found.items() if name != "content_hash"}) == found["content_hash"]
    )


def test_joined_rulebooks_keep_the_shipped_values_before_the_day() -> None:
    changed = asked_rules(HALF)

    values = changed.rulebook.parameters["social_insurance.ratio_percent"].values
    assert [(entry.valid_from, entry.value) for entry in values] == [(date(2017, 1, 1), 100), (APRIL_1, 50)]


def asked_rules(files: dict[str, str]) -> Any:
    return Question(files, APRIL_1).splice()


def test_a_mistake_in_a_file_names_file_and_line() -> None:
    with pytest.raises(ConfigurationError, match=r"social-insurance\.yaml, line 10: .knd. is unknown"):
        asked_rules({SI: shipped_texts()[SI].replace("kind: premium_refund", "knd: premium_refund")})


def test_a_folder_without_programme_files_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(BangfuError, match="no programme files"):
        question(tmp_path, APRIL_1)


def test_a_rulebook_joined_with_itself_is_itself() -> None:
    splice = spliced(shipped_rulebook(), shipped_rulebook(), APRIL_1)

    assert (splice.texts, splice.figures) == ((), ())
    assert splice.rulebook.programmes == shipped_rulebook().programmes


def test_the_command_answers_from_a_file_of_facts_without_a_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGFU_LANG", "en")
    (tmp_path / SI).write_text(HALF[SI], encoding="utf-8")
    march = [closing(date(2018, 2, 28)), *(closing(date(2018, 3, day)) for day in range(1, 31))]
    kinds = ("roster.entry", "employer.registered", "employment.confirmed", "premium.paid")
    said = [*march, *(offer(kind, kind) for kind in kinds), closing(date(2018, 3, 31))]
    (tmp_path / "facts.jsonl").write_bytes(b"\n".join(fact.body for fact in said))

    found = CliRunner().invoke(app_with_whatif(), [
        "whatif", "--programmes", str(tmp_path), "--from", "2018-03-01", "--facts", str(tmp_path / "facts.jsonl"),
    ])  # fmt: skip

    assert found.exit_code == 0, found.output
    assert "in all -371.00 yuan; winners 0, losers 1; 37 facts, posted until 2018-03-31" in found.output


def app_with_whatif() -> Any:
    if "whatif" not in [command.callback.__name__ for command in app.registered_commands if command.callback]:
        from services.subsidy.whatif_command import register  # noqa: PLC0415 - as the services add their commands

        register(app)
    return app
