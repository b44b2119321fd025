"""What officers read: rows of an inbox and the life of an alert. Pure; the caller fetches the alerts.

Nothing personal: people and employers stand as ids, and a console that may show names joins them itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.notify.domain.alert import Alert, State, address_of
from services.notify.domain.rules import Language, Rule, Rulebook, Said, Urgency
from services.notify.domain.tiers import is_last
from services.notify.life_words import life_words
from services.notify.shipped import titled
from shared.money import yuan

SHOWN: Final[frozenset[State]] = frozenset({"raised", "seen", "acknowledged", "escalated"})
"""The states that an inbox shows unless it is asked for others: what is put off comes back by itself."""
OPEN: Final[frozenset[State]] = SHOWN | {"snoozed"}
_FAR: Final = date.max
_MONTH: Final = re.compile(r"(\d{4})-0?(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an inbox.

    Args:
        address: Whose it is: `to:<coordinator>`, `office:<county>` or `office:city`.
        sentence: What happened. todo: what the officer does about it. bureau: whose that is, or empty.
        home: The partition that keeps it; facts about it name it.
        state: Where it stands; standing: the same in words.
        due_on, escalates_on: Until when it is to be done, and the day at whose close the office above gets it too.
        escalated_to: The offices that have it beside its owner.
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
    area: str | None = None
    home: int = 0
    state: State = "raised"
    standing: str = ""
    bureau: str = ""
    due_on: date | None = None
    escalates_on: date | None = None
    snoozed_until: date | None = None
    acknowledged_by: str | None = None
    escalated_to: tuple[str, ...] = ()
    digest: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One step in the life of an alert, in words; `cause` is the id of the event behind it, for `bangfu trace`."""

    day: date
    sentence: str
    by: str
    cause: str


def coordinator_tag(coordinator_id: str) -> str:
    """Return the tag by which the alerts of a coordinator are fetched."""
    return f"to:{coordinator_id}"


def query_of(address: str, wanted: frozenset[State] = SHOWN) -> dict[str, Any]:
    """Return the query for alerts of an inbox in some states; what is over was in it under its last owner."""
    if wanted <= OPEN:
        return {"tags": address}
    kind, _, id_ = address.partition(":")
    paired = {"state.coordinator_id": id_} if kind == "to" else {"state.coordinator_id": None, "state.office": address}
    owned = [{"state.handed_to": address}, {"state.handed_to": None} | paired, {"state.escalated_to": address}]
    return {"$or": [{"tags": address}, {"state.over_on": {"$ne": None}, "$or": owned}]}


def inbox(
    alerts: Mapping[str, Alert], rules: Rulebook, language: Language = "zh", wanted: frozenset[State] = SHOWN
) -> list[Row]:
    """Return the rows of an inbox: what needs action first, of that what is due first, then the latest, then by id."""
    rows = [row_of(alert_id, alert, rules, language) for alert_id, alert in alerts.items() if state_of(alert) in wanted]
    return sorted(rows, key=_place)


def _place(row: Row) -> tuple[bool, date, int, str]:
    return (row.urgency != "act", row.due_on or _FAR, -row.last_on.toordinal(), row.alert_id)


def state_of(alert: Alert) -> State:
    """Return where an alert stands; what was over before states were kept, was over because its cause was gone."""
    return "retracted" if alert.over_on and alert.state in SHOWN else alert.state


def history_of(alert: Alert, language: Language = "zh") -> list[Told]:
    """Return the life of an alert in words, oldest step first."""
    words = life_words()
    return [
        Told(step.day, words.step(step.what, step.by, step.to, language), step.by, step.cause) for step in alert.history
    ]


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
        area=alert.area,
        home=alert.home,
        state=state_of(alert),
        standing=life_words().standing(state_of(alert), language),
        bureau=rule.bureau.in_(language) if rule.bureau else "",
        due_on=alert.due_on,
        escalates_on=None if is_last(alert) else alert.escalates_on,
        snoozed_until=alert.snoozed_until,
        acknowledged_by=alert.acknowledged_by,
        escalated_to=alert.escalated_to,
        digest=alert.digest,
    )


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
    if "programme" in values:
        values["programme"] = titled(values["programme"], language)
    for name, words in rule.words.items():
        said = words.get(values.get(name, ""))
        values |= {name: said.in_(language)} if said else {}
    month = _MONTH.fullmatch(values.get("posted", ""))
    return values | ({"posted": f"{month[1]}年{month[2]}月"} if month and language == "zh" else {})
