"""What a programme says beside its arithmetic, for the people and the services that act on it. Pure data.

None and empty text mean that no document says so: nothing is made up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Rhythm = Literal["once", "day", "week", "month", "quarter", "half_year", "year", "three_years", "five_years"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item of the checklist.

    Args:
        item: Its name. `fact`: the intake fact that answers it; empty: a paper that an officer looks at.
        stated: The document asks for it; otherwise the item is inferred.
    """

    item: str
    says: str
    fact: str = ""
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What is not paid, and what makes it so: exactly one of the four.

    Args:
        programme: What accrues to the same person for the same period under that programme is not doubled by this one.
        reason: The refusal's code: one that the file switches on by naming it, or one that follows from the kind or a
            condition (see `kinds.py`). `uses`: the roles whose figures decide.
        by_kind: The kind of arithmetic does so in any case; the sentence only says it.
    """

    says: str
    programme: str = ""
    reason: str = ""
    uses: tuple[str, ...] = ()
    by_kind: bool = False


@dataclass(frozen=True, slots=True)
class Cap:
    """A limit or a term in words, and the roles whose figures hold it."""

    says: str
    uses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Procedure:
    """How money of the programme is handled; None: no document says.

    Args:
        budget_line: Where the money comes from. `notice`: it is published before it is paid; False: it is not.
        notice_days: The parameter that says for how many working days.
        approval: Who agrees before it is paid. `clawback`: when it is taken back, and how.
    """

    budget_line: str | None = None
    notice: bool | None = None
    notice_days: str | None = None
    approval: str | None = None
    clawback: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """What somebody owes under the programme. `every`: how often; `by`: a last day, where there is one."""

    name: str
    says: str
    who: str
    clause: str
    every: Rhythm = "once"
    by: date | None = None
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A number that is to be reached; None: the document gives none. `most`: not more than it, rather than less.

    Args:
        fact: What counts towards it; empty: no fact of the intake contract does, and `counted` says who counts.
    """

    name: str
    says: str
    number: int | None
    unit: str
    clause: str
    every: Rhythm = "once"
    most: bool = False
    fact: str = ""
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two readings of one document, by where each stands, the one in force, and who decided so where and when."""

    clause: str
    readings: Mapping[str, str]
    in_force: str
    means: str
    decided_by: str
    decided_on: date
    record: str


@dataclass(frozen=True, slots=True)
class Change:
    """An approved change: from which day, what it was shown to do (`difference`, a content hash), and who decided.

    Args:
        text: SHA-256 of the rules that were approved.
    """

    since: date
    says: str
    text: str
    difference: str
    decided_by: tuple[str, ...]
    decided_on: date
    record: str


@dataclass(frozen=True, slots=True)
class Charter:
    """All of it.

    Args:
        driven_by: The facts that make it accrue or count.
        caps: Limits and terms. `proration`: how the kind works out a part of a period.
    """

    driven_by: tuple[str, ...] = ()
    proration: Literal["none", "calendar_days", "attended_days"] = "none"
    evidence: tuple[Evidence, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    caps: tuple[Cap, ...] = ()
    procedure: Procedure = Procedure()
    obligations: tuple[Duty, ...] = ()
    targets: tuple[Target, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    changes: tuple[Change, ...] = ()
