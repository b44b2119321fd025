"""Kind `kept_posts`: part of a year's unemployment premiums goes back to an employer that keeps its posts.

Pure; amounts in fen. Months may be booked provisionally; the year's decision posts what the year comes to less those
months, and makes them final. Every amount, a provisional one too, is worked out again whenever the facts change: a
premium that comes after the decision moves money between its month and the year and leaves their sum as decided.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from services.subsidy.domain.employer import Employer, Registration, Report
from services.subsidy.domain.entitlement import UNSET, Assessed
from services.subsidy.domain.grounds import Grounds, rounded
from services.subsidy.domain.parameters import Values
from services.subsidy.domain.programme import Programme
from services.subsidy.domain.subjects import employing
from shared.calendar import month_last
from shared.events.subsidy import Claim
from shared.money import half_up, percent, yuan

WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class _Year:
    """What is known of an employer's year; `totals`: unemployment premiums held paid, by month."""

    uscc: str
    year: str
    employer: Employer
    totals: Mapping[str, int]


def assess(
    programme: Programme, uscc: str, employer: Employer, *, totals: Mapping[str, int], values: Values, closed: date
) -> list[Assessed]:
    """Return what is due for the years that `totals` (unemployment premiums by month) and the reports are about."""
    years = sorted({*employer.reports, *(month[:4] for month in totals)})
    assessed: list[Assessed] = []
    for year in years:
        months = {month: fen for month, fen in totals.items() if month.startswith(year)}
        assessed += _of_year(programme, _Year(uscc, year, employer, months), values, closed)
    return assessed


def _of_year(programme: Programme, year: _Year, values: Values, closed: date) -> list[Assessed]:
    report = year.employer.reports.get(year.year)
    decision = _decided(programme, year, report, values) if report else None
    if decision is not None and decision.reason not in ("", UNSET):
        return [decision]
    months = [item for month in sorted(year.totals) if (item := _provisional(programme, year, month, values))]
    if decision is None:
        return months
    if decision.reason:
        return [*months, decision]
    booked = [item for item in months if item.amount_fen and item.matures_on and item.matures_on <= closed]
    booked_fen = sum(item.amount_fen for item in booked)
    return [*months, replace(
        decision,
        amount_fen=decision.amount_fen - booked_fen,
        steps=partial(_decision_steps, decision, booked_fen),
        settles=tuple(item.claim.period for item in booked),
        settled_fen=booked_fen,
    )]  # fmt: skip


def _decided(programme: Programme, year: _Year, report: Report, values: Values) -> Assessed | None:
    """Return what the year comes to by its report, whatever was booked provisionally; None before registration."""
    day = report.arrived_on
    registration = year.employer.registered_on(day)
    if registration is None:
        return None
    county = registration.county
    subject, role = subject_of(registration), ratio_role(registration)
    grounds = Grounds(county, day, subject, (role, _limit_role(programme, report, values, county)))
    item = Assessed(_claim(programme, year, year.year), county, grounds=grounds)
    refusal = values.failed(programme, subject, county, day)
    if refusal is not None:
        return replace(item, reason=refusal.reason, parameter=refusal.parameter)
    if _lays_off_too_many(programme, report, values, county):
        return replace(item, reason="layoff_rate_too_high")
    ratio = values.number(programme, role, county, day)
    if ratio is None:
        return replace(item, reason=UNSET, parameter=programme.uses[role])
    amount_fen = percent(report.premium_fen, ratio)
    steps = partial(_year_steps, report, ratio, amount_fen)
    return replace(item, amount_fen=amount_fen, steps=steps)


def _lays_off_too_many(programme: Programme, report: Report, values: Values, county: str) -> bool:
    """Compare the layoff rate, exactly, with the highest that the employer's size allows."""
    limit_bp = values.number(programme, _limit_role(programme, report, values, county), county, report.arrived_on)
    if limit_bp is None:
        return False
    laid_off = max(report.at_start - report.at_end - report.natural_leavers, 0)
    # Twice the average is a whole number of people; nothing is divided, so an employer without staff is no trouble.
    average_twice = report.at_start + report.at_end if report.average is None else 2 * report.average
    return 2 * laid_off * WHOLE_BP > limit_bp * average_twice


def _limit_role(programme: Programme, report: Report, values: Values, county: str) -> str:
    heads = values.number(programme, "small_firm_heads", county, report.arrived_on)
    is_small = heads is not None and report.at_start <= heads
    return "small_firm_max_layoff" if is_small else "max_layoff"


def _provisional(programme: Programme, year: _Year, month: str, values: Values) -> Assessed | None:
    """Return a month booked ahead of the decision; None where months are not booked or nothing is held paid."""
    day = month_last(month)
    registration = year.employer.registered_on(day)
    total_fen = year.totals[month]
    if registration is None or not total_fen:
        return None
    county = registration.county
    share, subject = values.number(programme, "worker_share", county, day), subject_of(registration)
    if share is None or values.failed(programme, subject, county, day):
        return None
    role = ratio_role(registration)
    ratio = values.number(programme, role, county, day)
    grounds = Grounds(county, day, subject, (role, "worker_share"))
    item = Assessed(_claim(programme, year, month), county, matures_on=day, provisional=True, grounds=grounds)
    if ratio is None:
        return replace(item, reason=UNSET, parameter=programme.uses[role])
    amount_fen = half_up(total_fen * ratio * (100 + share), 100 * 100)
    return replace(item, amount_fen=amount_fen, steps=partial(_month_steps, total_fen, ratio, share, amount_fen))


def ratio_role(registration: Registration) -> str:
    """Return the role of the share that an employer of this size gets back."""
    return "ratio_large" if registration.size == "large" else "ratio_sme"


def subject_of(registration: Registration) -> Mapping[str, int | str]:
    """Return what conditions see of an employer."""
    return employing(registration.kind, registration.size, registration.county)


def _claim(programme: Programme, year: _Year, period: str) -> Claim:
    return Claim(programme=programme.name, payee=year.uscc, period=period)


def _month_steps(total_fen: int, ratio: int, share: int, amount_fen: int) -> list[str]:
    due = f"{yuan(amount_fen)}元{rounded(total_fen * ratio * (100 + share), 100 * 100)}"
    return [
        f"当月单位实缴失业保险费{yuan(total_fen)}元，职工缴纳部分按单位部分的{share}%计。",
        f"按{ratio}%预记{due}，年度核定前不支付。",
    ]


def _year_steps(report: Report, ratio: int, amount_fen: int) -> list[str]:
    laid_off = max(report.at_start - report.at_end - report.natural_leavers, 0)
    due = f"{yuan(amount_fen)}元{rounded(report.premium_fen * ratio, 100)}"
    return [
        f"年初{report.at_start}人，年末{report.at_end}人，自然减员{report.natural_leavers}人，裁员{laid_off}人，未超过上限。",
        f"全年实缴失业保险费{yuan(report.premium_fen)}元，按{ratio}%返还{due}。",
    ]


def _decision_steps(decision: Assessed, booked_fen: int) -> list[str]:
    rest = f"减去已预记各月合计{yuan(booked_fen)}元，为{yuan(decision.amount_fen - booked_fen)}元。"
    return [*decision.steps(), rest]
