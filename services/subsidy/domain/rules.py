"""Aggregate "posting_rule": the published figures that say how the ledger posts, as each day of posting knows them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.subsidy.domain.parameters import Parameters, Values, with_published
from services.subsidy.domain.programme import Rulebook
from shared.events.finance import ParameterPublished
from shared.runner.core import Aggregate, Message

ORDER: Final = "budget.order"
OFFSET: Final = "recovery.offset_percent"
NOTICE: Final = "notice.working_days"
CURE: Final = "recovery.cure_days"
CLEARING: Final = "payment.clearing_days"
THE_RULES: Final = "rules"
_FILL_GAPS: Final = "fill_gaps"


@dataclass(frozen=True, slots=True)
class Learned:
    """A figure and the open day on which it became known."""

    on: date
    fact: ParameterPublished


@dataclass(frozen=True, slots=True)
class Rules:
    """What was published, in order of arrival."""

    learned: tuple[Learned, ...] = ()


@dataclass(frozen=True, slots=True)
class Standard:
    """The rules in force on a day, as far as they are known when that day is posted."""

    values: Values
    day: date

    def fills_gaps(self, county: str) -> bool:
        """Tell whether a line that fits may be posted while an earlier one waits; unset reads as no."""
        return self.values.in_force(ORDER, county, self.day) == _FILL_GAPS

    def offset_percent(self, county: str) -> int:
        """Return which part of money that becomes due is set off against what the payee owes; unset: none."""
        value = self.values.in_force(OFFSET, county, self.day)
        return value if isinstance(value, int) else 0

    def notice_days(self, county: str, programme: str) -> int:
        """Return how many working days a payment run is published before it is approved; unset: none.

        A programme whose file says that no notice is given has none.
        """
        known = self.values.rulebook.programmes.get(programme)
        if known is not None and known.charter.procedure.notice is False:
            return 0
        value = self.values.in_force(NOTICE, county, self.day)
        return value if isinstance(value, int) else 0

    def cure_days(self, county: str) -> int | None:
        """Return how many working days a payee has before a clawback is decided; None where it is owed at once."""
        value = self.values.in_force(CURE, county, self.day)
        return value if isinstance(value, int) else None

    def clearing_days(self, county: str) -> int | None:
        """Return how many working days the bank has for an instruction; None where no document says so."""
        value = self.values.in_force(CLEARING, county, self.day)
        return value if isinstance(value, int) else None


def standard(rulebook: Rulebook, rules: Rules, day: date) -> Standard:
    """Return the rules for a day; what becomes known on a later day is left out, however early it arrives here."""
    parameters = Parameters()
    for entry in rules.learned:
        if entry.on <= day:
            parameters = with_published(parameters, entry.fact)
    return Standard(Values(rulebook, parameters), day)


def order_changes_on(rules: Rules, day: date) -> bool:
    """Tell whether a day brings another order of waiting: it became known then, or begins then."""
    return any(
        entry.fact.parameter == ORDER and entry.on <= day and day in (entry.on, entry.fact.valid_from)
        for entry in rules.learned
    )


def _evolve(state: Rules, message: Message) -> Rules:
    if not isinstance(message.event, ParameterPublished):
        return state
    return replace(state, learned=(*state.learned, Learned(message.known_on, message.event)))


def _concerns(message: Message) -> Iterable[str]:
    match message.event:
        case ParameterPublished(parameter=name) if name in (ORDER, OFFSET, NOTICE, CURE, CLEARING):
            return (THE_RULES,)
        case _:
            return ()


RULES = Aggregate(kind="posting_rule", state=Rules, initial=lambda _: Rules(), evolve=_evolve, concerns=_concerns)
