"""The tasks that ought to stand open about a placement, a person, a vacancy or a quota: pure functions of states."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations

from services.registry.domain.placements import Placement
from services.registry.domain.placements_posts import Group, Post
from services.registry.domain.placements_quotas import Excess, excesses
from services.registry.domain.placements_rules import Book
from services.registry.domain.tasks import Task
from shared.events.placements import GateAnswer, PlacementChecked


def of_placement(id_: str, placement: Placement, closed: date) -> list[Task]:
    """Return the tasks about a placement once a day is closed."""
    check = placement.check
    if not placement.goes_on:
        return []
    tasks = [_violation(id_, placement, each.kind, each.date) for each in placement.unsettled]
    if check is None:
        return tasks
    tasks += [_gate(id_, placement, check, each) for each in check.answers if each.answer != "passed"]
    due = {kind for kind, day in placement.deadlines.items() if day <= closed}
    tasks += [_agreement(id_, placement, check)] if "agreement_missing" in due else []
    tasks += [_arrival(id_, placement, check)] if "arrival_missing" in due else []
    tasks += [_term(id_, placement, check)] if "term_ending" in due else []
    return tasks


def of_person(person_id: str, placements: Mapping[str, Placement]) -> list[Task]:
    """Return the overlaps of a person's exclusive placements, by id."""
    exclusive = {id_: each for id_, each in sorted(placements.items()) if each.check and each.check.exclusive}
    return [
        Task(
            "placement_overlap",
            f"{first}+{second}",
            one.county or None,
            person_id,
            details={
                "employment_id": first,
                "post_kind": one.post_kind,
                "other_employment_id": second,
                "other_post_kind": other.post_kind,
            },
        )
        for (first, one), (second, other) in combinations(exclusive.items(), 2)
        if _overlap(one, other)
    ]


def of_post(vacancy_id: str, post: Post, placements: Iterable[Placement]) -> list[Task]:
    """Return the task about a vacancy with more people at work than openings."""
    hires = sum(each.goes_on for each in placements)
    if not post.year or hires <= post.openings:
        return []
    details = {"vacancy_id": vacancy_id, "openings": str(post.openings), "hires": str(hires)}
    matter = f"{vacancy_id}/{hires}/{post.openings}"
    return [Task("vacancy_overfilled", matter, post.county or None, details=details)]


def of_group(group_id: str, group: Group, book: Book) -> list[Task]:
    """Return the tasks about the quotas that a group exceeds."""
    return [_quota(group_id, excess) for excess in excesses(group, book)]


def _overlap(one: Placement, other: Placement) -> bool:
    if one.span is None or other.span is None:
        return False
    return max(one.span[0], other.span[0]) <= min(one.span[1], other.span[1])


def _violation(id_: str, placement: Placement, kind: str, day: date) -> Task:
    details = {"employment_id": id_, "violation": kind, "since": str(day)}
    return Task("violation_open", f"{id_}/{day}/{kind}", placement.county or None, placement.person_id, details=details)


def _gate(id_: str, placement: Placement, check: PlacementChecked, answer: GateAnswer) -> Task:
    programme = check.programme or placement.post_kind
    details = {"employment_id": id_, "programme": programme, "gate": answer.gate, "answer": answer.answer}
    details |= {"missing": f"（缺：{answer.evidence}）" if answer.evidence else ""}
    matter = f"{id_}/{answer.gate}/{answer.answer}"
    return Task(
        "gate_failed",
        matter,
        placement.county or None,
        placement.person_id,
        details=details | {"clause": answer.clause},
    )


def _agreement(id_: str, placement: Placement, check: PlacementChecked) -> Task:
    details = {"employment_id": id_, "post_kind": placement.post_kind, "clause": check.agreement_clause or ""}
    return Task(
        "agreement_missing", id_, placement.county or None, placement.person_id, check.agreement_by, details=details
    )


def _arrival(id_: str, placement: Placement, check: PlacementChecked) -> Task:
    details = {"employment_id": id_, "post_kind": placement.post_kind, "clause": check.arrival_clause or ""}
    return Task(
        "arrival_missing", id_, placement.county or None, placement.person_id, check.arrival_by, details=details
    )


def _term(id_: str, placement: Placement, check: PlacementChecked) -> Task:
    details = {"employment_id": id_, "post_kind": placement.post_kind, "until": str(check.until)}
    return Task(
        "term_ending", f"{id_}/{check.until}", placement.county or None, placement.person_id, check.until,
        details=details,
    )  # fmt: skip


def _quota(group_id: str, excess: Excess) -> Task:
    details = {
        "programme": excess.quota,
        "quota": excess.allowed,
        "reached": excess.reached,
        "clause": excess.clause,
    }
    return Task("quota_exceeded", f"{group_id}/{excess.what}/{excess.reached}", excess.county, details=details)
