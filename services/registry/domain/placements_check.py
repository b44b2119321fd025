"""What the rules say of a placement: its programme, its deadlines, its term, the answer of every gate. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.registry.domain.placements import Placement
from services.registry.domain.placements_gates import FAILED, PASSED, Found, Local, Scene
from services.registry.domain.placements_people import Candidate
from services.registry.domain.placements_posts import Post
from services.registry.domain.placements_rules import Book, Cited, GateRule, KindRule, ProgrammeRule
from shared.calendar import term_complete_on
from shared.events.placements import GateAnswer, PlacementChecked

_LOCAL: Final = Local(name="local")


@dataclass(frozen=True, slots=True)
class Case:
    """A placement, and what registry knows of its person and its vacancy.

    Args:
        reviewed: Programme to application, of the person's applications that were approved: a review settles what
            registry does not know.
    """

    id: str
    placement: Placement
    person: Candidate
    post: Post
    reviewed: dict[str, str]

    @property
    def silent(self) -> PlacementChecked:
        """What is said where no rule says anything."""
        programme = self.placement.programme
        return PlacementChecked(
            employment_id=self.id, person_id=self.placement.person_id, programme=programme, answers=[]
        )


def check(case: Case, book: Book) -> PlacementChecked:
    """Return what the rules say of a placement, `case.silent` where they say nothing."""
    placement, day = case.placement, case.placement.starts_on
    if day is None:
        return case.silent
    kind = book.kind(placement.post_kind, day)
    named = book.programme(placement.programme, day) if placement.programme else None
    rule = named or (book.by_default(kind, day) if kind and not placement.programme else None)
    until = _until(placement, rule)
    if rule is None and (kind is None or not (kind.exclusive or kind.notice_days is not None)):
        until = None  # nothing rests on it, so that nothing has to be said of it
    scene = _scene(case, until)
    answers = [*_fits(placement, rule, book), *answers_of(rule.gates if rule else (), scene, book)]
    answers += _local(case.post, scene, book)
    told = _told(case, kind, rule, book)
    settled = case.reviewed.get(told.programme or "")
    notice_on = until - timedelta(days=kind.notice_days) if until and kind and kind.notice_days is not None else None
    update: dict[str, Any] = {"until": until, "notice_on": max(notice_on, day) if notice_on else None}
    return told.model_copy(update=update | {"answers": [_reviewed(each, settled) for each in answers]})


def answers_of(gates: Iterable[GateRule], scene: Scene, book: Book) -> list[GateAnswer]:
    """Return the answer of each gate."""
    return [_answer(rule.gate.name, rule.gate.answer(scene), rule, book) for rule in gates]


def _told(case: Case, kind: KindRule | None, rule: ProgrammeRule | None, book: Book) -> PlacementChecked:
    """Return the programme, whether it is exclusive, and its deadlines."""
    day = case.placement.starts_on or date.min
    agreement, arrival = (rule.agreement, rule.arrival) if rule else (None, None)
    update: dict[str, Any] = {
        "programme": case.placement.programme or (rule.programme if rule else None),
        "exclusive": bool(kind and kind.exclusive),
    }
    if agreement:
        update |= {"agreement_by": agreement.after(day), "agreement_clause": book.said(agreement)}
        update |= {"agreement_parties": agreement.parties}
    if arrival:
        update |= {"arrival_by": arrival.after(day), "arrival_clause": book.said(arrival)}
    return case.silent.model_copy(update=update)


def _until(placement: Placement, rule: ProgrammeRule | None) -> date | None:
    stated = placement.extended_until or placement.contract_until
    if stated or rule is None or rule.months is None or placement.starts_on is None:
        return stated
    return term_complete_on(placement.starts_on, rule.months)


def _scene(case: Case, until: date | None) -> Scene:
    placement, post = case.placement, case.post
    return Scene(
        case.person,
        placement.starts_on or date.min,
        until=until,
        county=post.county or placement.county,
        sender_kind=placement.sender_kind,
        title_level=placement.title_level,
        grassroots_months=placement.grassroots_months,
        local_only=post.local_only,
    )


def _fits(placement: Placement, rule: ProgrammeRule | None, book: Book) -> list[GateAnswer]:
    """Return what is wrong with the kind or the day, as gates that failed."""
    if rule is None or placement.starts_on is None:
        return []
    day = placement.starts_on
    fits_kind = placement.post_kind in rule.kinds
    fits_day = rule.since <= day and (rule.until is None or day <= rule.until)
    wrong = [name for name, fits in (("post_kind", fits_kind), ("period", fits_day)) if not fits]
    return [_answer(name, FAILED, rule, book) for name in wrong]


def _local(post: Post, scene: Scene, book: Book) -> list[GateAnswer]:
    quota = next((each for each in book.rules.share_quotas if each.quota == post.programme), None)
    return [_answer(_LOCAL.name, _LOCAL.answer(scene), quota, book)] if post.local_only and quota else []


def _answer(gate: str, found: Found, rule: Cited, book: Book) -> GateAnswer:
    answer, evidence = found
    return GateAnswer(gate=gate, answer=answer, clause=book.said(rule), evidence=evidence)


def _reviewed(answer: GateAnswer, application_id: str | None) -> GateAnswer:
    if application_id is None or answer.answer != "unknown":
        return answer
    return answer.model_copy(update={"answer": PASSED[0], "evidence": f"资格审查 {application_id}"})
