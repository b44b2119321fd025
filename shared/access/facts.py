"""Which facts a source may publish: those of its list; without one, all that are any upstream's to say. Pure."""

from collections.abc import Iterable, Sequence

from shared.catalog import FACTS
from shared.errors import ConfigurationError
from shared.strict_yaml import closest

UPSTREAM_FACTS: tuple[str, ...] = tuple(fact.topic for fact in FACTS if not fact.only_from and not fact.ours)
"""What a source without a list may publish."""
OURS: dict[str, str] = {fact.topic: fact.ours for fact in FACTS if fact.ours}
"""Whose it is where no list names it, by fact."""
_ONLY_FROM = {fact.topic: fact.only_from for fact in FACTS if fact.only_from}
_GIVEN = {fact.topic for fact in FACTS if not fact.only_from}


def given(facts: Iterable[str]) -> tuple[str, ...]:
    """Return a list of facts in its order, each once; every name that is wrong is said in one error.

    Args:
        facts: Names such as `payment.settled`; one string may hold several with commas between them.

    Raises:
        ConfigurationError: There is no such fact, no source may publish it, or none is named.
    """
    wanted = sorted({name.strip() for text in facts for name in text.split(",")} - {""})
    if wrong := [_wrong(name) for name in wanted if name not in _GIVEN]:
        raise ConfigurationError("; ".join(wrong))
    if not wanted:
        raise ConfigurationError("no fact is named; a source that may publish nothing has its key revoked (--all)")
    return tuple(wanted)


def subjects(source: str, facts: Sequence[str] | None) -> tuple[str, ...]:
    """Return where a source may publish; None: it has no list."""
    return tuple(f"intake.{source}.{fact}" for fact in (UPSTREAM_FACTS if facts is None else facts))


def own(source: str) -> tuple[str, ...]:
    """Return the facts that are one of our own sources' to say."""
    return tuple(fact.topic for fact in FACTS if source == fact.ours or source in fact.only_from)


def why_not(fact: str) -> str:
    """Return why no list can hold a fact; empty: one can."""
    return "" if fact in _GIVEN else _wrong(fact)


def _wrong(name: str) -> str:
    if name in _ONLY_FROM:
        return f"{name}: stated by {' or '.join(_ONLY_FROM[name])} only"
    return f"{name}: there is no such fact{closest(name, _GIVEN) or ', see docs/event-flow.md'}"
