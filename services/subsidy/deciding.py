"""Telling the ledger what an officer decided, and hearing what it came to."""

import asyncio
from datetime import date
from typing import Any, Final

import orjson
from nats.aio.msg import Msg

from services.subsidy.domain.ledger import LEDGER, THE_LEDGER
from shared.catalog import partition_of, subject_of
from shared.errors import BangfuError
from shared.events.payments import FinanceFactAnswered
from shared.ops.output import console
from shared.ops.reading import states
from shared.ops.stating import state, stated_by
from shared.ops.words import say
from shared.runner.wire import plain

SOURCE: Final = "office"
PATIENCE_S: Final = 30.0
DONE: Final = frozenset({"first_approval", "approved", "refused", "proposed"})


def words_of(outcome: str) -> str:
    """Return what an answer of the ledger means."""
    return {
        "first_approval": say(
            "第一人审批已记录，还需另一人审批。", "The first approval stands; another person approves next."
        ),
        "approved": say("两人审批完成，已生效。", "Two people have approved; it takes effect."),
        "same_person": say(
            "未生效：第一次审批就是您给出的，须由另一人审批。",
            "Nothing happened: the first approval was yours; another person has to give the second.",
        ),
        "content_changed": say(
            "未生效：送审后内容有变，已重新提出，请重新查看后审批。",
            "Nothing happened: the content has changed since and was proposed anew; look at it again.",
        ),
        "other_content": say(
            "未生效：您看到的不是最新内容，请重新查看。",
            "Nothing happened: what you saw is not the latest content; look again.",
        ),
        "notice_running": say(
            "未生效：公示期（说明、更正期）未满。",
            "Nothing happened: the notice, or the time to put things right, is not over.",
        ),
        "not_open": say(
            "未生效：没有待审批的内容（不存在、已审批、有异议或金额不符）。",
            "Nothing happened: nothing waits for this (unknown, decided already, objected to, or another amount).",
        ),
        "repeated": say(
            "未生效：与先前提出的核销完全相同；另行核销须有新的文号或日期。",
            "Nothing happened: it repeats an earlier proposal; another one has its own document or date.",
        ),
        "refused": say("已退回。", "It is refused."),
        "proposed": say("已提出核销，须由两人审批。", "Giving it up is proposed; two people have to approve."),
    }.get(outcome, outcome)


def open_day() -> date:
    """Return the open day of the ledger.

    Raises:
        BangfuError: No day has been posted yet.
    """
    ledger = states("subsidy", LEDGER, {"_id": THE_LEDGER}).get(THE_LEDGER)
    if ledger is None or ledger.posted is None:
        raise BangfuError(say("台账还没有结过账，没有可审批的内容", "no day has been posted yet: nothing waits"))
    return date.fromordinal(ledger.posted.toordinal() + 1)


def tell(topic: str, subject_id: str, data: dict[str, Any], *, as_json: bool) -> int:
    """Publish what was decided, print what it came to; return 0 if it took effect, 1 if not.

    Raises:
        BangfuError: The fact was refused, or no answer came in time.
    """
    answer = asyncio.run(_told(topic, subject_id, data))
    outcome = str(answer["outcome"])
    if as_json:
        console.print_json(data=answer)
    else:
        console.print(f"{subject_id}: {words_of(outcome)}", highlight=False)
    return 0 if outcome in DONE else 1


async def _told(topic: str, subject_id: str, data: dict[str, Any]) -> dict[str, Any]:
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def hear(message: Msg) -> None:
        await heard.put(orjson.loads(message.data)["data"])

    async with stated_by(SOURCE) as office:
        answers = subject_of(_about(subject_id), partition_of(subject_id))
        # As it is published, and not from the stream: an office may hear answers, and read nothing else there.
        await office.client.subscribe(plain(answers), cb=hear)
        await office.client.flush()
        await state(office, SOURCE, topic, data)
        return await _answer(heard, topic, data.get("by"))


async def _answer(heard: "asyncio.Queue[dict[str, Any]]", topic: str, by: str | None) -> dict[str, Any]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await heard.get()
                if (answer["fact"], answer.get("by")) == (topic, by):
                    return answer
    except TimeoutError:
        raise BangfuError(
            say(
                f"{PATIENCE_S:.0f} 秒内没有答复：决定已记录，台账记到当日后自动处理，不要重复提交",
                f"no answer within {PATIENCE_S:.0f} s: the decision is stored and is dealt with once the ledger has "
                "posted the days before it; do not give it again",
            )
        ) from None


def _about(subject_id: str) -> FinanceFactAnswered:
    return FinanceFactAnswered(
        subject_id=subject_id, fact="approval.given", report="-", outcome="not_open", answered_on=date.min
    )
