"""The reasons why nothing accrues that a fact can lift, and that fact."""

from collections.abc import Mapping
from typing import Final

NOT_CLAIMED: Final = "not_claimed"
NOT_CONTRIBUTED: Final = "not_contributed"
NOT_REPORTED: Final = "not_reported"
AWAITED: Final[Mapping[str, str]] = {
    "not_paid": "premium.paid",
    "not_employed": "employment.confirmed",
    "assessment_missing": "assessment.recorded",
    "graduation_missing": "graduation.recorded",
    NOT_CLAIMED: "grant.claimed",
    NOT_CONTRIBUTED: "pension.contributed",
    NOT_REPORTED: "headcount.reported",
}
"""A figure that no document sets is not among them: that is asked of the office, once a county."""
