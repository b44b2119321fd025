"""What a person or an employer carries of earlier decisions, folded from the events that said them."""

from dataclasses import dataclass, field, replace
from datetime import date

from services.subsidy.domain.claims import claim_key
from shared.events.subsidy import EntitlementChanged, EntitlementRefused, EntitlementScheduled, RefusalLifted
from shared.runner.core import Message


@dataclass(frozen=True, slots=True)
class Decided:
    """What was said of a claim so far.

    Args:
        reason: Why it accrues nothing; empty where it is not refused. `parameter`: the figure that is unset.
        settled_fen: Provisional money that this claim, a year's decision, made final.
        provisional: The claim is a month booked ahead of its year's decision.
    """

    county: str
    due_fen: int = 0
    reason: str = ""
    parameter: str = ""
    settled_fen: int = 0
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """All that was said.

    Args:
        decided: By claim key; what is due nothing and not refused is not kept.
        next_on: The next day whose closing makes something true.
    """

    decided: dict[str, Decided] = field(default_factory=dict)
    next_on: date | None = None


def stands(standing: Standing, message: Message) -> Standing:
    """Return the standing after an event of the engine; any other message leaves it as it is."""
    match message.event:
        case EntitlementScheduled(next_on=next_on):
            return replace(standing, next_on=next_on)
        case EntitlementChanged() | EntitlementRefused() | RefusalLifted() as event:
            key = claim_key(event.claim)
            said = _said(standing.decided.get(key), event)
            kept = {k: v for k, v in standing.decided.items() if k != key}
            if said.due_fen or said.reason or said.settled_fen:
                kept[key] = said
            return Standing(kept, event.next_on)
        case _:
            return standing


def _said(before: Decided | None, event: EntitlementChanged | EntitlementRefused | RefusalLifted) -> Decided:
    match event:
        case EntitlementChanged():
            settled_fen = (before.settled_fen if before else 0) + event.settled_fen
            said = replace(before, county=event.county) if before else Decided(event.county)
            return replace(said, due_fen=event.due_fen, settled_fen=settled_fen, provisional=event.provisional)
        case EntitlementRefused():
            said = before or Decided(event.county)
            return replace(said, reason=event.reason, parameter=event.parameter or "")
        case RefusalLifted():
            return replace(before, reason="", parameter="") if before else Decided("")
