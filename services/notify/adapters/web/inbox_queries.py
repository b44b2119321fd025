"""Which alerts somebody sees: as queries, so that what is not theirs is not found."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from services.notify.adapters.web.endpoint import FINANCE, Form, Principal, Role
from services.notify.domain.rules import KINDS, Rulebook
from shared.store import Row

PAGE: Final = 50
# Counting looks at this index alone; the planner would rather read every document, so counts name it.
COUNTED: Final = [("tags", 1), ("state.state", 1), ("state.raised_on", 1), ("state.kind", 1)]
ORDER: Final = [("state.urgency", 1), ("state.last_on", -1), ("_id", 1)]
_MONEY: Final = (
    "subsidy_accrued", "money_taken_back", "parameter_unset", "budget_overdrawn", "subsidy_missing", "employer_missing",
    "run_waits", "clawback_waits", "payment_unmatched", "clearing_late", "merged_money",
    "replay_disagrees",
)  # fmt: skip
_PLUMBING: Final = (
    "fact_rejected", "fact_overdue", "feed_silent", "snapshot_held", "status_disputed", "replay_disagrees",
)  # fmt: skip
_COUNTY_DIGITS: Final = 6
_SHOWN: Final = ("raised", "seen", "acknowledged", "escalated")
_UNREAD: Final = ("raised", "escalated")
_RAISED: Final[Row] = {"state.raised_on": {"$gt": ""}}  # which the index answers by itself, unlike `$ne: null`


class InboxQuery(Form):
    """Which alerts are listed.

    Args:
        view: Those that are in one's own inbox, or all of one's area. q: in the matter, the person or the sentence.
    """

    view: Literal["mine", "area"] = "mine"
    urgency: Literal["act", "know"] | None = None
    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")] | None = None
    state: Literal[
        "open", "unread", "raised", "seen", "acknowledged", "snoozed", "escalated", "done", "retracted", "expired"
    ] = "open"
    area: Annotated[str, Field(pattern=r"^(\d{4}|\d{6}|\d{9}|\d{12})$")] | None = None
    q: Annotated[str, Field(max_length=80)] | None = None
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


def addresses(principal: Principal) -> tuple[str, ...]:
    """Return the inboxes that are somebody's own."""
    if principal.role is Role.COORDINATOR:
        return (f"to:{principal.scope.coordinator_id}",) if principal.scope.coordinator_id else ()
    return tuple(office(area) for area in principal.scope.areas)


def office(area: str) -> str:
    """Return the office of an area: a village's is its township's."""
    return "office:city" if len(area) < _COUNTY_DIGITS else f"office:{area[:9]}"


def visible(principal: Principal) -> Row:
    """Return the query of every alert that somebody may see at all."""
    own = list(addresses(principal))
    if principal.role is Role.COORDINATOR:
        named = [{"state.coordinator_id": principal.scope.coordinator_id}, {"state.handed_to": {"$in": own}}]
        return {"$or": [{"tags": {"$in": own}}, *named]} if own else principal.scope.query("none")
    return {"$or": [{"tags": {"$in": own}}, principal.scope.query()]} | _kinds(principal.role)


def mine(principal: Principal) -> Row:
    """Return the query of what is in one's own inbox."""
    return {"tags": {"$in": list(addresses(principal))}} | _kinds(principal.role)


def unread(principal: Principal) -> Row:
    """Return the query of what is in one's own inbox and nobody there has looked at, or taken on since it came up."""
    return mine(principal) | _in(_UNREAD)


def is_plain(asked: InboxQuery) -> bool:
    """Tell whether a list is one's own inbox in some states, which `COUNTED` counts."""
    return asked.view == "mine" and _is_open(asked) and not (asked.urgency or asked.kind or asked.area or asked.q)


def matching(principal: Principal, asked: InboxQuery, rules: Rulebook) -> Row:
    """Return the query of a list."""
    wanted = [mine(principal) if asked.view == "mine" and _is_open(asked) else visible(principal), _state(asked)]
    wanted += [{f"state.{name}": value} for name in ("urgency", "kind") if (value := getattr(asked, name))]
    if asked.area:
        wanted.append({"state.area": {"$regex": f"^{asked.area}"}})
    if asked.q:
        wanted.append(_text(asked.q, rules))
    return {"$and": wanted}


def _is_open(asked: InboxQuery) -> bool:
    """Tell whether these are in an inbox at all; what is over is in none, whoever had it."""
    return asked.state not in {"done", "retracted", "expired"}


def _state(asked: InboxQuery) -> Row:
    match asked.state:
        case "open":
            return _in(_SHOWN)
        case "unread":
            return _in(_UNREAD)
        case state:
            return _in((state,))


def _in(states: Sequence[str]) -> Row:
    return {"state.state": {"$in": list(states)}} | _RAISED


def _text(text: str, rules: Rulebook) -> Row:
    """Return what finds a text in the matter, in its details, or in the words of the kind."""
    found = {"$regex": re.escape(text), "$options": "i"}
    kinds = sorted({rule.kind for rule in rules.rules if text.casefold() in _words(rule).casefold()})
    return {"$or": [{"state.matter": found}, {"state.person_id": text}, {"state.kind": {"$in": kinds}}]}


def _words(rule: Any) -> str:
    return f"{rule.title.zh} {rule.title.en} {rule.todo.zh} {rule.todo.en}"


def kinds_of(role: Role) -> tuple[str, ...]:
    """Return the kinds of alert that a role sees: finance those of money, operations those of the plumbing."""
    if role in FINANCE:
        return _MONEY
    return _PLUMBING if role is Role.OPS else KINDS


def _kinds(role: Role) -> Row:
    return {"state.kind": {"$in": list(kinds_of(role))}} if role in FINANCE | {Role.OPS} else {}


def shown_filters(asked: InboxQuery) -> Mapping[str, Any]:
    """Return a query as its form and its links need it."""
    return {name: value or "" for name, value in asked.model_dump(exclude={"page"}).items()}
