"""What a programme is: its source, its conditions and its dated parameters, as the programme files state them.

Pure: the files are read and checked by `adapters/programme_files.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal

from services.subsidy.domain.charter import Charter

Value = int | str | tuple[str, ...]
Kind = Literal[
    "premium_refund", "lasting_employment", "kept_posts", "wage_share_post", "monthly_allowance", "attended_days",
    "course", "training_day", "graduate_grant", "pension_share", "graded_quarter", "service_years", "appraised_once",
    "appraised_year", "activity_year", "claimed", "honour", "quota", "target",
]  # fmt: skip
Unit = Literal[
    "percent", "basis_points", "fen", "fen_by_grade", "months", "years", "days", "heads", "times", "points", "list",
    "word",
]  # fmt: skip

MOST: Final[Mapping[str, int]] = {
    "percent": 1_000,
    "basis_points": 100_000,
    "fen": 10**11,
    "fen_by_grade": 10**11,
    "months": 1_200,
    "years": 150,
    "days": 36_500,
    "heads": 10_000_000,
    "times": 1_000,
    "points": 1_000,
}
"""The largest figure of each unit that can be meant; more is a slip of the keyboard and counts as unset."""

ROLES: Final[Mapping[str, Mapping[str, Unit]]] = {
    "premium_refund": {
        "ratio": "percent",
        "max_months": "months",
        "near_retirement_years": "years",
        "male_age": "years",
        "female_age": "years",
    },
    "lasting_employment": {"amount": "fen", "months": "months", "max_gap_days": "days"},
    "kept_posts": {
        "ratio_large": "percent",
        "ratio_sme": "percent",
        "max_layoff": "basis_points",
        "small_firm_heads": "heads",
        "small_firm_max_layoff": "basis_points",
        "worker_share": "percent",
    },
    "wage_share_post": {"amount": "fen", "ratio": "percent"},
    "monthly_allowance": {"amount": "fen"},
    "attended_days": {"amount": "fen"},
    "course": {"amount": "fen", "times_per_year": "times"},
    "training_day": {"amount": "fen"},
    "graduate_grant": {"amount": "fen"},
    "pension_share": {"tier": "fen", "ratio": "percent"},
    "graded_quarter": {
        "quarter": "fen",
        "excellent": "percent",
        "qualified": "percent",
        "basic": "percent",
        "failed": "percent",
    },
    "service_years": {"total": "fen", "years": "years"},
    "appraised_once": {"amount": "fen_by_grade"},
    "appraised_year": {"amount": "fen_by_grade"},
    "activity_year": {"amount": "fen", "least": "times"},
    "claimed": {"amount": "fen"},
    "honour": {},
    "quota": {},
    "target": {},
}
"""What the arithmetic of each kind of programme needs to know, and in which unit; `uses` names a parameter for each."""

MAY_USE: Final[Mapping[str, Mapping[str, Unit]]] = {
    "appraised_once": {"least": "fen", "most": "fen"},
    "appraised_year": {"least": "fen", "most": "fen"},
    "claimed": {"times_per_year": "times"},
    "pension_share": {"least": "percent"},
    "premium_refund": {"insurances": "list"},
    "wage_share_post": {"least": "percent"},
    "honour": {"threshold": "heads"},
    "quota": {"figure": "percent", "points": "points"},
}
"""What a kind can do with, and does without."""

MONEYLESS: Final = frozenset({"honour", "quota", "target"})
"""The kinds that count or oblige and never post a line."""

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
    "organisation.kind",
    "organisation.grade",
    "organisation.county",
)
"""What a condition may read, as of the day that counts; unknown is `''`, an unknown age -1.

`person.age_yesterday` lets a limit run up to and including a birthday; `provider.in_term` is `yes` or `no`.
"""

Subject = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Dated:
    """A value from a day on; None says that it is unset from then on.

    `known_on`: the day on which its document was issued, where the document bears one.
    """

    valid_from: date
    value: Value | None
    document: str
    clause: str
    note: str = ""
    known_on: date | None = None


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
    """The document and clause that ask for a programme, what they say in our words, and the office in charge.

    `checked`: against what the document was held, see the register of documents.
    """

    document: str
    clause: str
    says: str
    office: str
    number: str = ""
    checked: str = ""


@dataclass(frozen=True)
class Programme:
    """A policy as data.

    Args:
        kind: Which arithmetic works out its amounts.
        uses: The parameter that plays each role of that arithmetic (see `ROLES`).
        version: First day of this text of the programme.
        charter: What the programme says beside its arithmetic: evidence, exclusions, procedure, duties, targets.
        post_kinds: The kinds of posts that it is about, where it is about posts.
        appraisals: The kinds of organisations whose appraisal it is about, where it is about one.
        yields_to: The programmes that go before it for one person and period.
        area: GB/T 2260 prefix of the counties in which its document is in force; elsewhere it says nothing.
        since: First day of the periods that this text is about. `until`: first day of those that the next one is about.
    """

    name: str
    title: Mapping[str, str]
    version: date
    source: Source
    kind: Kind
    payee: Literal["employer", "person", "provider", "county", "organisation", "none"]
    names_person: bool
    period: Literal["month", "quarter", "year"]
    posted: Literal["when_the_fact_arrives", "when_the_day_closes"]
    uses: Mapping[str, str]
    conditions: tuple[Condition, ...]
    charter: Charter
    post_kinds: tuple[str, ...] = ()
    appraisals: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    area: str = ""
    since: date = date.min
    until: date = date.max

    def is_about(self, period: str) -> bool:
        """Tell whether this text is about a period, by its first day; of a yearly programme that of its year."""
        return self.since <= period_first(period[:4] if self.period == "year" else period) < self.until

    @property
    def cites(self) -> str:
        """Return document and clause as a line of the ledger cites them."""
        clause = self.source.clause
        return f"{self.source.document}{clause if clause.startswith('第') else f'第{clause}条'}"

    @cached_property
    def parameters(self) -> frozenset[str]:
        """Return every parameter that can change what the programme accrues."""
        return frozenset(self.uses.values()).union(*(condition.parameters for condition in self.conditions))

    def refuses(self, reason: str) -> bool:
        """Tell whether the file switches a refusal on."""
        return any(exclusion.reason == reason for exclusion in self.charter.exclusions)

    def covers(self, county: str) -> bool:
        """Tell whether the programme's document is in force in a county."""
        return county.startswith(self.area)


def period_first(period: str) -> date:
    """Return the first day of a month `YYYY-MM`, a quarter `YYYY-Qn` or a year `YYYY`."""
    year, _, part = period.partition("-")
    month = 3 * int(part[1:]) - 2 if part.startswith("Q") else int(part or "1")
    return date(int(year), month, 1)


@dataclass(frozen=True)
class Rulebook:
    """All programmes and all shipped parameters, by name; a programme's second text has a key of its own."""

    programmes: Mapping[str, Programme]
    parameters: Mapping[str, Parameter]

    def of_kind(self, *kinds: Kind) -> tuple[Programme, ...]:
        """Return the programmes of some kinds, in order of their names."""
        if len(kinds) == 1:
            return self._by_kind.get(kinds[0], ())
        return tuple(programme for programme in self._in_order if programme.kind in kinds)

    @cached_property
    def _in_order(self) -> tuple[Programme, ...]:
        return tuple(programme for _, programme in sorted(self.programmes.items()))

    @cached_property
    def _by_kind(self) -> Mapping[Kind, tuple[Programme, ...]]:
        kinds = {programme.kind for programme in self._in_order}
        return {kind: tuple(p for p in self._in_order if p.kind == kind) for kind in kinds}
