"""The file of duties: every entry cites its document, and what is wrong is one error that names the line."""

from collections import Counter

import pytest

from services.notify.rulebook import load_rulebook
from services.registry.duty_rules import DUTIES_FILE, read_duties, shipped_duties
from shared.documents import shipped_register
from shared.errors import ConfigurationError
from tests.support.duties import day

TEXT = DUTIES_FILE.read_text(encoding="utf-8")
ROWS = {
    "Q1b", "H4e", "H5b", "H5c", "H5d", "H6a", "H6b", "Z1a", "Z1c", "Z3b", "Z4b", "Z5a", "Z8", "Z10b", "Z12", "Z13a",
    "Z18d", "Z19d", "Z-S2", "Z-S3", "Z-S4", "S7", "S11", "A6", "A7", "A22", "A24",
}  # fmt: skip


def test_every_cadence_of_the_documents_has_an_entry() -> None:
    assert {row for duty in shipped_duties().duties for row in duty.rows} == ROWS


def test_the_seven_ones_and_the_four_rhythms_of_dispatch_are_what_the_texts_say() -> None:
    rhythms = Counter((duty.rows[0], duty.cadence.every) for duty in shipped_duties().duties)
    assert [rhythms["Q1b", every] for every in ("week", "month", "quarter", "half_year", "year")] == [1, 1, 1, 1, 3]
    assert [rhythms["H5d", every] for every in ("month", "quarter", "half_year", "year")] == [1, 1, 1, 1]


def test_what_the_text_leaves_open_is_unset_and_says_which_document_is_missing() -> None:
    unset = {name: duty.missing for name, duty in shipped_duties().by_parameter.items()}
    assert "duty.follow_up.every_days" in unset
    assert all(unset.values())


def test_the_officers_words_are_those_of_the_file() -> None:
    words = load_rulebook().in_force("duty_overdue", day("2018-01-01")).words["duty"]
    assert {name: (said.zh, said.en) for name, said in words.items()} == {
        duty.duty: (duty.zh, duty.en) for duty in shipped_duties().duties
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("every: week", "every: weak", "'weak' is unknown"),
        ("document: heshui_plan", "document: heshui", "the register of documents has no 'heshui'"),
        ('clause: "18"', 'clause: "99"', "has no clause '99'"),
        ("whose: {organisations: [agency]}", "whose: {}", "exactly one of placements"),
        ("    first_year: 2017\n", "", "years and first_year"),
        ("    once: {first: 2021-10-01, last: 2021-10-31}\n", "", "once goes with first and last, or with a parameter"),
        ("    missing: 文件只说定期，待市级文件\n", "", "says which document is missing"),
        ("parameter: duty.solicitude.every_days", "parameter: duty.visit.every_days", "begins with duty.solicitude."),
        ("{fact: attendance.recorded, longer: true}", "{fact: attendance.recorded, words: [x]}", "go by words"),
        ("- duty: party_activity", "- duty: party_class", "'party_class' is stated twice for 2015-01-01"),
        ("    every: days\n    parameter: duty.supervision.every_days\n    missing: 文件只说常态化，待市级文件\n",
         "    every: days\n", "days go with a parameter"),
        ("    since: 2020-11-01\n", "    since: 2020-11-01\n    until: 2019-01-01\n", "it ends after it begins"),
    ],
)  # fmt: skip
def test_a_mistake_names_the_line_and_what_would_be_right(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(ConfigurationError, match=r"duties\.yaml, line \d+: ") as error:
        read_duties("duties.yaml", TEXT.replace(old, new, 1), shipped_register())
    assert said in str(error.value)
