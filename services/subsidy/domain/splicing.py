"""Two rulebooks joined at a day: the shipped programmes before it, changed ones from it on.

How the day cuts:

- a figure goes by the day that counts for it, as every dated value does: the shipped values before the day, those of
  the changed files from it on. A figure that the changed files state otherwise also goes before what was published for
  it, for all counties: it is what is asked about. Figures that they leave as they are keep what was published;
- the text of a programme (conditions, roles, kind, evidence) has no date of its own and goes by the first day of the
  period that a line is for; a yearly programme's months go with their year. Whatever a term counts, it counts over a
  person's whole life by the text in hand.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from services.subsidy.domain.programme import Dated, Kind, Parameter, Programme, Rulebook
from services.subsidy.domain.rules import ORDER
from shared.events.contract import Event
from shared.events.employment import AttendanceRecorded
from shared.events.finance import ParameterPublished
from shared.events.premiums import (
    EmployerPremiumRecorded,
    PensionContributed,
    PremiumCorrected,
    PremiumPaid,
    PremiumRefunded,
)
from shared.runner.core import Message

_LOOKED_AT_BY: Final[Mapping[type[Event], frozenset[Kind]]] = {
    PremiumPaid: frozenset({"premium_refund"}),
    PremiumCorrected: frozenset({"premium_refund"}),
    PremiumRefunded: frozenset({"premium_refund"}),
    EmployerPremiumRecorded: frozenset({"kept_posts"}),
    AttendanceRecorded: frozenset({"attended_days", "graded_quarter"}),
    PensionContributed: frozenset({"pension_share"}),
}
"""The facts that most of history consists of, and the only kinds of programmes whose amounts depend on them."""


@dataclass(frozen=True)
class Splice:
    """A joined rulebook.

    Args:
        since: The day on which the changed files begin to hold.
        texts: The programmes whose text differs. figures: The parameters whose values from the day on differ.
    """

    rulebook: Rulebook
    since: date
    texts: tuple[str, ...]
    figures: tuple[str, ...]

    @property
    def touched(self) -> frozenset[str]:
        """Return the programmes whose lines can differ, and those to which such a programme yields.

        No line depends on another programme or its budget but by yielding.
        """
        figures, programmes = frozenset(self.figures), self.rulebook.programmes.values()
        differ = {
            programme.name
            for programme in programmes
            if programme.name in self.texts or programme.parameters & figures or ORDER in figures
        }
        differ |= {programme.name for programme in programmes if differ & set(programme.yields_to)}
        return frozenset(differ | {name for p in programmes if p.name in differ for name in p.yields_to})

    def only_touched(self, rulebook: Rulebook) -> Rulebook:
        """Return a rulebook without the programmes that are not touched."""
        kept = {key: entry for key, entry in rulebook.programmes.items() if entry.name in self.touched}
        return replace(rulebook, programmes=kept)

    @property
    def kinds(self) -> frozenset[Kind]:
        """Return the kinds of the touched programmes."""
        return frozenset(programme.kind for programme in self.only_touched(self.rulebook).programmes.values())

    @property
    def passed_over(self) -> frozenset[type[Event]]:
        """Return the facts that say nothing to the touched programmes."""
        return frozenset(event for event, looks in _LOOKED_AT_BY.items() if not looks & self.kinds)

    def hears(self, message: Message) -> Iterator[Message]:
        """Yield what is heard in the place of a message: documents do not overrule the figures that are asked about."""
        fact = message.event
        if not isinstance(fact, ParameterPublished) or fact.parameter not in self.figures:
            yield message
            return
        if fact.valid_from >= self.since:
            return
        yield message
        for number, (day, value) in enumerate(self._instead(fact)):
            event = fact.model_copy(update={"value": value, "valid_from": day})
            yield replace(message, id=f"{message.id}/{number}", event=event)

    def _instead(self, fact: ParameterPublished) -> Iterable[tuple[date, Any]]:
        """Return what ends a published value: for a county its abolition, in general the values of the files."""
        if fact.county:
            return [(self.since, None)]
        stated = self.rulebook.parameters[fact.parameter].values
        return [(entry.valid_from, entry.value) for entry in stated if entry.valid_from >= self.since]


def spliced(shipped: Rulebook, changed: Rulebook, since: date) -> Splice:
    """Return the rulebook that is the shipped one before a day and the changed one from it on."""
    names = sorted(shipped.parameters.keys() | changed.parameters.keys())
    figures = {name: _figure(shipped.parameters.get(name), changed.parameters.get(name), since) for name in names}
    programmes = dict(shipped.programmes)
    texts = []
    for name, programme in sorted(changed.programmes.items()):
        before = shipped.programmes.get(name)
        if before is None:
            programmes[name] = replace(programme, since=since)
        elif _text(before) != _text(programme):
            programmes[name] = replace(before, until=since)
            programmes[f"{name}@{since}"] = replace(programme, since=since)
        if before is None or _text(before) != _text(programme):
            texts.append(name)
    other = tuple(name for name in names if _from(shipped.parameters.get(name), since) != _from(figures[name], since))
    return Splice(Rulebook(programmes, figures), since, tuple(texts), other)


def _text(programme: Programme) -> list[Any]:
    """Return what a programme's file says, without what is compiled from it and who approved it."""
    bare = [(c.require, c.reason, c.says) for c in programme.conditions]
    return [bare, replace(programme, conditions=(), charter=replace(programme.charter, changes=()))]


def _figure(shipped: Parameter | None, changed: Parameter | None, since: date) -> Parameter:
    if changed is None or shipped is None:
        known = changed or shipped
        if known is None:
            raise ValueError("a name comes from one of the rulebooks")
        return known if changed is None else replace(known, values=_from(known, since))
    before = tuple(entry for entry in shipped.values if entry.valid_from < since)
    return replace(changed, values=(*before, *_from(changed, since)))


def _from(parameter: Parameter | None, since: date) -> tuple[Dated, ...]:
    """Return the values that are in force from a day on, the first of them from that day."""
    if parameter is None:
        return ()
    begun = [entry for entry in parameter.values if entry.valid_from <= since]
    first = (replace(begun[-1], valid_from=since),) if begun else ()
    return (*first, *(entry for entry in parameter.values if entry.valid_from > since))
