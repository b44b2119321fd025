"""The rules of placements and of recruiting as data: kinds, programmes with their gates, quotas, procedures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal, Protocol, TypeVar

from pydantic import Field

from services.registry.domain.placements_gates import Gate
from shared.events.contract import Model
from shared.events.placements import Review
from shared.events.types import County, EmployerKind, PostKind, ProgrammeName

Days = Annotated[int, Field(ge=0, le=400)]
Months = Annotated[int, Field(ge=1, le=240)]
Percent = Annotated[int, Field(ge=1, le=100)]
HOUSE = "本系统约定"


class Cited(Model):
    """Where a rule stands: a clause of a document, or `house`: a technical default of ours that no text gives.

    Args:
        rows: Rows of the register of requirements that it carries.
    """

    document: str | None = None
    clause: str | None = None
    source: Literal["house"] | None = None
    rows: list[str] = Field(default_factory=list)


class Deadline(Cited):
    """The last day for something: a day that the text names, or days after the first day where that is later."""

    by: date | None = None
    within_days: Days

    def after(self, first_day: date) -> date:
        """Return the last day for what begins on a day."""
        if self.by is not None and first_day <= self.by:
            return self.by
        return first_day + timedelta(days=self.within_days)


class Agreement(Deadline):
    """Who has to sign, as a number of parties, and by when."""

    parties: Annotated[int, Field(ge=1, le=10)]


class GateRule(Cited):
    """A gate and where it stands."""

    gate: Gate


class Rule(Cited):
    """A rule from a day on."""

    since: date


class KindRule(Rule):
    """What holds of every placement of a kind.

    Args:
        exclusive: No other exclusive placement of the person may overlap it.
        notice_days: How long before the end of the term somebody is told; None: nobody is.
        programme: What it is made under where the fact does not say.
    """

    kind: PostKind
    exclusive: bool
    notice_days: Days | None
    programme: ProgrammeName | None = None


class ProgrammeRule(Rule):
    """What holds of placements under a programme.

    Args:
        until: Last day on which one may begin.
        months: The term where the fact names no last day.
    """

    programme: ProgrammeName
    kinds: list[PostKind]
    until: date | None = None
    months: Months | None = None
    agreement: Agreement | None = None
    arrival: Deadline | None = None
    gates: list[GateRule] = Field(default_factory=list)


class HeadQuota(Rule):
    """So many people at one time in so many townships of a county, between two days."""

    quota: ProgrammeName
    county: County
    until: date
    heads: Annotated[int, Field(ge=1)]
    places: Annotated[int, Field(ge=1)]


class ShareQuota(Rule):
    """Parts may be at most so many per cent of a whole, once the whole is large enough to say so.

    Args:
        of: Placements with a title by county; or the openings of a programme's vacancies by county and year.
        most: Per cent by part.
        from_heads: How large the whole is at least.
    """

    quota: ProgrammeName
    of: Literal["titles", "vacancies"]
    counties: list[County] | None = None
    employer_kinds: list[EmployerKind] | None = None
    most: dict[str, Percent]
    from_heads: Annotated[int, Field(ge=1)]


class Procedure(Rule):
    """How a programme recruits: time limits of the steps, and the words of a review.

    Args:
        apply_days: Days from the first application of a round to its last.
        review_days, decide_days: Working days for the review from the application, for the decision from the notice.
        notice_days: Working days of the public notice.
        posting: The last day of the posting, from the decision.
        clauses: Where the steps stand.
    """

    programme: ProgrammeName
    apply_days: Days
    review_days: Days
    notice_days: Days
    decide_days: Days
    posting: Deadline
    approve: list[str]
    refuse: list[str]
    clauses: dict[Literal["review", "notice", "decision"], Cited]

    def judged(self, decision: str) -> Review:
        """Return what the words of a review mean."""
        said = decision.strip().lower()
        if said in self.approve:
            return "approved"
        return "refused" if said in self.refuse else "unclear"


class Rules(Model):
    """The whole file."""

    description: str
    metadata: dict[str, str]
    kinds: list[KindRule]
    programmes: list[ProgrammeRule]
    head_quotas: list[HeadQuota]
    share_quotas: list[ShareQuota]
    recruiting: list[Procedure]


class _HasSince(Protocol):
    @property
    def since(self) -> date: ...


R = TypeVar("R", bound=_HasSince)


@dataclass(frozen=True)
class Book:
    """The rules, and the titles of the documents that they cite, by short name."""

    rules: Rules
    titles: dict[str, str]

    def said(self, cited: Cited) -> str:
        """Return title and clause of what a rule cites, for people."""
        if cited.document is None:
            return HOUSE
        return f"{self.titles[cited.document]} {cited.clause}"[:160]

    def kind(self, kind: str, day: date) -> KindRule | None:
        """Return the rule of a kind in force on a day."""
        return _latest([rule for rule in self.rules.kinds if rule.kind == kind], day)

    def programme(self, programme: str, day: date) -> ProgrammeRule | None:
        """Return the rule of a programme in force on a day; before its first day, the first one."""
        known = [rule for rule in self.rules.programmes if rule.programme == programme]
        return _latest(known, day) or min(known, key=lambda rule: rule.since, default=None)

    def by_default(self, kind: KindRule, day: date) -> ProgrammeRule | None:
        """Return the rule of the programme that a kind stands for, where one may begin on the day."""
        rule = self.programme(kind.programme, day) if kind.programme else None
        if rule is None or day < rule.since or (rule.until is not None and day > rule.until):
            return None
        return rule

    def procedure(self, programme: str, day: date) -> Procedure | None:
        """Return how a programme recruits, as in force on a day."""
        return _latest([rule for rule in self.rules.recruiting if rule.programme == programme], day)


def _latest(rules: Sequence[R], day: date) -> R | None:
    return max((rule for rule in rules if rule.since <= day), key=lambda rule: rule.since, default=None)
