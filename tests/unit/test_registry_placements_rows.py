"""Programmes whose gates the documents give in one sentence each: term and sender."""

from datetime import date
from typing import Any

import pytest

from tests.support.placing import Town, job, seeker

SCHOOL, HOSPITAL, OFFICE = ({"sender_kind": kind} for kind in ("school", "hospital", "government"))


def answers(programme: str, kind: str, until: str | None, **said: Any) -> dict[str, str]:
    """Return what the gates answer for a placement that begins on 1 November 2020."""
    town = Town("2020-10-30")
    placed = job("J1", 1, "2020-11-01", kind, born=date(1990, 6, 15), programme=programme, contract_until=until, **said)
    town.accept(seeker(1), placed)
    return town.answers()


@pytest.mark.parametrize(
    ("programme", "kind", "until", "said", "gate", "answer"),
    [
        ("doctors-service", "secondment", "2021-10-31", HOSPITAL, "term", "passed"),
        ("doctors-service", "secondment", "2021-04-30", HOSPITAL, "term", "failed"),
        ("doctors-service", "secondment", "2021-10-31", OFFICE, "sender", "failed"),
        ("grassroots-graduates", "dispatch", "2022-10-31", {}, "term", "passed"),
        ("grassroots-graduates", "dispatch", "2021-10-31", {}, "term", "failed"),
        ("school-pairs", "secondment", None, SCHOOL, "sender", "passed"),
        ("school-pairs", "secondment", None, OFFICE, "sender", "failed"),
        ("specialist-exchange", "secondment", "2021-10-31", HOSPITAL, "term", "passed"),
        ("township-deputy", "secondment", "2022-10-31", OFFICE, "term", "passed"),
        ("township-deputy", "secondment", "2023-10-31", OFFICE, "term", "failed"),
    ],
)
def test_each_programme_asks_the_term_and_the_sender_that_its_clause_gives(
    *, programme: str, kind: str, until: str | None, said: dict[str, str], gate: str, answer: str
) -> None:
    assert answers(programme, kind, until, **said)[gate] == answer
