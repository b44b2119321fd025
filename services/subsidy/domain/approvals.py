"""Four eyes: what an approval of exactly some content, by somebody with the right to give it, comes to."""

from datetime import date

from services.subsidy.domain.reports import Report
from shared.events.finance import ApprovalGiven
from shared.events.payments import Outcome


def weighed(
    report: Report,
    fact: ApprovalGiven,
    *,
    is_open: bool,
    content_hash: str,
    is_changed: bool = False,
    notice_ends: date | None = None,
    prepared_by: str = "",
) -> Outcome:
    """Return what an approval comes to: the first condition that it fails, a first signature, or `approved`.

    The subject waits for an approval (`is_open`) of what was proposed (`content_hash`) and has not changed since
    (`is_changed`), on a day behind the last one on which somebody may object (`notice_ends`); whoever signed first
    (`prepared_by`) does not sign twice, and who may only prepare does not sign second.
    """
    checks: tuple[tuple[Outcome, bool], ...] = (
        ("not_open", not is_open),
        ("other_content", fact.content_hash != content_hash),
        ("content_changed", is_changed),
        ("notice_running", notice_ends is not None and report.message.known_on <= notice_ends),
        ("first_approval", not prepared_by),
        ("same_person", prepared_by == fact.by),
        ("not_open", fact.signs == "first"),
    )
    return next((outcome for outcome, applies in checks if applies), "approved")
