"""Forty employers of the sample county: none of them exists.

Social credit codes carry the region 350699, like the identity numbers (see `samples.people`), with valid check
characters of GB 32100-2015 and, inside, GB 11714. Every name says 样例 (sample).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from samples.facts import Fact, chance, weekday
from samples.people import PHONE_BLOCK, UNASSIGNED_REGION
from samples.places import COUNTY_NAMES, COUNTY_SLUGS, PINGHE, YUNXIAO, ZHAOAN, Township, townships
from samples.trades import TRADES, Trade
from shared.identity import make_uscc

LATE_EMPLOYER = 39  # is registered only after its first premium has been paid
LATE_REGISTERED_ON = date(2018, 9, 3)
LARGE_EMPLOYER = 14

_COUNTIES = (YUNXIAO,) * 16 + (PINGHE,) * 14 + (ZHAOAN,) * 10
# The workplace lies in one county, social insurance is paid in another.
_INSURED_ELSEWHERE = {8: PINGHE, 18: YUNXIAO, 33: YUNXIAO}
_KINDS = {"workshop": ("扶贫车间", "91"), "enterprise": ("有限公司", "91"), "cooperative": ("专业合作社", "93")}
_FIRST_PHONE = 5001  # people have 0001 to 0300 of the block
_SYLLABLES = ("晨", "春", "福", "瑞", "和", "兴", "泰"), ("光", "禾", "源", "康", "达", "丰")


@dataclass(frozen=True)
class Employer:
    """One made-up employer, the line it is in, and the day on which it is registered."""

    number: int
    uscc: str
    name: str
    kind: str
    size: str
    trade: Trade
    township: Township
    insured_county: str
    registered_on: date

    @property
    def county(self) -> str:
        """County of the workplace."""
        return self.township.county


def make_employers(seed: int) -> list[Employer]:
    """Return fifteen workshops, twenty enterprises (one of them large) and five cooperatives."""
    luck = chance(seed, "employers")
    employers = []
    for number, county in enumerate(_COUNTIES):
        kind, trade = _kind(number, county), TRADES[number % len(TRADES)]
        suffix, category = _KINDS[kind]
        brand = _SYLLABLES[0][number % 7] + _SYLLABLES[1][number % 6]
        registered = weekday(date(2018, 1, 2) + timedelta(days=luck.randrange(24)))
        employers.append(
            Employer(
                number=number,
                uscc=make_uscc(f"{category}{UNASSIGNED_REGION}{organisation_code(f'MA9X{number:04d}')}"),
                name=f"{COUNTY_NAMES[county]}样例{brand}{trade.name}{suffix}",
                kind=kind,
                size="large" if number == LARGE_EMPLOYER else "sme",
                trade=trade,
                township=luck.choice([place for place in townships() if place.county == county]),
                insured_county=_INSURED_ELSEWHERE.get(number, county),
                registered_on=LATE_REGISTERED_ON if number == LATE_EMPLOYER else registered,
            )
        )
    return employers


def employer_facts(employers: list[Employer]) -> list[Fact]:
    """Return the registrations, as the job centre of the workplace's county sends them."""
    return [
        Fact(
            employer.registered_on,
            f"{COUNTY_SLUGS[employer.county]}-job-centre",
            "employer.registered",
            {
                "uscc": employer.uscc,
                "name": employer.name,
                "kind": employer.kind,
                "size": employer.size,
                "county": employer.county,
                "insured_county": employer.insured_county,
                "contact_phone": f"{PHONE_BLOCK}{_FIRST_PHONE + employer.number:04d}",
            },
            employer.uscc,
        )
        for employer in employers
    ]


def _kind(number: int, county: str) -> str:
    # Cooperatives are kept out of the county that has a stable-employment reward, and out of the late employer's place.
    if county != PINGHE and number % 5 == 2 and number != LATE_EMPLOYER:
        return "cooperative"
    return "workshop" if number % 5 in {0, 4} and number != LARGE_EMPLOYER else "enterprise"


def organisation_code(body: str) -> str:
    """Return eight characters with the check character of GB 11714 behind them."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(weight * int(character, 36) for weight, character in zip(weights, body, strict=True))
    return body + "0123456789X0"[11 - total % 11]
