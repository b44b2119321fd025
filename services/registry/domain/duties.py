"""What a duty is: whose, how often, by when, done by what, with which effect; as `duties.yaml` states it. Pure data."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from shared.events.duties import Subject

Every = Literal["week", "month", "quarter", "half_year", "year", "years", "days", "once"]


@dataclass(frozen=True, slots=True)
class Whose:
    """Who owes it.

    Args:
        roles: Post kinds of placements, programmes of pairs (`one_to_one` for a coordinator and a person), kinds of
            organisations, levels of offices (`county`, `city`, `province`).
        programmes: Of placements: only those whose agreement names one of these; empty: all.
        unstated: Those whose agreement names no programme count too.
        area: GB/T 2260 prefix of the offices; empty: everywhere.
    """

    subject: Subject
    roles: frozenset[str]
    programmes: frozenset[str] = frozenset()
    unstated: bool = False
    area: str = ""


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often.

    Args:
        years: Of `years`: how many make a period; the first begins in `first_year`.
        service: Periods are counted from the first day of the placement, not by the calendar.
        parameter: Of `days`, and of `once` without a span: what sets the number of days; no document does as shipped.
        span: Of `once`: first and last day.
    """

    every: Every
    years: int = 1
    first_year: int = 0
    service: bool = False
    parameter: str = ""
    span: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class DoneBy:
    """A fact that shows the duty done.

    Args:
        keys: Under which names the book keeps such evidence (`duty.done/走访`, `attendance.recorded`).
        longer: A record of a longer period shows the shorter ones in it done as well.
    """

    keys: frozenset[str]
    longer: bool = False


@dataclass(frozen=True, slots=True)
class Manners:
    """Technical defaults of the house.

    Args:
        owed_from_percent: Of how many of its days a subject owes and does not rest, for the period to be owed.
        report_working_days: How long evidence may be under way before a duty counts as missed.
        lapse_days: How long after its day a missed duty may be made up for, and how long after the end of a placement.
    """

    owed_from_percent: int
    report_working_days: int
    lapse_days: int
    lapse_days_after_end: int


@dataclass(frozen=True, eq=False)  # compared by identity: there is one of each, and it is the key of caches
class Duty:
    """A duty from a day on, perhaps until a day.

    Args:
        count: How many pieces of evidence fulfil one period.
        working_days_after: Due so many working days behind the period; 0: on its last day.
        pays: The programme whose money rests on it, and the reason it gives where the duty is not done.
        missing: The document that would have to give a cadence, where the text gives none.
        house: What of this is the house's choice, not the document's.
    """

    duty: str
    since: date
    until: date
    zh: str
    en: str
    who: str
    whose: Whose
    cadence: Cadence
    done_by: tuple[DoneBy, ...]
    document: str
    clause: str
    rows: tuple[str, ...]
    manners: Manners
    count: int = 1
    working_days_after: int = 0
    pays: str = ""
    reason: str = ""
    missing: str = ""
    house: str = ""

    @property
    def source(self) -> str:
        """Return document and clause as an officer reads them."""
        return f"{self.document} {self.clause}"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All duties.

    Args:
        by_parameter: Those whose cadence a parameter sets, by its name.
        moved_by: Which law moves a last day on which offices rest, by the day from which it holds.
    """

    duties: tuple[Duty, ...]
    by_parameter: dict[str, Duty] = field(default_factory=dict)
    moved_by: tuple[tuple[date, str], ...] = ()

    def of(self, subject: str, role: str, programme: str, place: str) -> tuple[Duty, ...]:
        """Return the duties of a subject in a role, whose agreement may name a programme, in a county or office."""
        return tuple(
            duty
            for duty in self.duties
            if duty.whose.subject == subject
            and role in duty.whose.roles
            and place.startswith(duty.whose.area)
            and (
                not duty.whose.programmes
                or programme in duty.whose.programmes
                or (duty.whose.unstated and not programme)
            )
        )
