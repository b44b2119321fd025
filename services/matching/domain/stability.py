"""How lasting an employer's work is, and whether public money is withheld from it.

Source of the year: an employment is stable after twelve months
(漳州市人力资源社会保障精准扶贫行动计划 2017—2020, clause 2).
"""

from dataclasses import dataclass, replace
from datetime import date

from shared.events.employment import EmploymentConfirmed
from shared.events.finance import PayeeBlocked
from shared.events.offers import PlaceFreed
from shared.runner.core import Aggregate, Message

STABLE_DAYS = 365


@dataclass(frozen=True, slots=True)
class Stability:
    """State of an employer.

    Args:
        begun: Employments that were confirmed and not void.
        left_early: Those of them that ended within a year.
        blocks: First and last days between which the employer is paid nothing.
    """

    begun: int = 0
    left_early: int = 0
    blocks: tuple[tuple[date, date], ...] = ()

    @property
    def lasted(self) -> int:
        """Employments that lasted a year, or go on."""
        return max(0, self.begun - self.left_early)

    def is_blocked(self, on: date) -> bool:
        """Tell whether the employer is blocked on a day."""
        return bool(self.blocks) and any(first <= on <= last for first, last in self.blocks)


def evolve(state: Stability, message: Message) -> Stability:
    """Return the employer after an employment began or ended, or after a block."""
    match message.event:
        case EmploymentConfirmed():
            return replace(state, begun=state.begun + 1)
        case PlaceFreed(lasted_days=None):
            return replace(state, begun=max(0, state.begun - 1))
        case PlaceFreed(lasted_days=int(days)) if days < STABLE_DAYS:
            return replace(state, left_early=state.left_early + 1)
        case PayeeBlocked() as event:
            return replace(state, blocks=(*state.blocks, (event.from_, event.until)))
        case _:
            return state


def concerns(message: Message) -> tuple[str, ...]:
    """Return the employer that a message is about."""
    match message.event:
        case EmploymentConfirmed(uscc=uscc) | PlaceFreed(uscc=uscc):
            return (uscc,)
        case PayeeBlocked(uscc=uscc) if uscc:
            return (uscc,)
        case _:
            return ()


STABILITIES = Aggregate(
    kind="stability",
    state=Stability,
    initial=lambda _: Stability(),
    evolve=evolve,
    concerns=concerns,
    resident=True,
)
