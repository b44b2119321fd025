"""A made-up year of people, employers and facts, as plain rows: neither the engine's words nor any of its code.

Each fact is (day on which it became known, kind, fields); rows of one kind have the same fields. Seeded.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

FIRST, LAST = date(2018, 1, 1), date(2018, 12, 31)
KEY, OTHER, SHANDONG = "350622", "350681", "370102"
COUNTIES = (*[KEY] * 7, OTHER, SHANDONG, SHANDONG)
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
Row = dict[str, Any]

PARAMETERS: dict[str, Any] = {
    "social_insurance.ratio_percent": 67,
    "social_insurance.max_months": 5,
    "social_insurance.near_retirement_years": 5,
    "retirement.male_age_years": 60,
    "retirement.female_age_years": 50,
    "stable_employment.months": 6,
    "stable_employment.max_gap_days": 3,
    "stable_employment.reward_fen": 100_000,
    "stable_post.ratio_large_percent": 30,
    "stable_post.ratio_sme_percent": 50,
    "stable_post.max_layoff_bp": 550,
    "stable_post.small_firm_heads": 30,
    "stable_post.small_firm_max_layoff_bp": 2_000,
    "stable_post.worker_share_percent": 99,
    "public_welfare_post.ratio_percent": 73,
    "minimum_wage.month_fen": 128_001,
    "technical_graduate_grant.person_fen": 150_000,
    "resident_pension.lowest_tier_fen": 20_001,
    "dispatch_grant.quarter_fen": 500_001,
    "dispatch_grant.factor_excellent_percent": 110,
    "dispatch_grant.factor_qualified_percent": 100,
    "dispatch_grant.factor_basic_percent": 67,
    "dispatch_grant.factor_failed_percent": 0,
    "village_post.month_fen": 60_001,
    "work_relief.day_fen": 8_001,
    "postdoc.total_fen": 16_000_001,
    "training_base.grade_fen": ["excellent:300000001", "qualified:200000001", "basic:100000000"],
    "agency_capacity.county_year_fen": 8_000_001,
    "village_platform.grade_fen": ["excellent:300001", "qualified:200001"],
    "labour_allowance.claim_fen": 30_001,
    "labour_allowance.times_per_year": 2,
    "seminar_grant.project_fen": 500_001,
    "service_expenses.claim_fen": 20_001,
    "after_grant.project_fen": 700_001,
    "innovation_voucher.claim_fen": 10_001,
    "shandong_training.person_fen": 80_001,
    "shandong_training.times_per_year": 2,
    "expert_expense.person_day_fen": 30_001,
}
POSTS = ("ordinary", "workshop", "workshop", "public_welfare", "internship", "talent", "dispatch", "village_post",
         "work_relief", "postdoc")  # fmt: skip


@dataclass
class Year:
    """Everything that was told, in order of the days."""

    facts: list[tuple[date, str, Row]] = field(default_factory=list)
    employers: list[Row] = field(default_factory=list)

    def rows(self, kind: str) -> list[Row]:
        return [row | {"seq": number} for number, (_, k, row) in enumerate(self.facts) if k == kind]


def with_people(chance: random.Random, people: int) -> Year:
    """Return the facts about so many people and their employers, not in order."""
    year = Year()
    for n in range(max(people // 20, 6)):
        kind = chance.choice(["enterprise", "enterprise", "workshop", "workshop", "cooperative", "public_body"])
        size = chance.choice(["large", "sme", "sme"])
        county = (KEY, SHANDONG)[n] if n < 2 else chance.choice(COUNTIES)
        year.employers.append({"uscc": f"9135062200{n:07d}X", "kind": kind, "size": size, "county": county})
    for n in range(8):
        kind = chance.choice(["public_agency", "county_training_base", "provincial_key_technical_school", "other"])
        until = day(chance) if chance.random() < 0.3 else None
        year.facts.append((FIRST, "provider", {"provider_id": f"T{n}", "kind": kind, "valid_until": until}))
    for n in range(people):
        Life(year, chance, n).live()
    return year


def told(year: Year, chance: random.Random, kind: str, row: Row, since: date = FIRST) -> None:
    """Say it on some day from then on; sometimes late, sometimes twice."""
    known = min(max(since, FIRST) + timedelta(chance.choice([0, 0, 3, 20, 90])), LAST)
    year.facts.append((known, kind, row))
    if chance.random() < 0.05:
        year.facts.append((min(known + timedelta(9), LAST), kind, dict(row)))


def day(chance: random.Random, first: date = FIRST, last: date = LAST) -> date:
    return first + timedelta(chance.randint(0, max((last - first).days, 0)))


class Life:
    """One person's facts."""

    def __init__(self, year: Year, chance: random.Random, number: int) -> None:
        self.year, self.chance, self.jobs, self.postdoc = year, chance, 0, False
        self.id = "p" + "".join(LETTERS[number // 32**k % 32] for k in range(5)) + "a" * 20

    def live(self) -> None:
        self._status()
        for _ in range(self.chance.choice([0, 1, 1, 1, 2, 2, 3])):
            self._job()
        for happens, chance in ((self._course, 0.3), (self._grant, 0.2), (self._pension, 0.4)):
            while self.chance.random() < chance:
                happens()

    def told(self, kind: str, row: Row, since: date = FIRST) -> None:
        told(self.year, self.chance, kind, row, since)

    def _status(self) -> None:
        born = date(self.chance.randint(1952, 2000), self.chance.randint(1, 12), self.chance.randint(1, 28))
        self.sex, county = self.chance.choice(["male", "female"]), self.chance.choice(COUNTIES)
        for since in (date(2016, 1, 1), *(day(self.chance) for _ in range(self.chance.choice([0, 0, 0, 1, 2])))):
            kinds = ["listed"] * 6 + ["low_income", "extreme_hardship", "none", "monitored"]
            row = {
                "person": self.id,
                "status": self.chance.choice(kinds),
                "since": since,
                "born": born,
                "sex": self.sex,
                "county": county,
            }
            self.year.facts.append((max(since, FIRST), "status", row))

    def _job(self) -> None:
        self.jobs += 1
        employer = self.chance.choice(self.year.employers)
        post = self._post()
        since = date(2016, 6, 1) if post == "postdoc" else date(2017, 9, 1)
        id_, first = f"{self.id}-{self.jobs}", day(self.chance, since, date(2018, 10, 31))
        self.told("job", self._placed(id_, employer, first, post), first)
        self._premiums(employer["uscc"], first)
        if self.chance.random() < 0.4:
            self._premiums(self.chance.choice(self.year.employers)["uscc"], first)
        last = day(self.chance, first)
        if self.chance.random() < 0.5:
            self.told("ended", {"job": id_, "person": self.id, "last": last}, last)
        if self.chance.random() < 0.2 and post != "postdoc":
            self._again(employer, post, last)
        if self.chance.random() < 0.15:
            self.told(
                "moved",
                {"job": id_, "person": self.id, "first": first + timedelta(self.chance.randint(-20, 20))},
                first,
            )
        if self.chance.random() < 0.08:
            self.told("voided", {"job": id_, "person": self.id, "since": day(self.chance, first)}, first)
        if post == "dispatch":
            self._service(id_, first)
        if post == "work_relief":
            self._relief(id_, first)

    def _post(self) -> str:
        """Choose a post; nobody is a postdoc twice, because no document says what a second time is paid."""
        post = self.chance.choice(POSTS)
        if post == "postdoc" and self.postdoc:
            return "ordinary"
        self.postdoc = self.postdoc or post == "postdoc"
        return post

    def _placed(self, id_: str, employer: Row, first: date, post: str) -> Row:
        row = {"job": id_, "person": self.id, "uscc": employer["uscc"], "first": first, "post": post}
        return row | {f"employer_{name}": employer[name] for name in ("kind", "size", "county")}

    def _again(self, employer: Row, post: str, last: date) -> None:
        """Go back to the same employer after a few days, so that the employments may run on."""
        self.jobs += 1
        first = last + timedelta(self.chance.randint(-2, 6))
        self.told("job", self._placed(f"{self.id}-{self.jobs}", employer, first, post), first)

    def _premiums(self, uscc: str, first: date) -> None:
        for month in range(max(first.month if first.year == FIRST.year else 1, 1), 13):
            if self.chance.random() < 0.25:
                continue
            paid = date(2018, month, self.chance.randint(1, 28))
            self._premium(uscc, month, "paid", paid)
            if self.chance.random() < 0.1:
                self._premium(uscc, month, "paid", paid + timedelta(self.chance.randint(0, 30)))
            for kind, share in (("corrected", 0.08), ("refunded", 0.08)):
                while self.chance.random() < share:
                    self._premium(uscc, month, kind, paid + timedelta(self.chance.randint(0, 60)))

    def _premium(self, uscc: str, month: int, kind: str, on: date) -> None:
        pension, medical, unemployment = (self.chance.randint(0, most) for most in (60_000, 30_000, 3_000))
        self.told("premium", {
            "person": self.id, "uscc": uscc, "period": f"2018-{month:02d}", "kind": kind, "on": on, "pension": pension,
            "medical": medical, "unemployment": unemployment,
        }, on)  # fmt: skip

    def _service(self, job: str, first: date) -> None:
        quarter = (first.year - 2017) * 4 + (first.month - 1) // 3
        for n in range(quarter - 1, quarter + 4):
            period = f"{2017 + n // 4}-Q{n % 4 + 1}"
            for _ in range(self.chance.choice([0, 1, 1, 2])):
                row = {"job": job, "person": self.id, "period": period, "working": self.chance.randint(0, 66)}
                self.told("attendance", row | {"attended": self.chance.randint(0, max(row["working"], 0))}, first)
            if self.chance.random() < 0.8:
                grade = self.chance.choice(["excellent", "qualified", "basic", "failed"])
                self.told("grade", {"job": job, "person": self.id, "period": period, "grade": grade}, first)

    def _relief(self, job: str, first: date) -> None:
        for n in range(first.month - 2, first.month + 6):
            period = f"{first.year + n // 12}-{n % 12 + 1:02d}"
            for _ in range(self.chance.choice([0, 1, 1, 2]) if period <= f"{LAST:%Y-%m}" else 0):
                row = {"job": job, "person": self.id, "period": period, "working": 22}
                self.told("attendance", row | {"attended": self.chance.randint(0, 31)}, first)

    def _course(self) -> None:
        started = day(self.chance, date(2017, 11, 1), date(2018, 12, 20))
        row = {"course": f"K{self.chance.randint(1, 999)}", "person": self.id, "started": started, "sex": self.sex}
        row |= {
            "finished": started + timedelta(self.chance.randint(1, 30)),
            "provider_id": f"T{self.chance.randint(0, 8)}",
        }
        self.told("course", row, started)

    def _grant(self) -> None:
        kinds = ["college", "college", "technical_senior", "technical_prep", "special_vocational"]
        on = day(self.chance, date(2017, 6, 1), LAST)
        self.told("graduation", {"person": self.id, "school": self.chance.choice(kinds), "on": on}, on)
        for programme in ("graduate-grant", "technical-graduate-grant", "labour-allowance"):
            for _ in range(self.chance.choice([0, 1, 2])):
                on = day(self.chance)
                self.told("claim", {"person": self.id, "programme": programme, "on": on}, on)

    def _pension(self) -> None:
        on = day(self.chance)
        self.told("pension", {"person": self.id, "year": self.chance.choice([2017, 2018, 2018]), "on": on}, on)
