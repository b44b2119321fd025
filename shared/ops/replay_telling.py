"""What the desk is told of a replay: only of the whole, and of a difference only when nothing moves any more."""

from pydantic import TypeAdapter, ValidationError

from shared.errors import BangfuError
from shared.events.contract import OPERATIONS
from shared.events.ops import ReplayFinished
from shared.events.types import EntityId
from shared.ops.auditing import Scope
from shared.ops.publishing import Publisher
from shared.ops.replay import Span
from shared.ops.stating import state
from shared.ops.words import say
from shared.store import Row


def check(span: Span, scope: Scope, by: str, *, tell: bool) -> None:
    """Check that a replay may be told, if it is to be, under that name.

    Raises:
        BangfuError: It is of a part, or nobody is named who does it.
    """
    if not tell:
        if by:
            raise BangfuError(say("--by 只与 --tell 同用", "--by says who tells: it goes with --tell"))
        return
    if not span.whole or scope != Scope():
        raise BangfuError(
            say(
                "--tell 只告知全部重放；部分一致不能说明其余",
                "--tell: only a replay of the whole is told; that a part agrees says nothing of the rest",
            )
        )
    try:
        TypeAdapter(EntityId).validate_python(by)
    except ValidationError:
        raise BangfuError(
            say(
                "--tell 须 --by：谁重放（字母、数字、-、_，如 ops-1）",
                "--tell needs --by: who does it, in letters, digits, - and _, as ops-1",
            )
        ) from None


def finished(found: Row, by: str) -> ReplayFinished:
    """Return what is told of what `audited` found of the whole. Pure."""
    return ReplayFinished(
        span="whole",
        by=by,
        first=found["first"],
        last=found["position"],
        events=found["events"],
        posted_until=found["posted_until"],
        digest=found["digests"]["replayed"],
        live_digest=found["digests"]["live"],
        differences=len(found["differences"]),
        unhandled=found["unhandled"],
    )


async def tell(desk: Publisher, found: Row, by: str) -> None:
    """Tell what came out, and wait until registry has it on record.

    Raises:
        BangfuError: They differ while the system still works, which proves nothing; or registry did not take it.
    """
    said = finished(found, by)
    if not said.agrees and found["in_flight"]:
        raise BangfuError(
            say(
                "未告知：系统仍在处理，此时的差异不说明问题，静止后再重放",
                "not told: the system is still working, so a difference proves nothing; replay when it is quiet",
            )
        )
    await state(desk, OPERATIONS, said.topic, said.payload())
