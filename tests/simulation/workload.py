"""A small county as facts on offer: a timeline made from a seed, with everything that upstream does wrong."""

import random
from dataclasses import dataclass
from datetime import timedelta

from tests.simulation.concerns import concerns
from tests.support.facts import FIRST_CLOSED, OTHER_USCC, PHONE, RECORDED_AT, USCC, Offer, closing, id_number, offer

EMPLOYERS = (USCC, OTHER_USCC)
PARAMETERS = (
    ("social_insurance.max_months", 36),
    ("stable_employment.reward_fen", 100_000),
    ("stable_post.ratio_sme_percent", 50),
    ("stable_post.worker_share_percent", 100),
    ("stable_post.max_layoff_bp", 500),
)


@dataclass(frozen=True)
class Timeline:
    """Facts in the order in which upstream publishes them."""

    offers: tuple[Offer, ...]

    def kinds(self) -> set[str]:
        """Return the types of its facts."""
        return {each.subject.split(".", 2)[2] for each in self.offers}


def timeline(seed: int) -> Timeline:
    """Return a county's facts: the same seed makes the same."""
    dice = random.Random(f"timeline-{seed}")  # noqa: S311 - nor are facts
    people = range(1, dice.randint(3, 6))
    facts = [closing(FIRST_CLOSED)] + _beginnings(dice) + [f for n in people for f in _life(n, dice)]
    # An officer who comes late takes on everybody in a walk of many pages.
    officer = offer("coordinator.registered", "officer-1")
    facts.insert(1 if dice.random() < 0.4 else len(facts), officer)
    facts += concerns(people, dice) + _money(people, dice) + _nonsense(dice)
    mixed = _shaken(facts, dice)
    return Timeline(tuple(_with_closings(mixed, dice.randint(2, 5), dice)))


def _beginnings(dice: random.Random) -> list[Offer]:
    facts: list[Offer] = []
    if dice.random() < 0.5:
        facts.append(offer("coordinator.registered", "officer-2", coordinator_id="C2", phone="13912345679"))
    for number, uscc in enumerate(EMPLOYERS):
        facts.append(offer("employer.registered", f"employer-{number}", uscc=uscc))
    for name, value in PARAMETERS:
        if dice.random() < 0.8:
            facts.append(offer("parameter.published", f"parameter-{name}", parameter=name, value=value))
    facts.append(offer("vacancy.opened", "vacancy-1", openings=dice.randint(1, 4)))
    if dice.random() < 0.3:
        facts.append(offer("vacancy.changed", "vacancy-1-changed", openings=2))
    return facts


def _life(number: int, dice: random.Random) -> list[Offer]:
    """Return what happens to one person, in the order in which it happens."""
    who, job, uscc = {"id_number": id_number(number)}, {"employment_id": f"J{number}"}, dice.choice(EMPLOYERS)
    phone = f"1381234{5000 + number}"
    facts = [
        offer("roster.entry", f"roster-{number}", household_id=f"H-{number}", **who),
        offer("jobseeker.registered", f"seeker-{number}", phone=phone, **who),
    ]
    if dice.random() < 0.5:
        said = {"from": phone, "text": dice.choice(["好", "不去", "接受"]), "received_at": RECORDED_AT}
        facts.append(offer("sms.replied", f"reply-{number}", said))
    if dice.random() < 0.4:
        return facts  # looks for work
    facts.append(offer("employment.confirmed", f"job-{number}", uscc=uscc, starts_on="2018-03-01", **job, **who))
    return facts + _premiums(number, uscc, who, dice) + _changes(number, job, dice)


def _premiums(number: int, uscc: str, who: dict[str, str], dice: random.Random) -> list[Offer]:
    facts = []
    for month in dice.sample(["2018-03", "2018-04", "2018-05"], dice.randint(1, 3)):
        paid = {"uscc": uscc, "period": month, **who}
        facts.append(offer("premium.paid", f"paid-{number}-{month}", paid_on=f"{month}-28", **paid))
        if dice.random() < 0.3:
            changed = {"pension_fen": 60_000, "date": f"{month}-29"}
            facts.append(offer("premium.corrected", f"corrected-{number}-{month}", **paid, **changed))
        elif dice.random() < 0.2:
            facts.append(offer("premium.refunded", f"refunded-{number}-{month}", date=f"{month}-29", **paid))
    return facts


def _changes(number: int, job: dict[str, str], dice: random.Random) -> list[Offer]:
    facts = []
    if dice.random() < 0.4:
        facts.append(offer("employment.corrected", f"moved-{number}", starts_on="2018-02-20", **job))
    if dice.random() < 0.3:
        facts.append(offer("employment.voided", f"voided-{number}", effective_from="2018-03-01", **job))
    elif dice.random() < 0.4:
        facts.append(offer("employment.ended", f"ended-{number}", last_day="2018-03-05", **job))
    return facts


def _money(people: range, dice: random.Random) -> list[Offer]:
    facts = []
    if dice.random() < 0.6:
        fen = dice.choice([100_000, 5_000_000])
        facts.append(offer("budget.granted", "budget-1", amount_fen=fen))
    if dice.random() < 0.3:
        facts.append(offer("budget.reduced", "budget-2", amount_fen=50_000))
    if dice.random() < 0.5:
        facts.append(offer("headcount.reported", "heads-1", year=2017))
    if dice.random() < 0.5:
        number = dice.choice(people)
        facts.append(offer("provider.qualified", "provider-1"))
        facts.append(offer("training.completed", "course-1", id_number=id_number(number)))
    return facts


def _nonsense(dice: random.Random) -> list[Offer]:
    """Return what no upstream should send, and what waits for ever."""
    wrong = [
        Offer("intake.yunxiao-hr.roster.entry", b"\xff\x00not json", "none-1"),
        Offer("intake.yunxiao-hr.roster.entry", b"{}", "none-2"),
        offer("roster.entry", "bad-1", id_number="350622198502030001"),
        offer("exit.confirmed", "stray-1", id_number=id_number(77)),
        offer("employment.ended", "stray-2", employment_id="J99"),
        offer("roster.entry", "unknown-1").but(type="cn.bangfu.roster.entry.v9"),
        offer("employer.registered", "employer-0", size="large"),
        offer("calendar.day_closed", "day-wrong", {"date": "2019-01-01"}),
        offer("sms.replied", "reply-0", {"from": PHONE, "text": "哪位？", "received_at": RECORDED_AT}),
        offer("premium.paid", "early 2 *", id_number=id_number(1)),
    ]
    return dice.sample(wrong, dice.randint(3, len(wrong)))


def _shaken(facts: list[Offer], dice: random.Random) -> list[Offer]:
    """Return facts in nearly their order: some come early and must wait for their cause."""
    keyed = [
        (number + dice.choice([0, 0, 0, dice.uniform(-15, 15)]), number, fact) for number, fact in enumerate(facts)
    ]
    return [fact for _, _, fact in sorted(keyed, key=lambda each: each[:2])]


def _with_closings(facts: list[Offer], days: int, dice: random.Random) -> list[Offer]:
    """Spread the closings of the next days over a timeline, in their order; the last one closes it."""
    places = sorted(dice.randint(len(facts) // 3, len(facts)) for _ in range(days))
    result: list[Offer] = []
    for number, fact in enumerate(facts):
        result += [_closing(day) for day, place in enumerate(places) if place == number]
        result.append(fact)
    return result + [_closing(day) for day, place in enumerate(places) if place >= len(facts)]


def _closing(day: int) -> Offer:
    return closing(FIRST_CLOSED + timedelta(days=day + 1))
