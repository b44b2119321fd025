"""What employers paid for the sample's workers month by month, and what was corrected or given back later.

Employer's share only: pension 18 % (16 % for insurance months from 2019-05), medical 8 %, unemployment 0.5 % of the
base. Late fee: 0.05 % a day from the end of the insurance month (社会保险法 art. 86), rounded half up to the fen.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from samples.facts import AGENCY, LAST_DAY, Fact, chance, month_end, month_of, months, weekday
from samples.work import Employment

_MEDICAL_BP, _UNEMPLOYMENT_BP = 800, 50
_LATE_PERCENT, _CORRECTED_PERCENT = 6, 3
_LAST_START_IN_MONTH = 20  # who starts later is insured from the next month on


@dataclass(frozen=True)
class Payment:
    """A month's premium of one employment: worked out on `base_fen`, paid on `paid_on`."""

    employment: Employment
    period: str
    base_fen: int
    paid_on: date

    @property
    def amounts(self) -> dict[str, int]:
        """The employer's share in fen."""
        pension_bp = 1_800 if self.period < "2019-05" else 1_600
        return {
            "pension_fen": self.base_fen * pension_bp // 10_000,
            "medical_fen": self.base_fen * _MEDICAL_BP // 10_000,
            "unemployment_fen": self.base_fen * _UNEMPLOYMENT_BP // 10_000,
        }

    @property
    def late_fee_fen(self) -> int:
        """The late fee: nil for what was paid within the insurance month."""
        days = max(0, (self.paid_on - month_end(self.period)).days)
        return (sum(self.amounts.values()) * days * 5 + 5_000) // 10_000


def premium_facts(seed: int, employments: list[Employment]) -> list[Fact]:
    """Return payments, corrections and refunds, each on the day it arrives."""
    luck = chance(seed, "premiums")
    facts: list[Fact] = []
    for one in employments:
        for payment in _worked_months(luck, one):
            facts += _month(luck, payment)
    left = [one for one in employments if one.last_day and not one.renewed]
    for number, one in enumerate(left):
        facts += _leaving(luck, number, one)
    return [fact for fact in facts if fact.at <= LAST_DAY]


def _worked_months(luck: random.Random, one: Employment) -> list[Payment]:
    """Return the payments of an employment; its month of leaving is not among them (see `_leaving`)."""
    first, last = one.starts_on, one.last_day or LAST_DAY
    if first.day > _LAST_START_IN_MONTH:
        first = month_end(month_of(first)) + timedelta(days=1)
    if one.last_day and not one.renewed:
        last = one.last_day.replace(day=1) - timedelta(days=1)
    payments = [Payment(one, period, one.base_fen, _payday(one, period)) for period in months(first, last)]
    # The first month is never late: one of them has to arrive before its employer is registered.
    return payments[:1] + [_late(luck, payment) for payment in payments[1:]]


def _late(luck: random.Random, payment: Payment) -> Payment:
    if luck.randrange(100) >= _LATE_PERCENT:
        return payment
    return replace(payment, paid_on=weekday(month_end(payment.period) + timedelta(days=luck.randrange(20, 76))))


def _payday(one: Employment, period: str) -> date:
    usual = weekday(date.fromisoformat(f"{period}-{10 + one.employer.number % 14:02d}"))
    return max(usual, one.starts_on + timedelta(days=3))


def _month(luck: random.Random, payment: Payment) -> list[Fact]:
    facts = [_fact(payment, "paid")]
    if not payment.late_fee_fen and luck.randrange(100) < _CORRECTED_PERCENT:
        lower = replace(payment, base_fen=payment.base_fen - luck.randrange(10_000, 45_000, 5_000))
        facts.append(_fact(lower, "corrected", weekday(payment.paid_on + timedelta(days=luck.randrange(20, 60)))))
    return facts


def _leaving(luck: random.Random, number: int, one: Employment) -> list[Fact]:
    """Return what was paid for the month of leaving, or by mistake for the one after it, and given back."""
    last_day = one.last_day or LAST_DAY
    period = month_of(last_day)
    # Paid by the last day at work, so that this employer is the first of two to pay the month.
    payment = Payment(one, period, one.base_fen, min(_payday(one, period), last_day))
    facts = [_fact(payment, "paid")]
    if one.keeps_last_month:
        following = month_of(month_end(period) + timedelta(days=1))
        payment = Payment(one, following, one.base_fen, _payday(one, following))
        facts.append(_fact(payment, "paid"))
    refund = _fact(payment, "refunded", weekday(payment.paid_on + timedelta(days=luck.randrange(15, 45))))
    if number % 9 == 8:
        refund.data.update({field: fen // 2 for field, fen in payment.amounts.items()})
    return [*facts, refund]


def _fact(payment: Payment, what: str, at: date | None = None) -> Fact:
    at = at or payment.paid_on
    data: dict[str, Any] = {
        "uscc": payment.employment.employer.uscc,
        "id_number": payment.employment.person.id_number,
        "period": payment.period,
        "paid_on" if what == "paid" else "date": at.isoformat(),
        **payment.amounts,
    }
    if what == "paid" and payment.late_fee_fen:
        data["late_fee_fen"] = payment.late_fee_fen
    return Fact(at, AGENCY, f"premium.{what}", data)
