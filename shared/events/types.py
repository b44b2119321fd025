"""The words that contracts are written in: dates, codes, amounts and texts, each with its limits.

Everything is strict: a number in quotes, a timestamp for a date or a key that looks like a database operator is
refused, never coerced. Sources: GB/T 2260 (counties), GB 32100-2015 (credit codes), CloudEvents 1.0, RFC 3339.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints
from pydantic_core import PydanticCustomError

MAX_FACT_FEN = 10**11  # one thousand million yuan: more in one fact is a slip of the keyboard
FIRST_PERIOD_YEAR = 2013  # the programmes' roster starts at the end of 2013; an earlier period is a slip
LAST_PERIOD_YEAR = 2100  # a later one is a slip too; premiums of months to come may be paid ahead

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
_PERSON_ID = re.compile(r"p[a-z2-7]{25}")
_LONG_DIGITS = re.compile(r"\d{11,}|\d{17}[xX]")


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("bad_date", "a civil date is written YYYY-MM-DD")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("bad_date", "there is no such day") from None


def _instant(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo:
        return value
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise PydanticCustomError("bad_instant", "an instant is RFC 3339 with an offset")
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        raise PydanticCustomError("bad_instant", "there is no such instant") from None


def is_person_id(text: str) -> bool:
    """Tell whether an id names a person; employers and counties have ids of another form."""
    return _PERSON_ID.fullmatch(text) is not None


def _yes_no(value: Any) -> Any:
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value


def _begun(value: date) -> date:
    if value.year > LAST_PERIOD_YEAR:
        raise PydanticCustomError("bad_date", f"nothing begins after {LAST_PERIOD_YEAR}")
    return value


def _plausible_period(value: str) -> str:
    if not FIRST_PERIOD_YEAR <= int(value[:4]) <= LAST_PERIOD_YEAR:
        raise PydanticCustomError("bad_period", f"a period lies in {FIRST_PERIOD_YEAR} to {LAST_PERIOD_YEAR}")
    return value


def _plain_text(value: str) -> str:
    # What is printable has no control character; only the rest is looked at one by one.
    if not value.isprintable() and any(
        unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"} for character in value
    ):
        raise PydanticCustomError("bad_text", "text has no control characters")
    return unicodedata.normalize("NFC", value)


def _free_text(value: str) -> str:
    """Free text travels in events, so a number long enough to be a person's id or phone has no place in it."""
    if _LONG_DIGITS.search(unicodedata.normalize("NFKC", value)):
        raise PydanticCustomError("personal_data_in_text", "free text holds no id, phone or account number")
    return value


@dataclass(frozen=True)
class Pseudonym:
    """Marks a field of a recorded fact that stands for a personal field of the offered one.

    Args:
        of: Name of the field upstream sends (`id_number`, `phone`).
        kind: Which keyed pseudonym replaces it.
    """

    of: str
    kind: Literal["person", "phone"] = "person"


@dataclass(frozen=True)
class Derived:
    """Marks a field that registry works out; upstream must not send it."""


DERIVED = Derived()

_CODE = StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
EntityId = Annotated[str, _CODE]
Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
ProgrammeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,47}$")]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,79}$")]

Day = Annotated[date, Strict(strict=False), BeforeValidator(_day)]
FirstDay = Annotated[Day, AfterValidator(_begun)]
Instant = Annotated[datetime, Strict(strict=False), BeforeValidator(_instant)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), AfterValidator(_plausible_period)]
Period = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$"), AfterValidator(_plausible_period)
]
Year = Annotated[int, Field(ge=FIRST_PERIOD_YEAR, le=LAST_PERIOD_YEAR)]

Fen = Annotated[int, Field(ge=0, le=MAX_FACT_FEN)]
LedgerFen = Annotated[int, Field(ge=-(10**13), le=10**13)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]

County = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Township = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
Village = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Area = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?$")]
"""The longest official code that is known of a place: city, county, township or village."""
Address = Annotated[
    str, StringConstraints(pattern=r"^(to:[A-Za-z0-9][A-Za-z0-9_-]{0,63}|office:([0-9]{9}|[0-9]{6}|city))$")
]
"""Whose inbox: a coordinator's, or that of an office of a township, a county or the city."""
Home = Annotated[int, Field(ge=0, le=15)]
"""One of the sixteen partitions (`shared.catalog.PARTITIONS`)."""

Uscc = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJ-NP-RTUW-Y]{18}$")]
PersonId = Annotated[str, StringConstraints(pattern=r"^p[a-z2-7]{25}$"), Pseudonym("id_number")]

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True), AfterValidator(_plain_text)
]
Text = Annotated[str, StringConstraints(max_length=200), AfterValidator(_plain_text), AfterValidator(_free_text)]
DocNo = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_plain_text)]
Label = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^$.\x00]+$"), AfterValidator(_plain_text)
]
Checklist = Annotated[dict[Label, bool | int | Text], Field(max_length=50)]

Status = Literal["listed", "exited", "low_income", "extreme_hardship", "monitored", "instant_help", "none"]
EmployerKind = Literal["enterprise", "workshop", "cooperative", "sole_trader", "public_body", "domestic_service"]
EmployerSize = Literal["large", "sme"]
PostKind = Literal[
    "ordinary", "workshop", "public_welfare", "work_relief", "village_post", "internship", "dispatch", "secondment",
    "expert_service", "talent", "postdoc",
]  # fmt: skip
Sex = Literal["male", "female"]
Education = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]$")]

# Filled in by registry from what it knows; an empty value never leaves registry, because it would not validate again.
KnownPersonId = Annotated[str, StringConstraints(pattern=r"^p[a-z2-7]{25}$"), DERIVED]
KnownUscc = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJ-NP-RTUW-Y]{18}$"), DERIVED]

# What no SMS reaches; a mobile number is not spoken of, as it was not before this field was there.
Unreachable = Annotated[Literal["landline", "satellite"] | None, DERIVED]
# When a form that speaks of consent was recorded upstream; absent where upstream does not say.
ConsentAt = Annotated[Instant | None, DERIVED]
