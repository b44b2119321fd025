"""Handlers and adapters that fail as a mistake of ours would make them, with a message full of planted values.

Imported by each service process of a test as it starts (`planted_failures`), before uvicorn loads the service.
"""

import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.support.canaries import ACCOUNTS, IDS, NAMES, PHONES
from tests.support.facts import OTHER_USCC, Offer, offer

_AT_REGISTRY, _BEHIND = "fails-at-registry", "fails-behind"  # correlation ids of what a handler fails on, and where
_ADAPTERS = (
    ("shared.runner.runner", "Runner", ("start",)),
    ("shared.cards", "ContactCards", ("get",)),
    ("services.registry.adapters.vault", "Vault", ("within", "after")),
    ("services.registry.domain.door", "IntakeDoor", ("admit",)),
)
_ROOT = Path(__file__).parents[2]
_VALUES = f"{IDS[0]} {IDS[3]} {NAMES[0]} {NAMES[2]} {PHONES[0]} {PHONES[3]} {ACCOUNTS[0]}"
_SITE = "import sys\nif 'uvicorn' in sys.orig_argv:\n    import tests.support.failing as failing\n    failing.plant()\n"


def planted_failures(folder: Path) -> dict[str, str]:
    """Return the environment under which service processes fail on purpose; a file is written to a folder."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_SITE, encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}


def failed_on() -> Iterator[Offer]:
    """Yield facts that a handler fails on: registry's, then those of the services behind it."""
    yield offer("jobseeker.updated", "f-1", id_number=IDS[3], phone=PHONES[3]).but(correlationid=_AT_REGISTRY)
    yield offer("jobseeker.updated", "f-2", id_number=IDS[3], phone=PHONES[3]).but(correlationid=_BEHIND)
    yield offer("premium.paid", "f-3", id_number=IDS[3], uscc=OTHER_USCC).but(correlationid=_BEHIND)


def plant() -> None:
    """Have the service of this process fail: its handlers on facts of a kind, its adapters once each."""
    name = next(word.split(".")[1] for word in sys.orig_argv if word.startswith("services."))
    fails = _AT_REGISTRY if name == "registry" else _BEHIND
    for subscription in import_module(f"services.{name}.service").SERVICE.subscriptions:
        object.__setattr__(subscription, "decide", _failing_on(fails, subscription.decide))
        object.__setattr__(subscription, "decide_one", _once(subscription.decide_one))
    for place, of, functions in _ADAPTERS:
        if place.startswith((f"services.{name}.", "shared.")):
            kind = getattr(import_module(place), of)
            for function in functions:
                setattr(kind, function, _once(getattr(kind, function)))


def _failing_on(correlation_id: str, decide: Callable[..., Any]) -> Callable[..., Any]:
    def decided(message: Any, *others: Any) -> Any:
        if message.correlation_id == correlation_id:
            _fail()
        return decide(message, *others)

    return decided


def _once(work: Callable[..., Any]) -> Callable[..., Any]:
    left = [True]

    def done(*given: Any, **named: Any) -> Any:
        if left:
            left.clear()
            _fail()
        return work(*given, **named)

    return done


def _fail() -> None:
    raise ValueError(f"cannot be dealt with: {_VALUES}") from KeyError(_VALUES)
