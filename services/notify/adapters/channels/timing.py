"""When a letter may go: digests, quiet hours, pauses between attempts. Pure; moments are handed in with an offset."""

from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Final

from shared.calendar import SHANGHAI, is_working_day
from shared.sms.pacing import QuietHours

DIGEST_AT: Final = time(8, 30)
FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 6 * 3600.0
ATTEMPTS_MAX: Final = 14  # with these pauses some fifteen hours

_ONE_DAY: Final = timedelta(days=1)


def instant(moment: datetime) -> str:
    """Return a moment as text that sorts: RFC 3339 in UTC, milliseconds."""
    if moment.tzinfo is None:
        raise ValueError("a moment has an offset")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def next_digest(moment: datetime) -> datetime:
    """Return the first 08:30 of a working day in Asia/Shanghai that is not before a moment."""
    here = moment.astimezone(SHANGHAI)
    day = here.date() if here.time() <= DIGEST_AT else here.date() + _ONE_DAY
    while not is_working_day(day):
        day += _ONE_DAY
    return datetime.combine(day, DIGEST_AT, SHANGHAI)


def digest_of_another_day(moment: datetime) -> datetime:
    """Return the first digest on a later day than a moment's."""
    tomorrow = moment.astimezone(SHANGHAI).date() + _ONE_DAY
    return next_digest(datetime.combine(tomorrow, time.min, SHANGHAI))


def after_quiet(moment: datetime, quiet: QuietHours) -> datetime:
    """Return the moment itself, or the end of the quiet hours in which it lies."""
    if not quiet.holds(moment):
        return moment
    here = moment.astimezone(SHANGHAI)
    ends = datetime.combine(here.date(), quiet.end, SHANGHAI)
    return ends if ends > here else ends + _ONE_DAY


def pause_s(letter_id: str, attempt: int) -> float:
    """Return how long to wait after the n-th failure: twice as long each time, less up to a half.

    How much less follows from the letter, so that letters that failed together do not come back together.
    """
    share = int.from_bytes(sha256(f"{letter_id}/{attempt}".encode()).digest()[:4], "big") / 2**32
    whole: float = min(FIRST_PAUSE_S * 2.0 ** min(attempt - 1, 20), LONGEST_PAUSE_S)
    return whole * (1 - share / 2)
