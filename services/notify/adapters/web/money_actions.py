"""What finance people do about money: each act is a fact under their name, and the page says what it came to.

A signature names the hash that the form showed. Whether two people differ and whether the content is still the same is
the ledger's to say (ADR 0023); the desk only offers no button where it knows the answer.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from services.notify.adapters.web.desk import ANSWERED_S, Desk
from services.notify.adapters.web.endpoint import (
    Action,
    Answer,
    Asked,
    Endpoint,
    Forbidden,
    Principal,
    Role,
    Said,
    See,
)
from services.notify.adapters.web.money_read import READERS, SIGNERS, acts_of, clawback_of, must_be_known, run_of
from shared.events.finance import (
    ApprovalGiven,
    ApprovalRefused,
    NoticeCleared,
    NoticeObjected,
    RecoveryReceived,
    RecoveryWrittenOff,
)
from shared.events.payments import CLAWBACK_PREFIX, WRITE_OFF_PREFIX
from shared.money import fen

_LOOK_AGAIN_S: Final = 0.05
_TOOK_EFFECT: Final = frozenset({"first_approval", "approved", "refused", "held", "cleared", "booked", "proposed"})
_CHANGED: Final = frozenset({"content_changed", "other_content"})
_ACTORS: Final = READERS - {Role.AUDITOR}
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
Reason = Annotated[str, Field(min_length=2, max_length=200)]
Yuan = Annotated[int, BeforeValidator(fen), Field(gt=0)]
DocNo = Annotated[str, Field(min_length=1, max_length=80)]


class Approval(Action):
    """What is approved: exactly the content that the form showed."""

    content_hash: Hash


class Refusal(Approval):
    """What is refused, and why."""

    reason: Reason


class Objection(Action):
    """Who is paid is objected to, or the objection is settled."""

    notice_id: Id
    reason: Reason


class Recovery(Action):
    """Money that came back, or is to be given up, under a document."""

    amount: Yuan
    doc_no: DocNo


async def approve_run(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Approve exactly what the form showed."""
    return await _decide_run(desk, principal, asked, ApprovalGiven.topic)


async def refuse_run(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Refuse what the form showed, with a reason."""
    return await _decide_run(desk, principal, asked, ApprovalRefused.topic)


async def _decide_run(desk: Desk, principal: Principal, asked: Asked, fact: str) -> Answer:
    run_id = asked.path["run_id"]
    found = await run_of(desk, principal, run_id)
    decision = _decision(run_id, principal, asked, fact)
    outcome, said = await _decided(desk, principal, decision, is_second=found.status == "prepared")
    seen = f"?seen={asked.form.content_hash}" if outcome in _CHANGED else ""
    return See(f"/money/runs/{run_id}{seen}", said)


async def approve_clawback(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Approve a clawback (C-...) or giving it up (W-C-...)."""
    return await _decide_clawback(desk, principal, asked, ApprovalGiven.topic)


async def refuse_clawback(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Refuse a clawback or giving it up, with a reason."""
    return await _decide_clawback(desk, principal, asked, ApprovalRefused.topic)


async def _decide_clawback(desk: Desk, principal: Principal, asked: Asked, fact: str) -> Answer:
    subject = asked.path["subject_id"]
    id_ = subject.removeprefix(WRITE_OFF_PREFIX)
    found = await clawback_of(desk, principal, id_)
    decision = _decision(subject, principal, asked, fact)
    _, said = await _decided(desk, principal, decision, is_second=bool(found.at.prepared_by))
    return See(f"/money/clawbacks/{id_}", said)


def _decision(subject_id: str, principal: Principal, asked: Asked, fact: str) -> "Stated":
    data = {"subject_id": subject_id, "content_hash": asked.form.content_hash}
    if isinstance(asked.form, Refusal):
        data |= {"reason": asked.form.reason}
    elif principal.role is not Role.APPROVER:
        # The page may be a moment behind: the ledger sees to it that two preparers are not two signatures.
        data |= {"signs": "first"}
    return Stated(fact, subject_id, data, asked.form.token)


async def _decided(desk: Desk, principal: Principal, decision: "Stated", *, is_second: bool) -> tuple[str, Said]:
    """State a decision; the second approval is an approver's."""
    if is_second and decision.fact == ApprovalGiven.topic and principal.role is not Role.APPROVER:
        raise Forbidden
    return await told(desk, principal, decision)


async def object_to(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Record that somebody objects."""
    return await _noticed(desk, principal, asked, NoticeObjected.topic)


async def clear(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Record that an objection is settled."""
    return await _noticed(desk, principal, asked, NoticeCleared.topic)


async def _noticed(desk: Desk, principal: Principal, asked: Asked, fact: str) -> Answer:
    form: Objection = asked.form
    await must_be_known(desk, principal, form.notice_id)
    data = {"notice_id": form.notice_id, "reason": form.reason}
    _, said = await told(desk, principal, Stated(fact, form.notice_id, data, form.token))
    is_clawback = form.notice_id.startswith(CLAWBACK_PREFIX)
    return See(f"/money/clawbacks/{form.notice_id}" if is_clawback else "/money/objections", said)


async def recovered(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Record that money came back."""
    return await _recovery(desk, principal, asked, RecoveryReceived.topic)


async def write_off(desk: Desk, principal: Principal, asked: Asked) -> Answer:
    """Propose that what is owed be given up; two people decide on it."""
    return await _recovery(desk, principal, asked, RecoveryWrittenOff.topic)


async def _recovery(desk: Desk, principal: Principal, asked: Asked, fact: str) -> Answer:
    id_, form = asked.path["clawback_id"], asked.form
    await clawback_of(desk, principal, id_)
    data = {"receivable_id": id_, "amount_fen": form.amount, "doc_no": form.doc_no}
    _, said = await told(desk, principal, Stated(fact, id_, data, form.token))
    return See(f"/money/clawbacks/{id_}", said)


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact about a thing, in the form that is published, without its day; `token` of the form."""

    fact: str
    subject_id: str
    data: Mapping[str, Any]
    token: str


async def told(desk: Desk, principal: Principal, stated: Stated) -> tuple[str, Said]:
    """State a fact and wait for the ledger's answer to it; return the answer in a word and as a sentence.

    The word is empty where the fact was not taken, or the ledger has not answered within five seconds: it answers once
    the days before are posted.
    """
    before = {act.report for act in await acts_of(desk, stated.subject_id) if act.outcome}
    data = {**stated.data, "date": (await desk.open_day()).isoformat()}
    became = await desk.publish(principal, stated.fact, data, stated.token)
    if not became.is_taken:
        return "", became.said
    if became.outcome == "duplicate":
        before = set()
    outcome = await _answer(desk, principal, stated, before)
    if not outcome:
        return "", Said("money.answer.none", tone="note")
    return outcome, Said(f"money.answer.{outcome}", tone="good" if outcome in _TOOK_EFFECT else "bad")


async def _answer(desk: Desk, principal: Principal, stated: Stated, before: set[str]) -> str:
    try:
        async with asyncio.timeout(ANSWERED_S):
            while True:
                acts = [act for act in await acts_of(desk, stated.subject_id) if act.report not in before]
                own = [act for act in acts if (act.fact, act.by) == (stated.fact, principal.by)]
                if outcome := next((act.outcome for act in reversed(own) if act.outcome), ""):
                    return outcome
                await asyncio.sleep(_LOOK_AGAIN_S)
    except TimeoutError:
        return ""


ENDPOINTS = (
    Endpoint(
        "POST", "/money/runs/{run_id}/approve", "money_approve", SIGNERS, approve_run, form=Approval,
        summary="Approve a run as it was shown",
    ),
    Endpoint(
        "POST", "/money/runs/{run_id}/refuse", "money_refuse", SIGNERS, refuse_run, form=Refusal, summary="Refuse a run"
    ),
    Endpoint(
        "POST", "/money/decisions/{subject_id}/approve", "money_approve_clawback", SIGNERS, approve_clawback,
        form=Approval, summary="Approve a clawback, or giving it up",
    ),
    Endpoint(
        "POST", "/money/decisions/{subject_id}/refuse", "money_refuse_clawback", SIGNERS, refuse_clawback,
        form=Refusal, summary="Refuse a clawback, or giving it up",
    ),
    Endpoint(
        "POST", "/money/objections", "money_object", _ACTORS, object_to, form=Objection, summary="Object to a payment"
    ),
    Endpoint(
        "POST", "/money/objections/clear", "money_clear", _ACTORS, clear, form=Objection, summary="Settle an objection"
    ),
    Endpoint(
        "POST", "/money/clawbacks/{clawback_id}/recovery", "money_recovered", SIGNERS, recovered, form=Recovery,
        summary="Record money that came back",
    ),
    Endpoint(
        "POST", "/money/clawbacks/{clawback_id}/write-off", "money_write_off", SIGNERS, write_off, form=Recovery,
        summary="Propose to give a receivable up",
    ),
)  # fmt: skip
