"""What the arithmetic of each kind says no to and how it counts parts of a period, so that no file claims another."""

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
