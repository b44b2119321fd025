"""What the arithmetic of each kind does anyway: whom it pays, when, by which periods, what it refuses."""

from collections.abc import Mapping
from typing import Final, Literal

from services.subsidy.domain.programme import Kind

SWITCHED: Final[Mapping[Kind, frozenset[str]]] = {
    "premium_refund": frozenset({"duplicate_month"}),
    "lasting_employment": frozenset({"already_granted"}),
    "graduate_grant": frozenset({"already_granted"}),
}
"""The refusals that a file switches on by an exclusion with that reason; without it they are not made."""

INHERENT: Final[Mapping[Kind, frozenset[str]]] = {
    "premium_refund": frozenset({"not_paid", "not_employed", "term_used_up"}),
    "lasting_employment": frozenset({"not_stable_long_enough"}),
    "kept_posts": frozenset({"layoff_rate_too_high"}),
    "course": frozenset({"once_a_year"}),
    "claimed": frozenset({"once_a_year"}),
    "graduate_grant": frozenset({"not_graduation_year"}),
    "graded_quarter": frozenset({"assessment_missing"}),
    "service_years": frozenset({"not_stable_long_enough", "term_used_up"}),
    "appraised_once": frozenset({"already_granted"}),
    "activity_year": frozenset({"too_few_visits"}),
    "honour": frozenset({"too_few_persons"}),
}
"""The refusals that the arithmetic of a kind makes in any case, by the facts or by its figures."""

PRORATION: Final[Mapping[Kind, Literal["calendar_days", "attended_days"]]] = {
    "wage_share_post": "calendar_days",
    "monthly_allowance": "calendar_days",
    "attended_days": "attended_days",
    "graded_quarter": "attended_days",
}
"""How a kind works out a part of a period; the others know no part."""

AT_CLOSE: Final[frozenset[Kind]] = frozenset(
    {"wage_share_post", "monthly_allowance", "lasting_employment", "service_years"}
)
"""The kinds that post when a day closes; the others post when the fact arrives."""

PERIODS: Final[Mapping[Kind, frozenset[str]]] = {
    "claimed": frozenset({"month", "year"}),
    "honour": frozenset({"month", "year"}),
    "graded_quarter": frozenset({"quarter"}),
    "pension_share": frozenset({"year"}),
    "kept_posts": frozenset({"year"}),
    "appraised_once": frozenset({"year"}),
    "appraised_year": frozenset({"year"}),
    "activity_year": frozenset({"year"}),
    "target": frozenset({"year"}),
}
"""The periods of a kind's claims; of the others the month."""

_EITHER: Final = frozenset({"person", "employer"})
PAYEES: Final[Mapping[Kind, frozenset[str]]] = {
    "premium_refund": frozenset({"employer"}),
    "lasting_employment": frozenset({"employer"}),
    "kept_posts": frozenset({"employer"}),
    "wage_share_post": _EITHER,
    "monthly_allowance": _EITHER,
    "attended_days": _EITHER,
    "service_years": _EITHER,
    "claimed": _EITHER,
    "course": frozenset({"provider"}),
    "training_day": frozenset({"county"}),
    "activity_year": frozenset({"county"}),
    "graduate_grant": frozenset({"person"}),
    "pension_share": frozenset({"person"}),
    "graded_quarter": frozenset({"person"}),
    "appraised_once": frozenset({"organisation"}),
    "appraised_year": frozenset({"organisation"}),
    "honour": frozenset({"employer", "none"}),
    "quota": frozenset({"none"}),
    "target": frozenset({"none"}),
}
"""Whom a kind can pay."""
