"""What a programme is: its source, its conditions and its dated parameters, as the programme files state them.

Pure: the files are read and checked by `adapters/programme_files.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Value = int | str | tuple[str, ...]
Kind = Literal[
    "premium_refund", "lasting_employment", "kept_posts", "wage_share_post", "monthly_allowance", "course",
    "training_day", "graduate_grant", "pension_share", "graded_quarter",
]  # fmt: skip
Unit = Literal["percent", "basis_points", "fen", "months", "years", "days", "heads", "times", "list", "word"]

MOST: Final[Mapping[str, int]] = {
    "percent": 1_000,
    "basis_points": 100_000,
    "fen": 10**11,
    "months": 1_200,
    "years": 150,
    "days": 36_500,
    "heads": 10_000_000,
    "times": 1_000,
}
"""The largest figure of each unit that can be meant; more is a slip of the keyboard and counts as unset."""

ROLES: Final[Mapping[str, frozenset[str]]] = {
    "premium_refund": frozenset({"ratio", "max_months", "near_retirement_years", "male_age", "female_age"}),
    "lasting_employment": frozenset({"amount", "months", "max_gap_days"}),
    "kept_posts": frozenset(
        {"ratio_large", "ratio_sme", "max_layoff", "small_firm_heads", "small_firm_max_layoff", "worker_share"}
    ),
    "wage_share_post": frozenset({"amount", "ratio"}),
    "monthly_allowance": frozenset({"amount"}),
    "course": frozenset({"amount", "times_per_year"}),
    "training_day": frozenset({"amount"}),
    "graduate_grant": frozenset({"amount"}),
    "pension_share": frozenset({"tier", "ratio"}),
    "graded_quarter": frozenset({"quarter", "excellent", "qualified", "basic", "failed"}),
}
"""What the arithmetic of each kind of programme needs to know; a programme's `uses` names a parameter for each."""

SUBJECT_FIELDS: Final = (
    "person.status",
    "person.sex",
    "person.age",
    "person.age_yesterday",
    "person.graduations",
    "employer.kind",
    "employer.size",
    "employer.county",
    "placement.post_kind",
    "provider.kind",
    "provider.in_term",
    "graduation.school_kind",
)
"""What a condition may read, as of the day that counts; unknown is `''`, an unknown age -1.

`person.age_yesterday` lets a limit run up to and including a birthday; `provider.in_term` is `yes` or `no`.
"""

Subject = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Dated:
    """A value from a day on; None says that it is unset from then on."""

    valid_from: date
    value: Value | None
    document: str
    clause: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure that documents set.

    Args:
        binds_unset: An unset figure makes its programme accrue nothing; otherwise it simply does not bind.
        values: In order of their first days.
    """

    name: str
    meaning: str
    unit: Unit
    binds_unset: bool
    values: tuple[Dated, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold on the day that counts.

    Args:
        require: The CEL expression.
        says: What it means, for people.
        reads: The fields of the subject that it looks at.
        parameters: The parameters that it looks at.
        holds: The compiled expression over the values of `reads` and of `parameters`, in their order.
    """

    require: str
    reason: str
    says: str
    reads: tuple[str, ...]
    parameters: tuple[str, ...]
    holds: Callable[[tuple[int | str, ...], tuple[Value, ...]], bool]


@dataclass(frozen=True, slots=True)
class Source:
    """The document and clause that ask for a programme, what they say in our words, and the office in charge."""

    document: str
    clause: str
    says: str
    office: str


@dataclass(frozen=True, slots=True)
class Programme:
    """A policy as data.

    Args:
        kind: Which arithmetic works out its amounts.
        uses: The parameter that plays each role of that arithmetic (see `ROLES`).
        version: First day of this text of the programme.
        post_kinds: The kinds of posts that it is about, where it is about posts.
        since: First day of the periods that this text is about. `until`: first day of those that the next one is about.
    """

    name: str
    title: Mapping[str, str]
    version: date
    source: Source
    kind: Kind
    payee: Literal["employer", "person", "provider", "county"]
    names_person: bool
    period: Literal["month", "quarter", "year"]
    posted: Literal["when_the_fact_arrives", "when_the_day_closes"]
    evidence: tuple[str, ...]
    exclusions: tuple[str, ...]
    uses: Mapping[str, str]
    conditions: tuple[Condition, ...]
    post_kinds: tuple[str, ...] = ()
    since: date = date.min
    until: date = date.max

    def is_about(self, period: str) -> bool:
        """Tell whether this text is about a period, by its first day; of a yearly programme that of its year."""
        return self.since <= period_first(period[:4] if self.period == "year" else period) < self.until

    @property
    def cites(self) -> str:
        """Return document and clause as a line of the ledger cites them."""
        return f"{self.source.document}第{self.source.clause}条"

    @property
    def parameters(self) -> frozenset[str]:
        """Return every parameter that can change what the programme accrues."""
        return frozenset(self.uses.values()).union(*(condition.parameters for condition in self.conditions))


def period_first(period: str) -> date:
    """Return the first day of a month `YYYY-MM`, a quarter `YYYY-Qn` or a year `YYYY`."""
    year, _, part = period.partition("-")
    month = 3 * int(part[1:]) - 2 if part.startswith("Q") else int(part or "1")
    return date(int(year), month, 1)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All programmes and all shipped parameters, by name; a programme's second text has a key of its own."""

    programmes: Mapping[str, Programme]
    parameters: Mapping[str, Parameter]

    def of_kind(self, *kinds: Kind) -> tuple[Programme, ...]:
        """Return the programmes of some kinds, in order of their names."""
        return tuple(programme for _, programme in sorted(self.programmes.items()) if programme.kind in kinds)
