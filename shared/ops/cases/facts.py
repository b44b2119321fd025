"""From a case to the facts that upstream would publish, day by day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from shared.errors import BangfuError
from shared.events.clock import DayClosed
from shared.events.contract import TYPE_PREFIX
from shared.ops.cases.model import Case

SOURCE = "cases"
_OWN_DATES = ("paid_on", "claimed_on", "finished_on", "date", "last_day", "starts_on", "graduated_on")


@dataclass(frozen=True, slots=True)
class Dated:
    """A fact and the day it arrives."""

    day: date
    subject: str
    body: bytes
    fact: str


class Facts:
    """The facts of one case; `P1` and `E1` are replaced by what they stand for."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._number = 0

    def opening(self) -> Iterator[Dated]:
        """Yield what is known before the first fact: the closed day before it, people, employers, values, budgets."""
        first = self.first_day
        yield self.day_closed(first - timedelta(days=1))
        for name, person in self.case.people.items():
            yield self._fact(first, "roster.entry", _person(name, person))
        for name, employer in self.case.employers.items():
            yield self._fact(first, "employer.registered", _employer(name, employer))
        for parameter in self.case.parameters:
            said = parameter.model_dump(mode="json", exclude_none=True) | {"value": parameter.value}
            yield self._fact(first, "parameter.published", said | {"known_on": str(first), "doc_no": "案例"})
        for budget in self.case.budgets:
            yield self._fact(first, "budget.granted", {"doc_no": "案例"} | budget)

    def arriving(self) -> list[Dated]:
        """Return the case's own facts in the order of arrival."""
        facts = [self._fact(_arrival(fact), fact["type"], self._spelled_out(fact)) for fact in self.case.facts]
        return sorted(facts, key=lambda fact: fact.day)

    @property
    def first_day(self) -> date:
        """Return the day of the first fact."""
        return min((_arrival(fact) for fact in self.case.facts), default=self.case.until)

    def day_closed(self, day: date) -> Dated:
        """Return the fact that closes a day."""
        return self._fact(day, DayClosed.topic, {"date": day.isoformat()})

    def fact(self, day: date, topic: str, data: dict[str, Any]) -> Dated:
        """Return one more fact, of those who stand around the case (approver, bank)."""
        return self._fact(day, topic, data)

    def _fact(self, day: date, topic: str, data: dict[str, Any]) -> Dated:
        self._number += 1
        event = {
            "specversion": "1.0",
            "id": f"case-{self._number}",
            "source": SOURCE,
            "type": f"{TYPE_PREFIX}{topic}.v1",
            "data": data,
        }
        return Dated(day, f"intake.{SOURCE}.{topic}", orjson.dumps(event), topic)

    def _spelled_out(self, fact: dict[str, Any]) -> dict[str, Any]:
        data = {name: value for name, value in fact.items() if name not in {"type", "at", "person", "employer"}}
        if "person" in fact:
            data["id_number"] = self._declared(self.case.people, fact["person"])["id_number"]
        if "employer" in fact:
            data["uscc"] = self._declared(self.case.employers, fact["employer"])["uscc"]
        return data

    def _declared(self, declared: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
        if name not in declared:
            raise BangfuError(f"case {self.case.case!r}: {name} is not declared under people or employers")
        return declared[name]


def _arrival(fact: dict[str, Any]) -> date:
    for name in ("at", *_OWN_DATES):
        if isinstance(fact.get(name), date):
            day: date = fact[name]
            return day
    raise BangfuError(f"a fact of type {fact.get('type')} has no date of its own: say `at`")


def _person(name: str, person: dict[str, Any]) -> dict[str, Any]:
    """Fill in what a case need not say of a person."""
    county = str(person["county"])
    told = {"status_from": "2016-01-01", "status": "none"} | person
    return {
        "name": f"案例{name}",
        "household_id": f"H-{name}",
        "township": f"{county}100",
        "village": f"{county}100000",
    } | told


def _employer(name: str, employer: dict[str, Any]) -> dict[str, Any]:
    """Fill in what a case need not say of an employer; it is insured in its county."""
    return {"name": f"案例单位{name}", "insured_county": employer["county"]} | employer
