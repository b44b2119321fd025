"""The rows of the made-up year as the facts that the engine knows."""

from collections.abc import Callable

from shared.events.contract import Event
from shared.events.employment import (
    ActivityHeld,
    AppraisalRecorded,
    AssessmentRecorded,
    AttendanceRecorded,
    EmploymentConfirmed,
    EmploymentCorrected,
    EmploymentEnded,
    EmploymentVoided,
    GraduationRecorded,
    GrantClaimed,
    ProviderQualified,
    TrainingCompleted,
)
from shared.events.people import RosterEntry
from shared.events.premiums import HeadcountReported, PensionContributed, PremiumCorrected, PremiumPaid, PremiumRefunded
from tests.independent.people import KEY, Row


def event_of(kind: str, row: Row) -> Event:
    job = {"employment_id": row.get("job"), "person_id": row.get("person")}
    makers: dict[str, Callable[[], Event]] = {
        "status": lambda: RosterEntry(
            person_id=row["person"], household_id="H1", status=row["status"], status_from=row["since"],
            county=row["county"], township=f"{row['county']}100", village=f"{row['county']}100201",
            born_on=row["born"], sex=row["sex"],
        ),
        "job": lambda: EmploymentConfirmed(
            **job, uscc=row["uscc"], starts_on=row["first"], post_kind=row["post"],
            employer_kind=row["employer_kind"], employer_size=row["employer_size"],
            insured_county=row["employer_county"],
        ),
        "ended": lambda: EmploymentEnded(**job, last_day=row["last"], reason="resigned"),
        "moved": lambda: EmploymentCorrected(**job, starts_on=row["first"], reason="录入错误"),
        "voided": lambda: EmploymentVoided(**job, effective_from=row["since"], reason="false_report"),
        "premium": lambda: premium_of(row),
        "attendance": lambda: AttendanceRecorded(
            **job, period=row["period"], working_days=row["working"], attended_days=row["attended"]
        ),
        "grade": lambda: AssessmentRecorded(**job, period=row["period"], grade=row["grade"]),
    }  # fmt: skip
    return makers[kind]() if kind in makers else other_of(kind, row)


def premium_of(row: Row) -> Event:
    fields = {"uscc": row["uscc"], "person_id": row["person"], "period": row["period"]}
    fields |= {f"{name}_fen": row[name] for name in ("pension", "medical", "unemployment")}
    if row["kind"] == "paid":
        return PremiumPaid(**fields, paid_on=row["on"])
    return (PremiumCorrected if row["kind"] == "corrected" else PremiumRefunded)(**fields, date=row["on"])


def other_of(kind: str, row: Row) -> Event:
    makers: dict[str, Callable[[], Event]] = {
        "course": lambda: TrainingCompleted(
            course_id=row["course"], provider_id=row["provider_id"], person_id=row["person"], days=1,
            started_on=row["started"], finished_on=row["finished"],
        ),
        "provider": lambda: ProviderQualified(
            provider_id=row["provider_id"], name="某培训机构", kind=row["kind"], county=KEY,
            valid_until=row["valid_until"],
        ),
        "graduation": lambda: GraduationRecorded(
            person_id=row["person"], school_kind=row["school"], graduated_on=row["on"]
        ),
        "claim": lambda: GrantClaimed(person_id=row["person"], programme=row["programme"], claimed_on=row["on"]),
        "pension": lambda: PensionContributed(
            person_id=row["person"], year=row["year"], paid_on=row["on"], own_fen=10_000
        ),
        "headcount": lambda: HeadcountReported(
            uscc=row["uscc"], year=2018, at_start=row["at_start"], at_end=row["at_end"],
            natural_leavers=row["leavers"], average=row["average"], unemployment_premium_fen=row["premium"],
        ),
        "filing": lambda: GrantClaimed(uscc=row["uscc"], programme=row["programme"], claimed_on=row["on"]),
        "appraisal": lambda: AppraisalRecorded(
            organisation_id=row["organisation"], kind=row["kind"], year=row["year"], grade=row["grade"],
            county=row["county"],
        ),
        "activity": lambda: ActivityHeld(
            programme=row["programme"], date=row["on"], county=row["county"], kind="培训", headcount=row["heads"]
        ),
    }  # fmt: skip
    return makers[kind]()
