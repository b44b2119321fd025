"""Bugs of what is decided: repetitions, walks, what waits, what is posted."""

from dataclasses import replace
from functools import partial
from typing import Any

from services.registry.duties_subscription import DUTIES, DUTY_LAW
from services.subsidy.domain import booking, posting, settling
from shared.events.employment import AttendanceRecorded
from shared.events.premiums import PremiumCorrected
from shared.events.subsidy import LinePosted
from shared.runner import fold, place, runner, workspace
from shared.runner.core import Message
from shared.store import Store
from tests.simulation.mutant import Patch


def same_id_other_content() -> list[Patch]:
    return [(fold, "repeated", lambda *_: fold.Disposition("duplicate"))]


def pages_forget_place() -> list[Patch]:
    return [(place.Place, "of", classmethod(lambda cls, *_: cls()))]


def page_skips_one() -> list[Patch]:
    def skipping(original: Any) -> Any:
        async def found(self: Store, kind: str, partition: Any, what: Any, *after_and_limit: Any) -> Any:
            rows = await original(self, kind, partition, what, *after_and_limit)
            return rows[1:] if after_and_limit[0] else rows

        return found

    return [(Store, name, skipping(vars(Store)[name])) for name in ("due_after", "tagged")]


def lost_correction() -> list[Patch]:
    original = settling.Settling.decide

    def decide(self: Any, message: Message, peek: Any) -> Any:
        return [] if isinstance(message.event, PremiumCorrected) else original(self, message, peek)

    from services.subsidy import subscribers  # noqa: PLC0415 - only its own subscription is changed

    return [(subscribers.SETTLING, "decide", partial(decide, subscribers._settling))]


def unshown_attendance() -> list[Patch]:
    def decide(message: Message, peek: Any) -> Any:
        return [] if isinstance(message.event, AttendanceRecorded) else DUTY_LAW.decide(message, peek)

    return [(DUTIES, "decide", decide)]


def led_nowhere() -> list[Patch]:
    original = runner.Runner._onward

    async def onward(self: Any, walk: Any, place: Any) -> Any:
        return await original(self, walk, place) if walk.given is None or not place.after else []

    return [(runner.Runner, "_onward", onward)]


def parked_forgotten() -> list[Patch]:
    return [(fold._Fold, "_wake", lambda *_: None)]


def poison_dropped() -> list[Patch]:
    original = fold._Fold._judge

    def judge(self: Any, item: Any, said: Any, key: str) -> None:
        if said.code != "not_json" and item.refusal is None:
            original(self, item, said, key)

    return [(fold._Fold, "_judge", judge)]


def blind_to_its_batch() -> list[Patch]:
    original = workspace.Workspace._find

    def find(self: Any, kind: str, id_: str) -> Any:
        settled, self._settled = self._settled, {}
        try:
            return original(self, kind, id_)
        finally:
            self._settled = settled

    return [(workspace.Workspace, "_find", find)]


def redelivery_is_news() -> list[Patch]:
    def one(self: Any, item: Any, seen: Any) -> None:
        original(self, replace(item, position=item.position + 10**6) if item.key in seen else item, seen)

    original = fold._Fold._one
    return [(fold._Fold, "_one", one)]


def posted_twice() -> list[Patch]:
    original = posting._postings

    def postings(*said: Any, **more: Any) -> Any:
        made = original(*said, **more)
        return [each.model_copy(update={"amount_fen": each.amount_fen + 1}) for each in made[:1]] + made[1:]

    return [(posting, "_postings", postings)]


def line_from_memory() -> list[Patch]:
    counted, original = iter(range(1, 10**6)), booking.line_of

    def line_of(*said: Any) -> LinePosted:
        number = next(counted)
        return original(*said).model_copy(update={"line_id": f"L{number:09d}", "line_no": number})

    return [(booking, "line_of", line_of)]
