"""Whatever happens in whatever order, the tasks that stand open are those that all facts together leave open."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.placements_deciding import Placing
from services.registry.domain.placements_rules import Book
from services.registry.placements_rules import shipped_book
from services.registry.placements_subscription import PLACEMENTS
from services.registry.subscribers import REGISTRY
from shared.events.contract import Fact
from shared.runner.core import Service
from shared.runner.memory import Memory
from tests.support.facts import KEYS, Offer, closing, offer
from tests.support.placing import HESHUI, Town, job, number, seeker
from tests.support.placing_oracle import expected

QUOTA = 2
FIRST = date(2020, 10, 31)
JOBS = ("J1", "J2", "J3", "J4", "J5")
BORN = {1: date(1990, 6, 15), 2: date(2002, 11, 20), 3: date(1975, 1, 1)}
days = st.integers(0, 120).map(lambda n: FIRST + timedelta(days=n))
ids = st.sampled_from(JOBS)


def small_quota() -> Book:
    """Return the rules with a quota that a handful of placements can exceed."""
    book = shipped_book()
    quotas = [quota.model_copy(update={"heads": QUOTA}) for quota in book.rules.head_quotas]
    return replace(book, rules=book.rules.model_copy(update={"head_quotas": quotas}))


_placing = Placing(small_quota())
SERVICE = Service(
    "registry",
    "",
    (REGISTRY, replace(PLACEMENTS, decide=_placing.decide, decide_one=_placing.decide_one)),
)


@st.composite
def beginnings(draw: st.DrawFn, id_: str) -> Offer:
    """Draw how an employment begins."""
    person = draw(st.sampled_from([1, 2, 3]))
    kind = draw(st.sampled_from(["dispatch", "dispatch", "secondment", "public_welfare", "workshop"]))
    said: dict[str, Any] = {"vacancy_id": draw(st.sampled_from([None, "V1"]))}
    if draw(st.booleans()):
        said["contract_until"] = str(draw(days) + timedelta(days=100))
    if kind == "secondment":
        said |= {"programme": "township-deputy", "title_level": draw(st.sampled_from([None, "junior", "middle"]))}
    told = {name: value for name, value in said.items() if value is not None}
    return job(id_, person, str(draw(days)), kind, born=BORN[person], county=HESHUI, **told)


@st.composite
def changes(draw: st.DrawFn, key: int) -> Offer:
    """Draw what may happen to an employment, a person or a vacancy."""
    day, id_ = str(draw(days)), draw(ids)
    fact, said = draw(
        st.sampled_from(
            [
                ("employment.ended", {"last_day": day, "reason": "期满"}),
                ("employment.corrected", {"starts_on": day, "reason": "更正"}),
                ("employment.corrected", {"post_kind": "workshop", "reason": "更正"}),
                ("employment.corrected", {"programme": "township-deputy", "reason": "更正"}),
                ("employment.voided", {"effective_from": day, "reason": "false_report"}),
                ("agreement.signed", {"version": "v1", "date": day, "parties": ["甲", "乙", "丙"]}),
                ("agreement.signed", {"version": "v2", "date": day, "parties": ["甲", "乙"]}),
                ("arrival.recorded", {"date": day}),
                ("placement.extended", {"date": day, "until": "2021-06-30", "reason": "延长"}),
                ("placement.extended", {"date": day, "until": "2022-06-30", "reason": "延长"}),
                ("placement.suspended", {"date": day, "reason": "休整"}),
                ("placement.resumed", {"date": day, "reason": "处理完毕"}),
                ("violation.reported", {"date": day, "kind": "空岗"}),
            ]
        )
    )
    return offer(fact, f"f{key}", {"employment_id": id_} | said)


@st.composite
def others(draw: st.DrawFn, key: int) -> Offer:
    """Draw what may happen to a person or to the vacancy."""
    if draw(st.booleans()):
        return offer("vacancy.changed", f"f{key}", {"vacancy_id": "V1", "openings": draw(st.integers(1, 3))})
    person = draw(st.sampled_from([1, 2, 3]))
    said = {
        "education": draw(st.sampled_from(["31", "43", "61"])),
        "skills": draw(st.sampled_from([["舞蹈"], ["缝纫"]])),
    }
    return offer("jobseeker.updated", f"f{key}", {"id_number": number(person, BORN[person])} | said)


@st.composite
def histories(draw: st.DrawFn) -> list[Offer | int]:
    """Draw facts in any order, some before what they are about, and days that close in between."""
    facts: list[Offer | int] = [draw(beginnings(id_)) for id_ in JOBS]
    facts += [seeker(n, born, skills=["舞蹈"]) for n, born in BORN.items()]
    facts += [offer("vacancy.opened", "v1", openings=1)]
    facts += [draw(changes(key)) for key in range(draw(st.integers(0, 12)))]
    facts += [draw(others(key)) for key in range(20, 20 + draw(st.integers(0, 4)))]
    facts += draw(st.lists(st.sampled_from([1, 3, 15, 40]), max_size=6))
    return draw(st.permutations(facts))


def played(history: list[Offer | int]) -> Town:
    """Return the county after a history."""
    town = Town.__new__(Town)
    town.memory = Memory([SERVICE], KEYS)
    town.last = FIRST
    town.accept(closing(FIRST), offer("employer.registered", "host", kind="public_body"))
    for step in history:
        if isinstance(step, int):
            town.close(str(town.last + timedelta(days=step)))
        else:
            town.tell(step)
    return town


@settings(deadline=None, derandomize=True, max_examples=60)
@given(histories())
def test_the_tasks_that_stand_open_are_those_that_all_facts_leave_open(history: list[Offer | int]) -> None:
    town = played(history)
    facts = [message.event for message in town.memory.emitted if isinstance(message.event, Fact)]
    assert town.open() == expected(facts, QUOTA)


@settings(deadline=None, derandomize=True, max_examples=15)
@given(histories())
def test_a_day_that_closes_leaves_nothing_due(history: list[Offer | int]) -> None:
    town = played(history)
    town.close(str(town.last + timedelta(days=1)))
    due = [each.due_on for each in town.memory.states("placement").values() if each.due_on is not None]
    assert all(day > town.last for day in due)
