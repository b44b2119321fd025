"""Aggregates "recruiting_round" and "recruiting": applications decided on together, and a programme's open round."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from services.registry.domain.placements_open import opened
from services.registry.domain.recruiting import NO_OBJECTION, OF_ROUND, Objection, next_day, of_matter
from shared.events.contract import Event
from shared.events.finance import NoticeCleared, NoticeObjected
from shared.events.placements import ApplicationChecked, RoundClosed, RoundDecided, RoundNoticed, RoundProposed
from shared.events.tasks import TaskClosed, TaskOpened
from shared.runner.core import Aggregate, Message


@dataclass(frozen=True, slots=True)
class Round:
    """The applications that are decided on together.

    Args:
        applications: In order of their arrival. closes_on: The last day of applying.
        proposed: The list. decide_by: Set once the notice is over.
        decision: The last word on the list that had an effect, or why it had none.
    """

    programme: str = ""
    applications: tuple[str, ...] = ()
    closes_on: date | None = None
    closed: bool = False
    proposed: RoundProposed | None = None
    decide_by: date | None = None
    decision: str = ""
    objection: Objection = NO_OBJECTION
    open: tuple[str, ...] = ()

    @property
    def waits_for_decision(self) -> bool:
        """Whether a list is there, its notice is over, no objection holds it and nobody decided."""
        listed = self.proposed is not None and bool(self.proposed.application_ids)
        decided = self.decision in ("approved", "refused")
        return listed and self.decide_by is not None and not decided and not self.objection.is_open

    @property
    def deadlines(self) -> dict[str, date]:
        """By step, the day at whose closing it ends or somebody is told that it waits."""
        if not self.closed:
            return {"applying": self.closes_on} if self.closes_on else {}
        if self.proposed is not None and self.decide_by is None:
            return {"notice": self.proposed.notice_until}
        return {"decision": self.decide_by} if self.decide_by and self.waits_for_decision else {}


def _rounds(message: Message) -> Iterable[str]:
    match message.event:
        case (
            ApplicationChecked(round_id=id_)
            | RoundClosed(round_id=id_)
            | RoundProposed(round_id=id_)
            | RoundNoticed(round_id=id_)
            | RoundDecided(round_id=id_)
            | NoticeObjected(notice_id=id_)
            | NoticeCleared(notice_id=id_)
        ):
            return (id_,)
        case TaskOpened() | TaskClosed() as task:
            return of_matter(OF_ROUND, task)
        case _:
            return ()


def _applied(state: Round, check: ApplicationChecked) -> Round:
    ids = tuple(dict.fromkeys((*state.applications, check.application_id)))
    return replace(state, programme=check.programme, applications=ids, closes_on=check.round_closes_on)


def _settled(state: Round, fact: RoundDecided) -> Round:
    is_final = state.decision in ("approved", "refused") and fact.decision == "blocked"
    return state if is_final else replace(state, decision=fact.reason or fact.decision)


def _reminded(state: Round, task: TaskOpened | TaskClosed) -> Round:
    return replace(state, open=opened(state.open, task))


_ROUND_BY: Final[dict[type[Event], Callable[[Round, Any], Round]]] = {
    ApplicationChecked: _applied,
    RoundClosed: lambda state, _: replace(state, closed=True),
    RoundProposed: lambda state, fact: replace(state, proposed=fact),
    RoundNoticed: lambda state, fact: replace(state, decide_by=fact.decide_by),
    RoundDecided: _settled,
    TaskOpened: _reminded,
    TaskClosed: _reminded,
}


def _evolve_round(state: Round, message: Message) -> Round:
    if isinstance(message.event, NoticeObjected | NoticeCleared):
        return replace(state, objection=state.objection.after(message))
    return _ROUND_BY[type(message.event)](state, message.event)


ROUND = Aggregate(
    "recruiting_round",
    Round,
    lambda _: Round(),
    _evolve_round,
    _rounds,
    due_on=lambda round_: next_day(round_.deadlines, OF_ROUND, round_.open),
    tags=lambda round_: (round_.programme,),
    keep=lambda round_: bool(round_.programme),
)


@dataclass(frozen=True, slots=True)
class OpenRound:
    """The round of a programme that takes applications, and how many there were."""

    round_id: str = ""
    rounds: int = 0


def _programmes(message: Message) -> Iterable[str]:
    match message.event:
        case ApplicationChecked(programme=programme) | RoundClosed(programme=programme):
            return (programme,)
        case _:
            return ()


def _evolve_open(state: OpenRound, message: Message) -> OpenRound:
    match message.event:
        case ApplicationChecked(round_id=id_):
            # An older application checked anew still names its own round.
            number = int(id_.rpartition("-r")[2])
            return OpenRound(id_, number) if number > state.rounds else state
        case RoundClosed(round_id=id_) if id_ == state.round_id:
            return replace(state, round_id="")
        case _:
            return state


RECRUITING = Aggregate("recruiting", OpenRound, lambda _: OpenRound(), _evolve_open, _programmes)
