"""What officers read: rows of an inbox and counts by office. Pure; the caller fetches the alerts.

Nothing personal: people and employers stand as ids, and a console that may show names joins them itself.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.notify.domain.alert import Alert, address_of, office_of
from services.notify.domain.rules import Language, Rule, Rulebook, Said, Urgency
from shared.money import yuan

_MONTH: Final = re.compile(r"(\d{4})-0?(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an inbox.

    Args:
        address: Whose it is: `to:<coordinator>`, `office:<county>` or `office:city`.
        sentence: What happened. todo: what the officer does about it.
    """

    alert_id: str
    urgency: Urgency
    kind: str
    sentence: str
    todo: str
    raised_on: date
    last_on: date
    count: int
    address: str
    matter: str
    person_id: str | None
    county: str | None


@dataclass(frozen=True, slots=True)
class OfficeCount:
    """How many alerts an office answers for; `unpaired` of them lie with it because no coordinator has them."""

    office: str
    act: int
    know: int
    unpaired: int


def coordinator_tag(coordinator_id: str) -> str:
    """Return the tag by which the alerts of a coordinator are fetched."""
    return f"to:{coordinator_id}"


def office_tag(county: str | None) -> str:
    """Return the tag by which the alerts of a county's office are fetched; None: the city's."""
    return office_of(Alert(county=county))


def inbox(alerts: Mapping[str, Alert], rules: Rulebook, language: Language = "zh") -> list[Row]:
    """Return the rows of an inbox: what needs action first, then the latest first, then by id."""
    rows = [row_of(alert_id, alert, rules, language) for alert_id, alert in alerts.items()]
    return sorted(rows, key=lambda row: (row.urgency != "act", -row.last_on.toordinal(), row.alert_id))


def row_of(alert_id: str, alert: Alert, rules: Rulebook, language: Language = "zh") -> Row:
    """Return one alert as a line of an inbox, in the words of the rule that was in force when it was raised."""
    raised_on = alert.raised_on or date.min
    rule = rules.in_force(alert.kind, raised_on)
    values = _values(alert, rule, language)
    return Row(
        alert_id=alert_id,
        urgency=alert.urgency,
        kind=alert.kind,
        sentence="".join(said.in_(language).format_map(values) for said in _title(rule, values)),
        todo=rule.todo.in_(language).format_map(values),
        raised_on=raised_on,
        last_on=alert.last_on or raised_on,
        count=alert.count,
        address=address_of(alert),
        matter=alert.matter,
        person_id=alert.person_id,
        county=alert.county,
    )


def counts_by_office(alerts: Iterable[Alert]) -> list[OfficeCount]:
    """Return the counts of every office that has alerts, in order of the office."""
    urgencies: dict[str, Counter[str]] = {}
    for alert in alerts:
        if alert.over_on:
            continue
        counter = urgencies.setdefault(office_of(alert), Counter())
        counter[alert.urgency] += 1
        counter["unpaired"] += alert.coordinator_id is None
    return [OfficeCount(office, c["act"], c["know"], c["unpaired"]) for office, c in sorted(urgencies.items())]


def _title(rule: Rule, values: Mapping[str, str]) -> list[Said]:
    others = rule.also if int(values.get("others", "0")) else None
    return [rule.title, *([others] if others else [])]


def _values(alert: Alert, rule: Rule, language: Language) -> dict[str, str]:
    values = alert.details | {
        "count": str(alert.count),
        "amount": yuan(abs(alert.amount_fen)),
        "person_id": alert.person_id or "-",
        "county": alert.county or "-",
    }
    for name, words in rule.words.items():
        said = words.get(values.get(name, ""))
        values |= {name: said.in_(language)} if said else {}
    month = _MONTH.fullmatch(values.get("posted", ""))
    return values | ({"posted": f"{month[1]}年{month[2]}月"} if month and language == "zh" else {})
