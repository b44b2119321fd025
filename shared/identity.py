"""Numbers that name people, organisations and phones: one spelling for each, or a typed refusal; and what is shown.

Pure. Resident identity numbers after GB 11643-1999, with the 15-digit form of GB 11643-1989; unified social credit
codes after GB 32100-2015; mainland mobile numbers after the MIIT's numbering plan, stored as E.164.
No message of this module contains the value that it refuses: these numbers are personal data.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import date
from typing import Final, Literal

import phonenumbers
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

IdentityCode = Literal["bad_length", "bad_characters", "bad_date", "bad_check_digit", "bad_phone"]

_EXPECTED: Final[dict[IdentityCode, str]] = {
    "bad_length": "an identity number has 18 characters (15 in its form before 1999), a social credit code 18",
    "bad_characters": "an identity number is digits, only the last of 18 may be X; a social credit code is two "
    "characters, six digits and ten characters out of 0-9 and A-Z without I, O, S, V, Z",
    "bad_date": "the date of birth in an identity number is a day of the calendar, from 1900 to the day of the fact",
    "bad_check_digit": "the last character does not fit the others; compare the number with the document",
    "bad_phone": "a mainland mobile number is 11 digits, from 13 to 19; landlines, service ports (106), satellite "
    "phones (1349, 1619, 174) and things (140-144) are sent no SMS",
}

_ID_18: Final = re.compile(r"[0-9]{17}[0-9X]")
_ID_15: Final = re.compile(r"[0-9]{15}")
_ID_BODY: Final = re.compile(r"[0-9]{17}")
_USCC_CHARACTER: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]")
_USCC_BODY: Final = re.compile(rf"{_USCC_CHARACTER.pattern}{{2}}[0-9]{{6}}{_USCC_CHARACTER.pattern}{{9}}")
_BIRTH_YEAR_MIN: Final = 1900
_LENGTH: Final = 18
_LEGACY_LENGTH: Final = 15

_DIALLED: Final = re.compile(r"\(?\+?[0-9()-]{11,24}")
# Prefixes are not enumerated: new ones are allotted every few years, and a list would refuse the people who have them.
_MOBILE: Final = re.compile(r"(?!14[0-4]|1349|1619|174)1[3-9][0-9]{9}")
_SATELLITE: Final = re.compile(r"(?:1349[0-9]{7}|1619[0-9]{7}|174[0-9]{8})")
_LANDLINE: Final = re.compile(r"0(?:10|2[0-9])[2-8][0-9]{7}|0[3-9][0-9]{2}[2-8][0-9]{6,7}")
_MOBILE_E164: Final = re.compile(r"\+86(1[3-9][0-9])[0-9]{4}([0-9]{4})")


class IdentityError(ValueError):
    """A number that cannot be what it claims to be: ``code`` says why, the message what would be right."""

    def __init__(self, code: IdentityCode) -> None:
        super().__init__(code)
        self.code: IdentityCode = code

    def __str__(self) -> str:
        return f"{self.code}: {_EXPECTED[self.code]}"


def normalise_id_number(text: str, *, on: date | None = None) -> str:
    """Return the one 18-character spelling of a resident identity number.

    Full-width digits, white space, a small x and the 15-digit form (born in 19YY) are taken for what they mean.
    The address code is not looked up: it names the residence when the number was issued, and codes are abolished.

    Args:
        text: What a form, a card reader or a spreadsheet holds.
        on: Day of the fact: nobody in it is born later. Without it, any day from 1900 passes.

    Raises:
        IdentityError: ``bad_length``, ``bad_characters``, ``bad_date`` or ``bad_check_digit``: the first that applies.
    """
    number = _as_18(_cleaned(text))
    born = born_on(number)
    if on is not None and born > on:
        raise IdentityError("bad_date")
    if number != _with_check_digit(number[:-1]):
        raise IdentityError("bad_check_digit")
    return number


def born_on(id18: str) -> date:
    """Return the date of birth that a normalised number states (characters 7 to 14); ``bad_date`` if it is none."""
    with suppress(ValueError):
        born = date(int(id18[6:10]), int(id18[10:12]), int(id18[12:14]))
        if born.year >= _BIRTH_YEAR_MIN:
            return born
    raise IdentityError("bad_date")


def sex(id18: str) -> Literal["male", "female"]:
    """Return the sex that a normalised number states: an odd 17th digit is male (GB 11643-1999)."""
    if not _ID_18.fullmatch(id18):
        raise IdentityError("bad_characters")
    return "male" if int(id18[16]) % 2 else "female"


def mask_id_number(id18: str) -> str:
    """Return the number as lists and public notices show it: ``350622********1219``.

    What is not an 18-character number is hidden whole, so that masking is safe for whatever a form held.
    """
    return f"{id18[:6]}********{id18[14:]}" if _ID_18.fullmatch(id18) else "*" * _LENGTH


def mask_name(name: str) -> str:
    """Return a name as screens and public notices show it: ``张*``, ``欧***``; a single sign has a star too.

    A star alone stands where there is no name.
    """
    return name[:1] + "*" * max(len(name) - 1, 1)


def make_id_number(region6: str, born: date, sequence: int) -> str:
    """Return the number that GB 11643-1999 forms of an address code, a birth date and a sequence (0-999, odd for men).

    Raises:
        IdentityError: A part has the wrong form.
    """
    body = f"{region6}{born.isoformat().replace('-', '')}{sequence:03d}"
    if not _ID_BODY.fullmatch(body):
        raise IdentityError("bad_characters" if len(body) == _LENGTH - 1 else "bad_length")
    return normalise_id_number(_with_check_digit(body))


def normalise_uscc(text: str) -> str:
    """Return a unified social credit code in its one spelling: 18 characters, capitals, no spaces or hyphens.

    Registering authority and category may be letters (N agriculture, Y other), which python-stdnum's own ``validate``
    refuses; only its check digit is used. The inner organisation code's check digit (GB 11714) is not tested.

    Raises:
        IdentityError: ``bad_length``, ``bad_characters`` or ``bad_check_digit``.
    """
    code = _cleaned(text).replace("-", "")
    if len(code) != _LENGTH:
        raise IdentityError("bad_length")
    if not _USCC_CHARACTER.fullmatch(code[-1]):
        raise IdentityError("bad_characters")
    if code != make_uscc(code[:-1]):
        raise IdentityError("bad_check_digit")
    return code


def make_uscc(prefix17: str) -> str:
    """Return the code whose first 17 characters are given, with its check character (GB 32100-2015).

    Raises:
        IdentityError: ``bad_length`` or ``bad_characters``.
    """
    if len(prefix17) != _LENGTH - 1:
        raise IdentityError("bad_length")
    if not _USCC_BODY.fullmatch(prefix17):
        raise IdentityError("bad_characters")
    return prefix17 + uscc.calc_check_digit(prefix17)


def normalise_phone(text: str) -> str:
    """Return a mainland mobile number as E.164: ``+8613812345678``.

    Country code, trunk 0, spaces, dots, hyphens and brackets may be given, full-width or not.
    What no SMS of ours reaches is refused: satellite phones, things, landlines, service ports, other countries.
    A prefix that is new to us is not refused, and says nothing about the carrier: numbers are ported.

    Raises:
        IdentityError: ``bad_phone``.
    """
    national = _national_number(_cleaned(text).replace(".", ""))
    if not _MOBILE.fullmatch(national):
        raise IdentityError("bad_phone")
    return f"+86{national}"


def is_mobile(e164: str) -> bool:
    """Tell whether a normalised number is one that an SMS of ours reaches."""
    return e164.startswith("+86") and _MOBILE.fullmatch(e164.removeprefix("+86")) is not None


def unreachable_phone(text: str) -> tuple[Literal["landline", "satellite"], str] | None:
    """Return kind and E.164 form of a mainland number that people have and no SMS reaches; None for any other text.

    Landlines are known by their form, 0, area code and 7 or 8 digits, as the plan has no list of them that would last;
    satellite phones by their prefixes. Service ports, numbers of things and other countries' are neither.
    """
    dialled = _cleaned(text).replace(".", "")
    national = _national_number(dialled)
    if _SATELLITE.fullmatch(national):
        return "satellite", f"+86{national}"
    digits = re.sub(r"[^0-9]", "", dialled.removeprefix("+86"))
    if national and _LANDLINE.fullmatch(digits if digits.startswith("0") else f"0{digits}"):
        return "landline", f"+86{national}"
    return None


def mask_phone(e164: str) -> str:
    """Return a normalised number as screens show it: ``138****5678``; anything else is hidden whole."""
    shown = _MOBILE_E164.fullmatch(e164)
    return f"{shown[1]}****{shown[2]}" if shown else "*" * 11


def _cleaned(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _as_18(cleaned: str) -> str:
    if len(cleaned) == _LEGACY_LENGTH and _ID_15.fullmatch(cleaned):
        return _with_check_digit(f"{cleaned[:6]}19{cleaned[6:]}")
    if len(cleaned) not in (_LEGACY_LENGTH, _LENGTH):
        raise IdentityError("bad_length")
    if not _ID_18.fullmatch(cleaned):
        raise IdentityError("bad_characters")
    return cleaned


def _with_check_digit(body17: str) -> str:
    return body17 + mod_11_2.calc_check_digit(body17)


def _national_number(dialled: str) -> str:
    # phonenumbers digs a number out of prose and reads letters as keypad digits; a form field is neither.
    if not _DIALLED.fullmatch(dialled):
        return ""
    with suppress(phonenumbers.NumberParseException):
        parsed = phonenumbers.parse(dialled, "CN")
        return str(parsed.national_number) if parsed.country_code == phonenumbers.country_code_for_region("CN") else ""
    return ""
