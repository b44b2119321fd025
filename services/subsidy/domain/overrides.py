"""Aggregate "override": which named conditions are set aside, for whom and until which day.

An override names a condition of a programme by its reason and a payee, or one person of a payee; it counts for every
day up to its last one and then expires by itself. The latest one about the same condition, payee and person counts, so
that a new one with an earlier last day shortens it. Nothing is inferred: what a line says of it is found by assessing
the claim without it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from services.subsidy.domain.entitlement import Assessed
from services.subsidy.domain.parameters import Override, Values, place_of
from services.subsidy.domain.programme import Programme
from shared.catalog import partition_of
from shared.events.finance import CheckSetAside
from shared.events.types import is_person_id
from shared.runner.core import Aggregate, Message, Peek

_MOST_WORDS: Final = 120  # of a reason, in a step of a computation


@dataclass(frozen=True, slots=True)
class Overrides:
    """What was set aside, one for each condition, payee and person, in order of these."""

    said: tuple[Override, ...] = ()


def overrides_for(message: Message, whose: str, peek: Peek) -> tuple[Override, ...]:
    """Return what was set aside for a person or an employer, whoever is paid."""
    known = peek(OVERRIDE, place_of(message)).said
    return tuple(entry for entry in known if entry.person in ("", whose))


def concerned_here(message: Message) -> tuple[str, ...]:
    """Return the one person of a message's partition whom an override is about, if it is about one."""
    if not isinstance(message.event, CheckSetAside):
        return ()
    person = _person(message.event)
    return (person,) if person and partition_of(person) == message.partition else ()


def concerned_employer(message: Message) -> tuple[str, ...]:
    """Return the payee of an override for all of its people, if its partition is the message's."""
    match message.event:
        case CheckSetAside(payee=payee) as event if not _person(event) and partition_of(payee) == message.partition:
            return (payee,)
        case _:
            return ()


def concerns_everyone(event: CheckSetAside) -> bool:
    """Tell whether an override is about all people of an employer or provider."""
    return not _person(event)


def _person(event: CheckSetAside) -> str:
    return event.person or (event.payee if is_person_id(event.payee) else "")


def with_overrides(assess: Callable[[Values], list[Assessed]], values: Values) -> list[Assessed]:
    """Return what is due, where each amount that is due by an override alone says so."""
    items = assess(values)
    for override in values.overrides:
        programme = values.rulebook.programmes.get(override.programme)
        if programme is None or all(condition.reason != override.check for condition in programme.conditions):
            continue
        others = tuple(other for other in values.overrides if other != override)
        without = {item.key: item for item in assess(replace(values, overrides=others))}
        items = [_noted(item, without.get(item.key), override, programme) for item in items]
    return items


def _noted(item: Assessed, without: Assessed | None, override: Override, programme: Programme) -> Assessed:
    is_about = (item.claim.programme, item.claim.payee) == (override.programme, override.payee)
    would_fail = without is None or without.reason == override.check
    if not is_about or item.reason or not would_fail:
        return item
    return replace(item, steps=partial(_steps, item.steps, _step(override, programme)))


def _steps(steps: Callable[[], Sequence[str]], step: str) -> list[str]:
    return [*steps(), step]


def _step(override: Override, programme: Programme) -> str:
    says = "；".join(condition.says for condition in programme.conditions if condition.reason == override.check)
    reason = override.reason if len(override.reason) <= _MOST_WORDS else f"{override.reason[: _MOST_WORDS - 1]}…"
    return f"“{says[:_MOST_WORDS]}”（{override.check}）由{override.by}决定不予核验，至{override.until}止：{reason}。"


def _evolve(state: Overrides, message: Message) -> Overrides:
    if not isinstance(message.event, CheckSetAside):
        return state
    new = _override(message.event)
    others = [entry for entry in state.said if _about(entry) != _about(new)]
    return Overrides(tuple(sorted([*others, new], key=_about)))


def _override(event: CheckSetAside) -> Override:
    person = event.person or ""
    return Override(event.programme, event.check, event.payee, person, event.until, event.reason, event.by)


def _about(entry: Override) -> tuple[str, str, str, str]:
    return (entry.programme, entry.check, entry.payee, entry.person)


def _concerns(message: Message) -> Iterable[str]:
    """Return the overrides of the partition; one about a single person is kept only where that person is."""
    if not isinstance(message.event, CheckSetAside):
        return ()
    person = _person(message.event)
    is_elsewhere = bool(person) and partition_of(person) != message.partition
    return () if is_elsewhere else (place_of(message),)


OVERRIDE = Aggregate(
    kind="override", state=Overrides, initial=lambda _: Overrides(), evolve=_evolve, concerns=_concerns
)
