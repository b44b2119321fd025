"""What the registry must come to at the end of the year, worked out from the facts alone."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from samples.facts import Fact
from samples.year.days import FIRST_DAY, LAST_DAY

_PATIENCE = timedelta(days=14)  # what is due in the last days may still come
_END_OF_THE_PLAN = "2020-12-31"


def registry_figures(facts: list[Fact]) -> dict[str, Any]:
    """Return what the registry's own collections must say on the last day."""
    waiting = _absent(facts) - {_who(fact) for fact in facts if fact.kind.startswith("exit.")}
    return {
        "exits_waiting": len(waiting),
        "exit_alerts": len(waiting),
        "taken_over": _taken_over(facts),
        "dispatched": sum(fact.data["post_kind"] == "dispatch" for fact in _of(facts, "employment.confirmed")),
        "duties_missed": dict(sorted((_missed_by_cadres(facts) + _missed_by_workers(facts)).items())),
        "targets": _targets(facts),
    }


def _absent(facts: list[Fact]) -> set[str]:
    """Return who stood on a whole snapshot and stands no longer on the last one of the county."""
    refused = {fact.data["subject_id"] for fact in _of(facts, "approval.refused")}
    parts: dict[tuple[str, str], list[Fact]] = {}
    for fact in _of(facts, "roster.snapshot"):
        parts.setdefault((fact.data["county"], fact.data["snapshot_id"]), []).append(fact)
    ever, last = set[str](), dict[str, set[str]]()
    for (county, snapshot_id), each in parts.items():
        if len(each) == each[0].data["parts"] and snapshot_id not in refused:
            last[county] = {row["id_number"] for fact in each for row in fact.data["entries"]}
            ever |= last[county]
    return ever.difference(*last.values())


def _taken_over(facts: list[Fact]) -> dict[str, int]:
    """Return how many people a successor looks after: those of the township who can work."""
    rows = [row for fact in _of(facts, "roster.snapshot") for row in fact.data["entries"]]
    rows += [fact.data for fact in _of(facts, "roster.entry")]
    able = {row["id_number"] for row in rows if row["labour_ability"]}
    able |= {_who(fact) for fact in _of(facts, "jobseeker.registered")}
    homes = {row["id_number"]: row["township"] for row in rows if row["id_number"] in able}
    people, areas = (
        Counter(homes.values()),
        {f.subject: f.data["townships"] for f in _of(facts, "coordinator.registered")},
    )
    left = [fact.subject for fact in _of(facts, "coordinator.relieved")]
    heirs = [each for each, area in areas.items() if each not in left and area in [areas[one] for one in left]]
    return {each: sum(people[township] for township in areas[each]) for each in sorted(heirs)}


def _missed_by_cadres(facts: list[Fact]) -> Counter[str]:
    """Return how many weeks lack a visit, months a lecture and quarters an activity, by posting."""
    missed = Counter[str]()
    for posting in _of(facts, "employment.confirmed"):
        if posting.data["post_kind"] == "secondment":
            done = {(f.data["duty"], f.data["date"]) for f in _of(facts, "duty.done") if f.subject == posting.subject}
            for duty, period in (("走访", _week), ("党课", _month), ("党员活动", _quarter)):
                shown = {period(date.fromisoformat(day)) for what, day in done if what == duty}
                owed = _over(period, date.fromisoformat(posting.data["starts_on"]))
                missed[posting.subject] += len(owed - shown)
    return +missed


def _missed_by_workers(facts: list[Fact]) -> Counter[str]:
    """Return who handed in no half-yearly summary, and how many quarters were assessed for others but not for them."""
    jobs = [fact.subject for fact in _of(facts, "employment.confirmed") if fact.data["post_kind"] == "dispatch"]
    wrote = {fact.subject for fact in _of(facts, "duty.done") if fact.data["duty"] == "半年总结"}
    assessed = Counter(fact.subject for fact in _of(facts, "assessment.recorded"))
    return +Counter({job: (job not in wrote) + max(assessed.values()) - assessed[job] for job in jobs})


def _targets(facts: list[Fact]) -> dict[str, int]:
    held = [fact.data for fact in _of(facts, "activity.held")]
    stations = [f.data for f in _of(facts, "appraisal.recorded") if f.data["kind"] == "talent_station"]
    funds = [f.data for f in _of(facts, "budget.granted") if f.data["programme"] == "village-fund"]
    visits = [one for one in held if one["programme"] == "expert-service" and one["date"] <= _END_OF_THE_PLAN]
    return {
        "expert-visits": sum(one["headcount"] for one in visits),
        "school-lectures": sum(one["headcount"] for one in held if one["kind"] == "讲师团讲学"),
        "talent-stations": len({one["organisation_id"] for one in stations}),
        "village-fund": sum(one["amount_fen"] for one in funds if one["fiscal_year"] == FIRST_DAY.year),
    }


def _over(period: Any, first: date) -> set[Any]:
    """Return the periods between a day and the end of patience, without the last, which is not over."""
    days = (LAST_DAY - _PATIENCE - first).days
    found = [period(first + timedelta(days=number)) for number in range(days + 1)]
    return set(found) - {found[-1]}


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _quarter(day: date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def _of(facts: Iterable[Fact], kind: str) -> Iterator[Fact]:
    return (fact for fact in facts if fact.kind == kind)


def _who(fact: Fact) -> str:
    return str(fact.data["id_number"])
